import { describe, expect, it } from 'vitest';
import { countdown, localTime, readWait, relativeTime, tookTime, utcTime, waitTime } from './time.ts';

const AT = '2026-11-21T09:30:00.250Z';
const NOW = Date.parse(AT);
const later = (ms: number) => new Date(NOW + ms).toISOString();

describe('times', () => {
  it('are exact in UTC', () => {
    expect(utcTime('2026-11-21T10:30:00.250+01:00')).toBe('2026-11-21 09:30:00.250 UTC');
  });

  it.each([
    ['today: the time of day', AT, '10:30:00'],
    ['another day: with the day', later(-24 * 3_600_000), '20 Nov, 10:30:00'],
    ['today by the clock of the reader, though yesterday in UTC', '2026-11-20T23:30:00Z', '00:30:00'],
    ['another year: with the year', '2025-06-01T12:00:00Z', '1 Jun 2025, 14:00:00'],
  ])('are shown where the reader is (%s)', (_, at, shown) => {
    expect(localTime(at, NOW, 'en-GB', 'Europe/Berlin')).toBe(shown);
  });

  it.each([
    [0, 'just now'],
    [-9_000, 'just now'],
    [5_000, 'in a moment'],
    [-45_000, '45 s ago'],
    [-240_000, '4 min ago'],
    [2 * 3_600_000, 'in 2 h'],
    [-3 * 86_400_000, '3 days ago'],
  ])('are told by their distance of %i ms as %s', (distance, words) => {
    expect(relativeTime(later(distance), NOW)).toBe(words);
  });

  it.each([
    [-1, '0:00'],
    [999, '0:01'],
    [65_000, '1:05'],
    [3_723_000, '1:02:03'],
  ])('count down: %i ms are %s', (ms, shown) => {
    expect(countdown(later(ms), NOW)).toBe(shown);
  });
});

describe('spans', () => {
  it.each([
    [0.2, '< 1 ms'],
    [8.4, '8 ms'],
    [1_240, '1.24 s'],
    [12_345, '12.3 s'],
  ])('took %d ms: %s', (ms, words) => {
    expect(tookTime(ms)).toBe(words);
  });

  it.each([
    [0, '0 s'],
    [500, '500 ms'],
    [5_000, '5 s'],
    [5_400_000, '1 h 30 min'],
    [86_400_000, '1 d'],
  ])('wait %i ms: %s', (ms, words) => {
    expect(waitTime(ms)).toBe(words);
  });

  it.each([
    ['500 ms', 500],
    ['5s', 5_000],
    ['30 min', 1_800_000],
    ['1.5h', 5_400_000],
    ['1 D', 86_400_000],
    ['90', 90_000],
    ['soon', null],
    ['-5s', null],
    ['', null],
  ])('are read: %s', (text, ms) => {
    expect(readWait(text)).toBe(ms);
  });
});
