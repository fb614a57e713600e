import { expect, test } from 'vitest';
import { toInstant } from './instant.ts';

test.each([
  ['2026-07-01T12:00:00', 'Europe/Berlin', '2026-07-01T10:00:00.000Z'],
  ['2026-12-01T12:00', 'Europe/Berlin', '2026-12-01T11:00:00.000Z'],
  ['2026-12-01 12:00:00', 'America/New_York', '2026-12-01T17:00:00.000Z'],
  ['2026-12-01', 'Asia/Kolkata', '2026-11-30T18:30:00.000Z'],
  ['2026-03-29T12:00:00', 'Europe/Berlin', '2026-03-29T10:00:00.000Z'],
  ['2026-03-29T01:30:00', 'Europe/Berlin', '2026-03-29T00:30:00.000Z'],
  ['2026-12-01T12:00:00', 'UTC', '2026-12-01T12:00:00.000Z'],
  ['2026-12-01T12:00:00+02:00', 'America/New_York', '2026-12-01T12:00:00+02:00'],
  ['2026-12-01T12:00:00Z', 'America/New_York', '2026-12-01T12:00:00Z'],
  ['2026-13-41', 'UTC', '2026-13-41'],
  ['tomorrow', 'UTC', 'tomorrow'],
])('%s in %s is %s', (text, timeZone, instant) => {
  expect(toInstant(text, timeZone)).toBe(instant);
});

test('times of expressions are taken as they are', () => {
  expect(toInstant(new Date(0), 'Europe/Berlin')).toBe('1970-01-01T00:00:00.000Z');
  expect(toInstant({ toISO: () => '2026-12-01T12:00:00.000+01:00' }, 'UTC')).toBe('2026-12-01T12:00:00.000+01:00');
});

test.each([undefined, null, ''])('%j is no time', (value) => expect(toInstant(value, 'UTC')).toBeUndefined());
