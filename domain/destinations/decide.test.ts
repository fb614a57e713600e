import { expect, test } from 'vitest';
import { decideDestination, putOff, restAfter } from './decide.ts';
import type { Verdict } from './verdict.ts';

const message = 'said so';
const judge = (verdict: Verdict, more: { triesSoFar?: number; searches?: number; random?: number } = {}) =>
  decideDestination({ verdict, delaysMs: [5_000, 300_000], triesSoFar: 1, searches: 0, random: 0, ...more });
const retry = (code: string, delayMs: number) => ({ kind: 'retry', code, delayMs });
const failed = (code: string, reason: string) => ({ kind: 'failed', code, reason, disableEndpoint: false });
const throttled: Verdict = { kind: 'retry', code: 'rate_limited', message, afterMs: 60_000 };
const down: Verdict = { kind: 'retry', code: 'http_503', message, afterMs: null };
const misconfigured: Verdict = { kind: 'bad_configuration', message };
const ambiguous: Verdict = { kind: 'ambiguous', message };

test.each([
  ['delivered', { kind: 'delivered' } as Verdict, {}, { kind: 'delivered' }],
  ['accepted counts as delivered', { kind: 'accepted' } as Verdict, {}, { kind: 'delivered' }],
  [
    'bad content is never tried again',
    { kind: 'bad_payload', message } as Verdict,
    {},
    failed('bad_payload', 'not_retryable'),
  ],
  ['an outage follows the schedule', down, {}, retry('http_503', 5_000)],
  ['jitter only adds', down, { random: 0.5 }, retry('http_503', 5_500)],
  ["a vendor's wait moves it later", throttled, {}, retry('rate_limited', 60_000)],
  ["a vendor's wait never moves it earlier", throttled, { triesSoFar: 2 }, retry('rate_limited', 300_000)],
  ['a wait of days is cut to 24 h', { ...throttled, afterMs: 9e9 }, {}, retry('rate_limited', 86_400_000)],
  ['the schedule ends', down, { triesSoFar: 3 }, failed('http_503', 'exhausted')],
  ['bad configuration follows the schedule', misconfigured, {}, retry('bad_configuration', 5_000)],
  ['bad configuration ends with it', misconfigured, { triesSoFar: 3 }, failed('bad_configuration', 'exhausted')],
  ['without an answer it is looked for soon', ambiguous, {}, retry('unsure', 5_000)],
  ['not sent again once the schedule is spent', ambiguous, { triesSoFar: 3 }, failed('unsure', 'exhausted')],
])('%s', (_, verdict, more, decision) => {
  expect(judge(verdict, more)).toEqual({ decision, counted: true });
});

test.each([
  [1, 15_000],
  [2, 45_000],
  [3, 120_000],
])('search %i was in vain: the next after %i ms, and no try is used up, even the last', (searches, delayMs) => {
  const expected = { decision: retry('unsure', delayMs), counted: false };
  expect(judge(ambiguous, { searches })).toEqual(expected);
  expect(judge(ambiguous, { searches, triesSoFar: 3 })).toEqual(expected);
});

test('made anew after the fourth search, and again without an answer: counted, and looked for again', () => {
  expect(judge(ambiguous, { searches: 4 })).toEqual({ decision: retry('unsure', 5_000), counted: true });
  expect(judge(ambiguous, { searches: 4, triesSoFar: 3 }).decision).toEqual(failed('unsure', 'exhausted'));
});

test('what made no request is put off and uses up no try', () => {
  expect(putOff('subject_busy')).toEqual({ decision: retry('subject_busy', 1_000), counted: false });
  expect(putOff('rate_limited', 7_000)).toEqual({ decision: retry('rate_limited', 7_000), counted: false });
});

test.each([
  ['as its vendor asked', { ...throttled, rests: true }, 60_000],
  ['a little, where it names no time', { ...throttled, afterMs: null, rests: true }, 5_000],
  ['a day at most', { ...throttled, afterMs: 9e9, rests: true }, 86_400_000],
  ['not for what concerns one delivery', throttled, 0],
  ['not for bad configuration', misconfigured, 0],
])('an endpoint rests %s', (_, verdict, restMs) => {
  expect(restAfter(verdict)).toBe(restMs);
});
