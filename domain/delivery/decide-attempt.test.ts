import { describe, expect, test } from 'vitest';
import { DIALECT_NAMES, wireOf } from '../dialects/wires.ts';
import { type AttemptJudgement, decideAttempt, MAX_RETRY_AFTER_MS } from './decide-attempt.ts';
import { ACKNOWLEDGED_POLICY, type RetryPolicy } from './retry-policy.ts';
import { EXCHANGE_ERROR_CODES } from './types.ts';

const SUCCESSES = [200, 201, 202, 204, 206, 299];
const CLIENT_ERRORS = [400, 401, 403, 404, 408, 409, 410, 413, 418, 422, 425, 429, 451, 499];
const OTHER_FAILURES = [100, 101, 199, 300, 301, 302, 304, 307, 308, 399, 500, 501, 502, 503, 504, 599];

/** What the design's "Retry rules" say, written down a second time: the table that the policies are held against. */
const RULES = [
  { dialect: 'standard', delays: 9, firstDelayMs: 5_000, clientErrors: 'retry', gone: 'gone' },
  { dialect: 'job-status', delays: 7, firstDelayMs: 5_000, clientErrors: 'retry', gone: 'gone' },
  { dialect: 'orion', delays: 9, firstDelayMs: 5_000, clientErrors: 'retry', gone: 'retry' },
  { dialect: 'flowcerta', delays: 9, firstDelayMs: 5_000, clientErrors: 'retry', gone: 'retry' },
  { dialect: 'flexorch', delays: 1, firstDelayMs: 60_000, clientErrors: 'retry', gone: 'retry' },
  { dialect: 'fltr', delays: 3, firstDelayMs: 60_000, clientErrors: 'not_retryable', gone: 'not_retryable' },
] as const;

const NOW_MS = Date.UTC(2024, 0, 15, 10, 30, 0);

function aJudgement(policy: RetryPolicy, overrides: Partial<AttemptJudgement> = {}): AttemptJudgement {
  return {
    policy,
    triesSoFar: 1,
    result: { kind: 'response', status: 500 },
    retryAfter: undefined,
    nowMs: NOW_MS,
    random: 0,
    acknowledged: { required: false, echoed: false },
    ...overrides,
  };
}

const answered = (policy: RetryPolicy, status: number, overrides: Partial<AttemptJudgement> = {}) =>
  decideAttempt(aJudgement(policy, { result: { kind: 'response', status }, ...overrides }));

function policyOf(dialect: string): RetryPolicy {
  const wire = wireOf(dialect);
  if (wire === undefined) throw new Error(`no dialect ${dialect}`);
  return wire.retry;
}

test('the table of rules names every dialect', () => {
  expect(RULES.map((rule) => rule.dialect).toSorted()).toEqual(DIALECT_NAMES.toSorted());
});

describe.each(RULES)('in $dialect', ({ dialect, delays, firstDelayMs, clientErrors, gone }) => {
  const policy = policyOf(dialect);

  test.each(SUCCESSES)('%i is delivered, even on the last try', (status) => {
    expect(answered(policy, status)).toEqual({ kind: 'delivered' });
    expect(answered(policy, status, { triesSoFar: 99 })).toEqual({ kind: 'delivered' });
  });

  test.each(OTHER_FAILURES)('%i is retried after the first wait', (status) => {
    expect(answered(policy, status)).toEqual({ kind: 'retry', delayMs: firstDelayMs, code: `http_${status}` });
  });

  test.each(CLIENT_ERRORS)('%i is judged as the dialect says', (status) => {
    const code = `http_${status}`;
    const rule = status === 410 ? gone : clientErrors;
    expect(answered(policy, status)).toEqual(
      rule === 'retry'
        ? { kind: 'retry', delayMs: firstDelayMs, code }
        : { kind: 'failed', code, reason: rule, disableEndpoint: rule === 'gone' },
    );
  });

  test.each(EXCHANGE_ERROR_CODES)('%s is retried', (code) => {
    const decision = decideAttempt(aJudgement(policy, { result: { kind: 'error', code } }));
    expect(decision).toEqual({ kind: 'retry', delayMs: firstDelayMs, code });
  });

  test('each retry takes its own wait, and the schedule then is exhausted', () => {
    const waits = Array.from({ length: delays }, (_, index) => answered(policy, 500, { triesSoFar: index + 1 }));
    expect(waits).toEqual(policy.delaysMs.map((delayMs) => ({ kind: 'retry', delayMs, code: 'http_500' })));
    expect(answered(policy, 500, { triesSoFar: delays + 1 })).toEqual({
      kind: 'failed',
      code: 'http_500',
      reason: 'exhausted',
      disableEndpoint: false,
    });
  });
});

const STANDARD = policyOf('standard');

test('410 on the last try still disables the endpoint', () => {
  expect(answered(STANDARD, 410, { triesSoFar: 10 })).toMatchObject({ reason: 'gone', disableEndpoint: true });
});

test('an empty schedule is exhausted by the first failure, whatever Retry-After asks', () => {
  const never = { ...STANDARD, delaysMs: [] };
  expect(answered(never, 503, { retryAfter: '5' })).toMatchObject({ kind: 'failed', reason: 'exhausted' });
  expect(answered(never, 200)).toEqual({ kind: 'delivered' });
});

test.each([
  ['seconds beyond the schedule', '120', 120_000],
  ['seconds within the schedule', '2', 5_000],
  ['zero', '0', 5_000],
  ['a date', 'Mon, 15 Jan 2024 10:31:00 GMT', 60_000],
  ['a date that has passed', 'Sun, 06 Nov 1994 08:49:37 GMT', 5_000],
  ['garbage', 'soon', 5_000],
  ['a negative number', '-120', 5_000],
  ['more than a day', '100000', MAX_RETRY_AFTER_MS],
  ['a number without end', '9'.repeat(400), MAX_RETRY_AFTER_MS],
  ['a date next year', 'Wed, 15 Jan 2025 10:30:00 GMT', MAX_RETRY_AFTER_MS],
])('Retry-After moves the next attempt later, never earlier: %s', (_, retryAfter, delayMs) => {
  expect(answered(STANDARD, 429, { retryAfter })).toEqual({ kind: 'retry', delayMs, code: 'http_429' });
});

test('Retry-After does not shorten a wait that is longer than its cap', () => {
  const policy = { ...STANDARD, delaysMs: [2 * MAX_RETRY_AFTER_MS] };
  expect(answered(policy, 503, { retryAfter: '5' })).toMatchObject({ delayMs: 2 * MAX_RETRY_AFTER_MS });
});

test('Retry-After revives no 4xx of fltr, but is honoured for its 503', () => {
  const fltr = policyOf('fltr');
  expect(answered(fltr, 429, { retryAfter: '120' })).toMatchObject({ kind: 'failed', reason: 'not_retryable' });
  expect(answered(fltr, 503, { retryAfter: '120' })).toMatchObject({ kind: 'retry', delayMs: 120_000 });
});

test.each([
  [0, 5_000],
  [0.5, 5_500],
  [0.9999999, 5_999],
])('jitter of random %f lengthens 5 s to %i ms, never beyond a fifth', (random, delayMs) => {
  expect(answered(STANDARD, 500, { random })).toMatchObject({ delayMs });
});

test('jitter keeps every wait a whole number of milliseconds within its bounds', () => {
  for (const scheduledMs of [0, 1, 3, 333, 86_400_000]) {
    for (const random of [0, 0.1, 0.333, 0.77, 1 - Number.EPSILON]) {
      const decision = answered({ ...STANDARD, delaysMs: [scheduledMs] }, 500, { random });
      const delayMs = decision.kind === 'retry' ? decision.delayMs : Number.NaN;
      expect(Number.isInteger(delayMs)).toBe(true);
      expect(delayMs).toBeGreaterThanOrEqual(scheduledMs);
      expect(delayMs).toBeLessThanOrEqual(scheduledMs * 1.2);
    }
  }
});

describe('for an endpoint that acknowledges', () => {
  const judge = (status: number, echoed: boolean, triesSoFar = 1) =>
    answered(ACKNOWLEDGED_POLICY, status, { acknowledged: { required: true, echoed }, triesSoFar });

  test.each(SUCCESSES)('%i counts only with the echo', (status) => {
    expect(judge(status, true)).toEqual({ kind: 'delivered' });
    expect(judge(status, false)).toEqual({ kind: 'retry', delayMs: 5_000, code: 'not_acknowledged' });
  });

  test.each([...CLIENT_ERRORS, ...OTHER_FAILURES])('%i is retried, with or without the echo', (status) => {
    for (const echoed of [true, false]) {
      expect(judge(status, echoed)).toEqual({ kind: 'retry', delayMs: 5_000, code: `http_${status}` });
    }
  });

  test('a missing echo ends with the schedule, and the endpoint stays enabled', () => {
    const failed = { kind: 'failed', reason: 'exhausted', disableEndpoint: false };
    expect(judge(200, false, 10)).toEqual({ ...failed, code: 'not_acknowledged' });
    expect(judge(410, false, 10)).toEqual({ ...failed, code: 'http_410' });
  });
});
