import { describe, expect, test } from 'vitest';
import { canonicalTimeZone } from './alert-settings.ts';
import { isBelowThreshold } from './score.ts';

describe('a score is below the threshold', () => {
  test.each([
    ['under it', 46, 47, true],
    ['a fraction under it', 46.999, 47, true],
    ['at it: strictly under is meant', 47, 47, false],
    ['above it', 48, 47, false],
    ['at a threshold of 0 nothing is', 0, 0, false],
    ['at a threshold of 100 all but the full score', 99.5, 100, true],
    ['the full score', 100, 100, false],
    ['switched off', 0, null, false],
  ])('%s', (_, score, threshold, below) => {
    expect(isBelowThreshold(score, threshold)).toBe(below);
  });
});

describe('a time zone', () => {
  test.each([
    ['UTC', 'UTC'],
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
  ])('%s is %s', (given, name) => {
    expect(canonicalTimeZone(given)).toBe(name);
  });
  test.each(['', 'Mars/Olympus', '+02:00', '-0500', 'Europe/Berlin ', 'Europe/../Berlin', '../etc/passwd', '0'])(
    '%j is none',
    (given) => {
      expect(canonicalTimeZone(given)).toBeNull();
    },
  );
});
