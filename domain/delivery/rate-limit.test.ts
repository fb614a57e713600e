import { describe, expect, test } from 'vitest';
import {
  bindingLimit,
  compareTurns,
  createTurnstile,
  placesLeft,
  placeTimes,
  placeWaits,
  waitToWrite,
} from './rate-limit.ts';

const TIMES = { hourMs: 3_601_000, secondMs: 1_100 };
const hourly = (maxPerHour: number) => ({ ratePerSecond: null, maxPerHour });
const perSecond = (ratePerSecond: number) => ({ ratePerSecond, maxPerHour: null });
const none = { inHour: 0, inSecond: 0, open: 0 };

test.each([
  [1, { hourMs: 3_601_000, secondMs: 1_100 }],
  [0.001, { hourMs: 4_600, secondMs: 1_100 }],
  [0.000_000_1, { hourMs: 1_001, secondMs: 1_100 }],
])('at a time scale of %d the hour shrinks, the margins and the second do not', (timeScale, times) => {
  expect(placeTimes(timeScale)).toEqual(times);
});

test.each([
  ['nothing in use', hourly(10), none, 10],
  ['some in use', hourly(10), { inHour: 4, inSecond: 4, open: 0 }, 6],
  ['some open', hourly(10), { inHour: 4, inSecond: 4, open: 5 }, 1],
  ['all in use', hourly(10), { inHour: 4, inSecond: 0, open: 6 }, 0],
  ['more than a limit that was lowered', hourly(10), { inHour: 40, inSecond: 0, open: 0 }, 0],
  ['a rate, whatever was sent in the hour', perSecond(2), { inHour: 400, inSecond: 1, open: 0 }, 1],
  ['both, the rate the closer', { ratePerSecond: 2, maxPerHour: 10 }, { inHour: 5, inSecond: 1, open: 0 }, 1],
  ['both, the hour the closer', { ratePerSecond: 5, maxPerHour: 10 }, { inHour: 9, inSecond: 1, open: 0 }, 1],
  [
    'no limit',
    { ratePerSecond: null, maxPerHour: null },
    { inHour: 9, inSecond: 9, open: 9 },
    Number.POSITIVE_INFINITY,
  ],
])('places left with %s', (_, limits, taken, left) => {
  expect(placesLeft(limits, taken)).toBe(left);
});

test.each([
  ['the only one', hourly(1), none, 'hourly_limit'],
  ['the only one', perSecond(1), none, 'rate_limit'],
  ['the closer one', { ratePerSecond: 5, maxPerHour: 10 }, { inHour: 8, inSecond: 0, open: 0 }, 'hourly_limit'],
  ['the closer one', { ratePerSecond: 5, maxPerHour: 10 }, { inHour: 2, inSecond: 2, open: 0 }, 'rate_limit'],
])('what waits waits for %s', (_, limits, taken, reason) => {
  expect(bindingLimit(limits, taken)).toBe(reason);
});

describe('the turnstile', () => {
  test.each([
    ['lets reservations pass', hourly(3), none, 3, [true, true, true], [true, true, true]],
    [
      'keeps to a limit that was lowered since they were made',
      hourly(2),
      none,
      3,
      [true, true, true],
      [true, true, false],
    ],
    [
      'keeps the reserved places for those they are for',
      hourly(3),
      none,
      2,
      [false, false, true, true],
      [true, false, true, true],
    ],
    [
      'gives the places of nobody to those without',
      hourly(3),
      { ...none, inHour: 1 },
      0,
      [false, false, false],
      [true, true, false],
    ],
    ['counts what is under way', hourly(3), { ...none, open: 2 }, 1, [true, true], [true, false]],
    ['keeps to the rate', perSecond(1), { ...none, inSecond: 1 }, 1, [true], [false]],
  ])('%s', (_, limits, begun, reservations, asked, passed) => {
    const turnstile = createTurnstile(limits, begun, reservations);
    expect(asked.map((reserved) => turnstile.pass(reserved))).toEqual(passed);
  });
});

test('retries go before first attempts, each in order of acceptance', () => {
  const queue = ['b', 'd', 'a', 'c'].map((id) => ({ id, isRetry: id > 'b' }));
  expect(queue.toSorted(compareTurns).map(({ id }) => id)).toEqual(['c', 'd', 'a', 'b']);
  expect(compareTurns({ id: 'a', isRetry: false }, { id: 'a', isRetry: false })).toBe(0);
});

describe('when places free', () => {
  const waits = (
    limits: Parameters<typeof placeWaits>[0],
    places: { agesMs: number[]; open: number },
    ranks: { from?: number; count: number },
  ) => placeWaits(limits, TIMES, places, { from: 0, ...ranks }).map(({ waitMs }) => waitMs);

  test.each([
    ['at once while there are places', hourly(3), { agesMs: [5_000], open: 1 }, { count: 1 }, [0]],
    [
      'for the first in line with the oldest stamp',
      hourly(2),
      { agesMs: [5_000, 2_000], open: 0 },
      { count: 2 },
      [3_596_000, 3_599_000],
    ],
    [
      'for what is under way as if it ended now',
      hourly(2),
      { agesMs: [5_000], open: 1 },
      { count: 2 },
      [3_596_000, 3_601_000],
    ],
    [
      'an hour later for every limit in line',
      hourly(2),
      { agesMs: [5_000, 2_000], open: 0 },
      { count: 4 },
      [3_596_000, 3_599_000, 7_197_000, 7_200_000],
    ],
    [
      'for ranks from the middle on',
      hourly(2),
      { agesMs: [5_000, 2_000], open: 0 },
      { from: 3, count: 2 },
      [7_200_000, 10_798_000],
    ],
    [
      'later than a limit that was lowered would have it',
      hourly(1),
      { agesMs: [5_000, 2_000], open: 0 },
      { count: 1 },
      [3_599_000],
    ],
    ['so many a second', perSecond(2), { agesMs: [], open: 0 }, { count: 5 }, [0, 0, 1_100, 1_100, 2_200]],
    ['never in the past', perSecond(1), { agesMs: [9_000], open: 0 }, { count: 1 }, [0]],
    [
      'by whichever limit is the slower',
      { ratePerSecond: 1, maxPerHour: 3 },
      { agesMs: [], open: 0 },
      { count: 4 },
      [0, 1_100, 2_200, 3_601_000],
    ],
  ])('%s', (_, limits, places, ranks, expected) => {
    expect(waits(limits, places, ranks)).toEqual(expected);
  });

  test('the reason is the limit that is waited for, and none where a place is free', () => {
    const both = { ratePerSecond: 1, maxPerHour: 2 };
    const reasons = placeWaits(both, TIMES, { agesMs: [], open: 0 }, { from: 0, count: 3 }).map((wait) => wait.reason);
    expect(reasons).toEqual([null, 'rate_limit', 'hourly_limit']);
  });

  test('no window holds more than the limit if all send at their times', () => {
    const limits = { ratePerSecond: 3, maxPerHour: 7 };
    const sent = waits(limits, { agesMs: [1_500, 900, 100], open: 1 }, { count: 60 });
    for (const start of sent) {
      expect(sent.filter((at) => at >= start && at <= start + 3_600_000).length).toBeLessThanOrEqual(7);
      expect(sent.filter((at) => at >= start && at <= start + 1_000).length).toBeLessThanOrEqual(3);
    }
  });
});

test.each([
  ['due with a free place: stays', { held: false, dueInMs: 0 }, 0, undefined],
  ['held, due, with a free place: stays', { held: true, dueInMs: -5 }, 0, undefined],
  ['held too long: due now', { held: true, dueInMs: 5_000 }, 0, 0],
  ['new, without a place: waits', { held: false, dueInMs: -10 }, 60_000, 60_000],
  ['its time has come too early: waits on', { held: true, dueInMs: 0 }, 60_000, 60_000],
  ['told a time that is too early: left until then', { held: true, dueInMs: 50_000 }, 60_000, undefined],
  ['told about the right time', { held: true, dueInMs: 60_080 }, 60_000, undefined],
  ['told a time that is too late: waits less', { held: true, dueInMs: 90_000 }, 60_000, 60_000],
])('a member of the queue, %s', (_, stored, waitMs, written) => {
  expect(waitToWrite(stored, waitMs)).toBe(written);
});
