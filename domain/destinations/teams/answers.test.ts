import { describe, expect, test } from 'vitest';
import { EXCHANGE_ERROR_CODES, type ExchangeResult } from '../../delivery/types.ts';
import { assumedAnswer } from '../transport.ts';
import { isTooLarge, judgeCard } from './answers.ts';

const NOW_MS = Date.UTC(2026, 0, 12);
const judge = (status: number, body: unknown = '', headers: Record<string, string> = {}) =>
  judgeCard({ ...assumedAnswer(status, body), headers } as ExchangeResult, NOW_MS);
const errorOf = (code: string) => ({ error: { code, message: 'Refused.' } });

describe('a success', () => {
  test.each([
    [202, ''],
    [200, ''],
    [200, '1'],
    [200, 'Posted.'],
    [201, { id: '1754558', messageLink: 'https://teams.example.com/' }],
    [200, { error: null, status: 'Job failed' }],
    [204, ''],
    [202, 'two errorless cards'],
  ])('%i with %j is accepted, never delivered', (status, body) => {
    expect(judge(status, body)).toEqual({ kind: 'accepted' });
  });

  test.each([
    [
      'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x',
      'rate_limited',
    ],
    ['Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 503.', 'http_503'],
    ['Webhook message delivery failed.', 'vendor_error'],
    ['Bad payload received by generic incoming webhook.', 'vendor_error'],
    ['<!DOCTYPE html><html><title>Sign in</title></html>', 'vendor_error'],
    ['\n<html lang="en">', 'vendor_error'],
    [{ error: 'The card could not be posted' }, 'vendor_error'],
    [{ error: { code: 'SomethingNew', message: 'x' } }, 'vendor_error'],
    [{ error: { message: 'Microsoft Teams endpoint returned HTTP error 502' } }, 'http_502'],
  ])('with the error text %j is tried again: %s', (body, code) => {
    for (const status of [200, 202]) expect(judge(status, body)).toMatchObject({ kind: 'retry', code });
  });

  test.each([
    ['Microsoft Teams endpoint returned HTTP error 413', 'bad_payload'],
    ['Microsoft Teams endpoint returned HTTP error 400', 'bad_payload'],
    ['Microsoft Teams endpoint returned HTTP error 404', 'bad_configuration'],
    ['Microsoft Teams endpoint returned HTTP error 403', 'bad_configuration'],
    [errorOf('WorkflowTriggerIsNotEnabled'), 'bad_configuration'],
  ])('with the error text %j is %s', (body, kind) => {
    expect(judge(200, body)).toMatchObject({ kind });
  });
});

describe('a refusal', () => {
  test.each([
    [400, 'WorkflowTriggerIsNotEnabled', 'bad_configuration', /switch it on in Power Automate/],
    [400, 'TriggerInputSchemaMismatch', 'bad_payload', /remove the schema/],
    [400, 'InvalidRequestContent', 'bad_payload', /HTTP 400 InvalidRequestContent/],
    [400, '', 'bad_payload', /^HTTP 400: /],
    [401, 'DirectApiAuthorizationRequired', 'bad_configuration', /Anyone/],
    [401, 'DirectApiRequestHasMoreThanOneAuthorization', 'bad_configuration', /who can trigger/],
    [401, '', 'bad_configuration', /URL/],
    [403, '', 'bad_configuration', /URL/],
    [404, 'WorkflowNotFound', 'bad_configuration', /deleted, or its URL has changed.*Workflows/],
    [404, '', 'bad_configuration', /deleted/],
    [405, '', 'bad_configuration', /deleted/],
    [410, '', 'bad_configuration', /deleted/],
    [413, '', 'bad_payload', /too large/],
    [415, '', 'bad_payload', /content/],
    [422, 'constructor', 'bad_payload', /content/],
    [302, '', 'bad_configuration', /redirect/],
    [308, '', 'bad_configuration', /redirect/],
  ])('%i %s is %s and says what to do', (status, code, kind, message) => {
    expect(judge(status, code ? errorOf(code) : '')).toEqual({ kind, message: expect.stringMatching(message) });
  });

  test.each([
    [408, 'http_408', /again|in time/],
    [425, 'http_425', /again/],
    [500, 'http_500', /failed/],
    [502, 'http_502', /may appear twice/],
    [503, 'http_503', /failed/],
    [504, 'http_504', /may appear twice/],
    [599, 'http_599', /failed/],
  ])('%i is tried again as scheduled, or after the wait it asks for', (status, code, said) => {
    const message = expect.stringMatching(said);
    expect(judge(status)).toEqual({ kind: 'retry', code, message, afterMs: null });
    const asked = judge(status, '', { 'retry-after': '30' });
    expect(asked).toEqual({ kind: 'retry', code, message, afterMs: 30_000, rests: true });
  });

  test.each([
    ['17', 17_000],
    ['Mon, 12 Jan 2026 00:01:00 GMT', 60_000],
    ['soon', null],
  ])('429 lets the whole endpoint rest, with Retry-After %s for %j ms', (header, afterMs) => {
    const verdict = judge(429, errorOf('TooManyRequests'), { 'retry-after': header });
    expect(verdict).toMatchObject({ kind: 'retry', code: 'rate_limited', afterMs, rests: true });
    expect(judge(429)).toMatchObject({ kind: 'retry', code: 'rate_limited', afterMs: null, rests: true });
  });
});

test.each(EXCHANGE_ERROR_CODES)(
  'without an answer, %s is tried again; nothing is ambiguous, as nothing can be looked up',
  (code) => {
    const verdict = judgeCard({ kind: 'error', code, message: 'x', durationMs: 1 }, NOW_MS);
    const forbidden = code === 'address_not_allowed';
    expect(verdict).toMatchObject(forbidden ? { kind: 'bad_configuration' } : { kind: 'retry', code, afterMs: null });
    const sent = ['connection_reset', 'timeout', 'invalid_response', 'network_error'].includes(code);
    expect(JSON.stringify(verdict).includes('may appear twice')).toBe(sent);
  },
);

test('every status has a verdict, and only a success is accepted', () => {
  for (let status = 100; status < 600; status += 1) {
    expect(judge(status).kind === 'accepted').toBe(status >= 200 && status < 300);
  }
});

test('no text of an answer stands in a message: it could repeat the URL', () => {
  const secret = 'sig-7Kp2';
  const bodies = [secret, `error ${secret}`, errorOf(secret), { error: secret }, `HTTP error 429 ${secret}`];
  for (const status of [200, 400, 401, 404, 429, 500]) {
    for (const body of bodies) expect(JSON.stringify(judge(status, body))).not.toContain(secret);
  }
});

test('a smaller card is worth a try after a 413, wherever it is told', () => {
  expect(isTooLarge(assumedAnswer(413, ''))).toBe(true);
  expect(isTooLarge(assumedAnswer(200, 'Microsoft Teams endpoint returned HTTP error 413'))).toBe(true);
  expect(isTooLarge(assumedAnswer(202, ''))).toBe(false);
  expect(isTooLarge({ kind: 'error', code: 'timeout', message: 'x', durationMs: 1 })).toBe(false);
});
