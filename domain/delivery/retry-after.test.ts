import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

const NOW_MS = Date.UTC(2024, 0, 15, 10, 30, 0);

test.each([
  ['whole seconds', '120', 120_000],
  ['zero', '0', 0],
  ['spaces around', ' 7 ', 7_000],
  ['a year of seconds, not yet capped', '31536000', 31_536_000_000],
  ['an IMF date', 'Mon, 15 Jan 2024 10:31:00 GMT', 60_000],
  ['an RFC 850 date', 'Monday, 15-Jan-24 10:31:00 GMT', 60_000],
  ['an asctime date', 'Mon Jan 15 10:31:00 2024', 60_000],
  ['an asctime date with a padded day', 'Mon Feb  5 10:30:00 2024', 21 * 24 * 3_600_000],
  ['a date that has passed', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
  ['a two-digit year of the last century', 'Sunday, 06-Nov-94 08:49:37 GMT', 0],
  ['a leap second', 'Mon, 15 Jan 2024 10:30:60 GMT', 60_000],
])('%s is understood', (_, header, waitMs) => {
  expect(parseRetryAfter(header, NOW_MS)).toBe(waitMs);
});

test.each([
  ['a missing header', undefined],
  ['an empty one', ''],
  ['a negative number', '-5'],
  ['a fraction', '1.5'],
  ['an exponent', '1e3'],
  ['hexadecimal', '0x10'],
  ['words', 'soon'],
  ['an ISO date', '2024-01-15T10:31:00Z'],
  ['another zone', 'Mon, 15 Jan 2024 10:31:00 CET'],
  ['an unknown month', 'Mon, 15 Foo 2024 10:31:00 GMT'],
  ['a day that no month has', 'Mon, 32 Jan 2024 10:31:00 GMT'],
  ['an hour that no day has', 'Mon, 15 Jan 2024 24:31:00 GMT'],
])('%s asks for nothing', (_, header) => {
  expect(parseRetryAfter(header, NOW_MS)).toBeUndefined();
});

test('a number without end asks for an endless wait, which the caller caps', () => {
  expect(parseRetryAfter('9'.repeat(400), NOW_MS)).toBe(Number.POSITIVE_INFINITY);
});
