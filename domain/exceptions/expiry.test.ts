import { describe, expect, it, test } from 'vitest';
import { daysRemaining, judgeExpiry } from './expiry.ts';

describe('days remaining are rounded up', () => {
  test.each([
    ["the document's example", '2026-05-22T04:00:00.000Z', '2026-05-28T00:00:00.000Z', 6],
    ['whole days', '2026-05-21T00:00:00.000Z', '2026-05-28T00:00:00.000Z', 7],
    ['a millisecond more than a day', '2026-05-26T23:59:59.999Z', '2026-05-28T00:00:00.000Z', 2],
    ['exactly a day', '2026-05-27T00:00:00.000Z', '2026-05-28T00:00:00.000Z', 1],
    ['a millisecond less than a day', '2026-05-27T00:00:00.001Z', '2026-05-28T00:00:00.000Z', 1],
    ['the last millisecond', '2026-05-27T23:59:59.999Z', '2026-05-28T00:00:00.000Z', 1],
    ['the very moment', '2026-05-28T00:00:00.000Z', '2026-05-28T00:00:00.000Z', 0],
    ['past', '2026-05-29T00:00:00.000Z', '2026-05-28T00:00:00.000Z', 0],
    ['over a leap day', '2028-02-28T00:00:00.000Z', '2028-03-01T00:00:00.000Z', 2],
    ['the same dates without one', '2027-02-28T00:00:00.000Z', '2027-03-01T00:00:00.000Z', 1],
    ['from a leap day', '2028-02-29T04:00:00.000Z', '2028-03-07T00:00:00.000Z', 7],
    ['over New Year', '2026-12-31T23:00:00.000Z', '2027-01-02T00:00:00.000Z', 2],
    ['a clock change in Berlin is no day of 23 hours', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z', 1],
    ['given with an offset', '2026-05-22T06:00:00.000+02:00', '2026-05-28T02:00:00+02:00', 6],
  ])('%s', (_, now, expiresAt, days) => {
    expect(daysRemaining(now, expiresAt)).toBe(days);
  });
});

describe('a scan', () => {
  const expiresAt = '2028-03-04T12:00:00.000Z';
  test.each([
    ['a millisecond before the window', '2028-02-26T11:59:59.999Z', 7, 'wait'],
    ['the first moment of the window', '2028-02-26T12:00:00.000Z', 7, 'warn'],
    ['in the window', '2028-03-01T00:00:00.000Z', 7, 'warn'],
    ['the last millisecond', '2028-03-04T11:59:59.999Z', 7, 'warn'],
    ['the moment of expiry', '2028-03-04T12:00:00.000Z', 7, 'expire'],
    ['long past', '2030-01-01T00:00:00.000Z', 7, 'expire'],
    ['a window of one day, before', '2028-03-03T11:59:59.999Z', 1, 'wait'],
    ['a window of one day, within', '2028-03-03T12:00:00.000Z', 1, 'warn'],
    ['a window of a year', '2027-03-05T12:00:00.000Z', 365, 'warn'],
  ] as const)('%s', (_, now, windowDays, verdict) => {
    expect(judgeExpiry(now, expiresAt, windowDays)).toBe(verdict);
  });
});

it('counts every day in the window once: 7 days before it is 7, on the last 1', () => {
  const expiresAt = '2026-05-28T00:00:00.000Z';
  const days = Array.from({ length: 7 }, (_, i) => daysRemaining(`2026-05-${21 + i}T04:00:00.000Z`, expiresAt));
  expect(days).toEqual([7, 6, 5, 4, 3, 2, 1]);
});
