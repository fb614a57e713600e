import { describe, expect, test } from 'vitest';
import type { ExchangeResult } from '../../delivery/types.ts';
import { assumedAnswer } from '../transport.ts';
import { type Asked, judge } from './answers.ts';

const NOW_MS = 1_700_000_000_000;
const READ: Asked = { writes: false, expects: 'record', nowMs: NOW_MS };
const WRITE: Asked = { ...READ, writes: true };

const failure = (message: string, detail: string | null = null) => ({ error: { message, detail }, status: 'failure' });
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): ExchangeResult =>
  ({ ...assumedAnswer(status, body), headers }) as ExchangeResult;

/** Verdict's kind, and its code where it is tried again. */
function kindOf(result: ExchangeResult, asked: Asked): string {
  const judged = judge(result, asked);
  if (judged.ok) return 'ok';
  const { verdict } = judged;
  return verdict.kind === 'retry' ? `retry ${verdict.code}` : verdict.kind;
}

const CANCELLED = failure('Transaction cancelled: maximum execution time exceeded');
const MANDATORY = failure(
  'Operation Failed',
  'Data Policy Exception: The following fields are mandatory: Resolution code',
);
const ACL = failure('Operation Failed', 'ACL Exception Insert Failed due to security constraints');
const GONE = failure('No Record found', "Record doesn't exist or ACL restricts the record retrieval");
const PAGE = '<html><body>Please sign in</body></html>';

describe.each([
  // status, body, cause, when reading, when writing
  [400, failure('Invalid table x'), 'unknown_table', 'bad_configuration', 'bad_configuration'],
  [
    400,
    failure('Requested URI does not represent any resource'),
    'unknown_table',
    'bad_configuration',
    'bad_configuration',
  ],
  [400, failure('Exception while reading request'), 'other', 'bad_payload', 'bad_payload'],
  [
    401,
    failure('User Not Authenticated', 'Required to provide Auth information'),
    'unauthorized',
    'bad_configuration',
    'bad_configuration',
  ],
  [401, PAGE, 'unauthorized', 'bad_configuration', 'bad_configuration'],
  [403, ACL, 'forbidden', 'bad_configuration', 'bad_configuration'],
  [403, failure('User Not Authorized'), 'forbidden', 'bad_configuration', 'bad_configuration'],
  [
    403,
    failure('Operation Failed', 'Operation against file incident was aborted by Business Rule X'),
    'forbidden',
    'bad_configuration',
    'bad_configuration',
  ],
  [403, PAGE, 'forbidden', 'bad_configuration', 'bad_configuration'],
  [403, MANDATORY, 'other', 'bad_payload', 'bad_payload'],
  [404, GONE, 'not_found', 'bad_configuration', 'bad_configuration'],
  [404, '', 'not_found', 'bad_configuration', 'bad_configuration'],
  [405, failure('Method not supported'), 'other', 'bad_payload', 'bad_payload'],
  [406, '', 'other', 'bad_payload', 'bad_payload'],
  [408, '', 'other', 'retry http_408', 'ambiguous'],
  [413, '', 'other', 'bad_payload', 'bad_payload'],
  [415, '', 'other', 'bad_payload', 'bad_payload'],
  [429, failure('Rate limit exceeded'), 'other', 'retry rate_limited', 'retry rate_limited'],
  [500, CANCELLED, 'other', 'retry http_500', 'ambiguous'],
  [500, failure('java.lang.NullPointerException'), 'other', 'retry http_500', 'ambiguous'],
  [502, PAGE, 'other', 'retry http_502', 'ambiguous'],
  [503, '', 'other', 'retry http_503', 'ambiguous'],
  [504, '', 'other', 'retry http_504', 'ambiguous'],
  [302, '', 'other', 'bad_configuration', 'bad_configuration'],
  // A success by its status alone.
  [200, failure('User Not Authenticated'), 'unauthorized', 'bad_configuration', 'bad_configuration'],
  [200, ACL, 'forbidden', 'bad_configuration', 'bad_configuration'],
  [200, MANDATORY, 'other', 'bad_payload', 'bad_payload'],
  [200, GONE, 'not_found', 'bad_configuration', 'bad_configuration'],
  [200, CANCELLED, 'other', 'retry vendor_error', 'ambiguous'],
  [
    200,
    failure('Rate limit of 10 requests per hour for Table API exceeded'),
    'other',
    'retry rate_limited',
    'retry rate_limited',
  ],
  [200, { status: 'failure' }, 'other', 'retry vendor_error', 'ambiguous'],
  [200, PAGE, 'other', 'retry vendor_error', 'retry vendor_error'],
  [200, '', 'other', 'retry vendor_error', 'ambiguous'],
  [200, {}, 'other', 'retry vendor_error', 'ambiguous'],
  [200, { result: {} }, 'other', 'retry vendor_error', 'ambiguous'],
  [201, { result: [{ sys_id: 'a' }] }, 'other', 'retry vendor_error', 'ambiguous'],
])('%i %j', (status, body, cause, reading, writing) => {
  test(`is ${cause}: ${reading} when reading, ${writing} when writing`, () => {
    expect(judge(answer(status, body), READ)).toMatchObject({ ok: false, cause });
    expect(kindOf(answer(status, body), READ)).toBe(reading);
    expect(kindOf(answer(status, body), WRITE)).toBe(writing);
  });
});

test.each([
  ['record', { result: { sys_id: 'a' } }, { sys_id: 'a' }],
  ['records', { result: [] }, []],
  ['anything', { whatever: 1 }, { whatever: 1 }],
  ['anything', '', undefined],
  ['text', '{"result":{"work_notes":"cut o', '{"result":{"work_notes":"cut o'],
] as const)('what a %s is hoped for: %j', (expects, body, value) => {
  expect(judge(answer(200, body), { ...READ, expects })).toEqual({ ok: true, value });
});

test.each([
  ['anything', PAGE, { 'content-type': 'text/html' }],
  ['anything', '\n<!DOCTYPE html>', {}],
  ['anything', failure('User Not Authorized'), {}],
  ['records', { result: { sys_id: 'a' } }, {}],
] as const)('not every success is one, where %s is hoped for', (expects, body, headers) => {
  expect(judge(answer(200, body, headers), { ...READ, expects }).ok).toBe(false);
});

test.each([
  [{ 'retry-after': '120' }, 120_000],
  [{ 'retry-after': '120', 'x-ratelimit-reset': '1700000999' }, 120_000],
  [{ 'x-ratelimit-reset': '1700000060' }, 60_000],
  [{ 'x-ratelimit-reset': '1600000000' }, null],
  [{}, null],
])('the wait of %j', (headers, afterMs) => {
  const message = 'A rate limit rule of the instance is exceeded';
  const verdict = { kind: 'retry', code: 'rate_limited', message, afterMs, rests: true };
  expect(judge(answer(429, '', headers), READ)).toEqual({ ok: false, cause: 'other', verdict });
});

test.each([
  ['connection_refused', 'retry connection_refused', 'retry connection_refused'],
  ['timeout', 'retry timeout', 'ambiguous'],
  ['connection_reset', 'retry connection_reset', 'ambiguous'],
  ['address_not_allowed', 'bad_configuration', 'bad_configuration'],
] as const)('%s', (code, reading, writing) => {
  const error: ExchangeResult = { kind: 'error', code, message: 'no', durationMs: 1 };
  expect([kindOf(error, READ), kindOf(error, WRITE)]).toEqual([reading, writing]);
});

test('quotes the instance, in few words and without addresses', () => {
  const judged = judge(answer(400, failure('See https://x.example/?key=1\nnow', 'b'.repeat(1_000))), READ);
  const message = !judged.ok && 'message' in judged.verdict ? judged.verdict.message : '';
  expect(message).toMatch(
    /^The instance refused the request with status 400 \(it says: See … now: b+… \(\d+ more characters\)\)$/,
  );
  expect(message.length).toBeLessThan(400);
});
