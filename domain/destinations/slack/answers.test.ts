import { describe, expect, test } from 'vitest';
import { EXCHANGE_ERROR_CODES, type ExchangeResult } from '../../delivery/types.ts';
import { assumedAnswer } from '../transport.ts';
import { judgeCall, judgeWebhook, type SlackCall } from './answers.ts';

const NOW_MS = Date.UTC(2024, 0, 15, 10, 30);
const SECRET = 'T0ACME/B0ACME/s3cr3tpart';

const answered = (status: number, body: unknown, headers: Record<string, string> = {}): ExchangeResult => {
  return { ...(assumedAnswer(status, body) as Extract<ExchangeResult, { kind: 'response' }>), headers };
};
const refused = (error: string) => answered(200, { ok: false, error });
const verdictOf = (result: ExchangeResult, call: SlackCall) => {
  const answer = judgeCall(result, call, NOW_MS);
  return answer.kind === 'failed' ? answer.verdict : answer;
};

/** Every token of the reference, by the class that it has there; what a table leaves open is a prefix. */
const API_TOKENS = {
  throttled: 'ratelimited rate_limited',
  retry: 'service_unavailable request_timeout update_failed external_channel_migrating',
  unclear: 'internal_error fatal_error',
  hours: 'team_added_to_org org_login_required message_limit_exceeded',
  bad_configuration:
    'invalid_auth not_authed account_inactive token_revoked token_expired not_allowed_token_type missing_scope no_permission access_denied accesslimited ekm_access_denied team_access_not_granted app_access_restricted channel_not_found not_in_channel is_archived team_not_found restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel',
  bad_payload:
    'invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long no_text too_many_attachments attachment_payload_limit_exceeded metadata_too_large invalid_metadata_format invalid_metadata_schema markdown_text_conflict invalid_arguments invalid_arg_name invalid_array_arg invalid_post_type invalid_charset never_heard_of_it',
  gone: 'message_not_found cant_update_message edit_window_closed is_inactive cannot_reply_to_message restricted_action_thread_locked thread_not_found',
};
const tokensOf = (kind: keyof typeof API_TOKENS) => API_TOKENS[kind].split(' ');
const CALLS: readonly SlackCall[] = ['create', 'reply', 'update', 'read'];

describe('the Web API', () => {
  test.each(tokensOf('throttled'))(
    '%s: as long as it says, for all messages; where only reading is throttled, not',
    (token) => {
      const limited = answered(429, { ok: false, error: token }, { 'retry-after': '30' });
      for (const call of CALLS) {
        const expected = { kind: 'retry', code: 'rate_limited', afterMs: 30_000, rests: call !== 'read' };
        expect(verdictOf(limited, call)).toMatchObject(expected);
      }
      expect(verdictOf(refused(token), 'create')).toMatchObject({ kind: 'retry', code: 'rate_limited', afterMs: null });
    },
  );

  test.each(tokensOf('retry'))('%s: again', (token) => {
    for (const call of CALLS)
      expect(verdictOf(refused(token), call)).toMatchObject({ kind: 'retry', code: 'vendor_error' });
  });

  test.each(tokensOf('unclear'))('%s: looked for, unless it may simply be done again', (token) => {
    expect(CALLS.map((call) => verdictOf(refused(token), call).kind)).toEqual([
      'ambiguous',
      'ambiguous',
      'retry',
      'retry',
    ]);
  });

  test.each(tokensOf('hours'))('%s: again in an hour, nothing else until then', (token) => {
    expect(verdictOf(refused(token), 'create')).toMatchObject({ kind: 'retry', afterMs: 3_600_000, rests: true });
  });

  test.each(tokensOf('bad_configuration'))('%s: a configuration to be changed, and what about it', (token) => {
    for (const call of CALLS) {
      expect(verdictOf(refused(token), call)).toMatchObject({
        kind: 'bad_configuration',
        message: expect.stringMatching(new RegExp(`^Slack answered ${token}: .{20}`)),
      });
    }
  });

  test.each(tokensOf('bad_payload'))('%s: never', (token) => {
    for (const call of CALLS) {
      expect(verdictOf(refused(token), call)).toMatchObject({
        kind: 'bad_payload',
        message: expect.stringContaining(token),
      });
    }
  });

  test.each(tokensOf('gone'))('%s: the message is gone, except for one that was never there', (token) => {
    expect(CALLS.map((call) => verdictOf(refused(token), call).kind)).toEqual(['bad_payload', 'gone', 'gone', 'gone']);
  });

  test('a missing scope is named, and so are faulty blocks', () => {
    const missing = { ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'channels:read' };
    expect(verdictOf(answered(200, missing), 'create')).toMatchObject({
      message: expect.stringContaining('(needed: chat:write)'),
    });
    const place = 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]';
    expect(verdictOf(answered(200, { ok: false, error: 'invalid_blocks', errors: [place] }), 'create')).toMatchObject({
      message: `Slack answered invalid_blocks: Slack does not take this content (${place})`,
    });
  });

  test.each([
    [500, 'ambiguous', 'http_500'],
    [502, 'ambiguous', 'http_502'],
    [503, 'retry', 'http_503'],
    [504, 'ambiguous', 'http_504'],
    [408, 'ambiguous', 'http_408'],
  ])('HTTP %i without a word of Slack: %s for what shows, again for the rest', (status, kind, code) => {
    const down = answered(status, '<html>', { 'retry-after': '7' });
    expect(verdictOf(down, 'create').kind).toBe(kind);
    for (const call of ['update', 'read'] as const) {
      expect(verdictOf(down, call)).toMatchObject({ kind: 'retry', code, afterMs: 7_000 });
    }
  });

  test.each([200, 301, 302, 400, 401, 403, 404, 407])('HTTP %i and a page is no answer of Slack’s', (status) => {
    expect(verdictOf(answered(status, '<html>'), 'create')).toMatchObject({
      kind: 'bad_configuration',
      message: expect.stringContaining('check the API address'),
    });
  });

  test('HTTP 413 and a failure without a reason: never', () => {
    expect(verdictOf(answered(413, 'too large'), 'create').kind).toBe('bad_payload');
    expect(verdictOf(answered(200, { ok: false }), 'create').kind).toBe('bad_payload');
  });

  test('of an answer that is longer than what is kept the beginning is read', () => {
    const begins = (body: string): ExchangeResult =>
      ({ ...(answered(200, body) as object), bodyTruncated: true }) as never;
    const long = begins('{"ok":true,"channel":"C0ALERTS01","ts":"1503435956.000247","message":{"text":"…');
    expect(judgeCall(long, 'create', NOW_MS)).toMatchObject({ kind: 'ok', body: { ts: '1503435956.000247' } });
    expect(verdictOf(begins('{"ok":true,"messages":[{"text":"…'), 'read').kind).toBe('retry');
    expect(verdictOf(begins('{"message":{"text":"…'), 'create').kind).toBe('ambiguous');
  });

  test.each(EXCHANGE_ERROR_CODES)('%s: looked for if it may have shown, else again', (code) => {
    const error: ExchangeResult = { kind: 'error', code, message: 'no answer', durationMs: 1 };
    const sent = ['connection_reset', 'timeout', 'invalid_response', 'network_error'].includes(code);
    const [create, , update] = CALLS.map((call) => verdictOf(error, call).kind);
    if (code === 'address_not_allowed') expect([create, update]).toEqual(['bad_configuration', 'bad_configuration']);
    else expect([create, update]).toEqual([sent ? 'ambiguous' : 'retry', 'retry']);
  });
});

describe('an incoming webhook', () => {
  const judge = (status: number, body: unknown, headers = {}) => judgeWebhook(answered(status, body, headers), NOW_MS);

  test('200 with ok is delivered, however it is spaced; any other text is not', () => {
    expect(judge(200, 'ok\n')).toEqual({ kind: 'delivered' });
    expect(judge(200, 'invalid_payload').kind).toBe('bad_payload');
    expect(judge(200, 'no_service').kind).toBe('bad_configuration');
    expect(judge(200, '<html>welcome</html>').kind).toBe('bad_configuration');
    expect(judge(200, '').kind).toBe('bad_configuration');
    expect(judge(201, 'ok').kind).not.toBe('delivered');
  });

  test.each([
    [400, 'invalid_payload', 'bad_payload'],
    [400, 'invalid_blocks', 'bad_payload'],
    [400, 'invalid_blocks_format', 'bad_payload'],
    [400, 'no_text', 'bad_payload'],
    [400, 'missing_text_or_fallback_or_attachments', 'bad_payload'],
    [400, 'too_many_attachments', 'bad_payload'],
    [400, 'something_new', 'bad_payload'],
    [400, '<html>', 'bad_payload'],
    [413, '<html>', 'bad_payload'],
    [400, 'user_not_found', 'bad_configuration'],
    [404, 'channel_not_found', 'bad_configuration'],
    [403, 'action_prohibited', 'bad_configuration'],
    [403, 'posting_to_general_channel_denied', 'bad_configuration'],
    [403, 'invalid_token', 'bad_configuration'],
    [403, 'something_new', 'bad_configuration'],
    [404, 'no_service', 'bad_configuration'],
    [404, 'no_service_id', 'bad_configuration'],
    [404, 'no_team', 'bad_configuration'],
    [404, 'no_active_hooks', 'bad_configuration'],
    [404, '<html>', 'bad_configuration'],
    [410, 'channel_is_archived', 'bad_configuration'],
    [410, 'team_disabled', 'bad_configuration'],
    [302, '', 'bad_configuration'],
    [401, '', 'bad_configuration'],
    [500, 'rollup_error', 'retry'],
    [500, '', 'retry'],
    [502, '<html>', 'retry'],
    [504, '<html>', 'retry'],
  ])('HTTP %i with %s: %s', (status, body, kind) => {
    expect(judge(status, body).kind).toBe(kind);
  });

  test.each([['ratelimited'], [{ ok: false, error: 'rate_limited' }], ['']])('throttled with %j', (body) => {
    const expected = { kind: 'retry', code: 'rate_limited', afterMs: 12_000, rests: true };
    expect(judge(429, body, { 'retry-after': '12' })).toMatchObject(expected);
    const date = { 'retry-after': 'Mon, 15 Jan 2024 10:31:00 GMT' };
    expect(judge(429, body, date)).toMatchObject({ afterMs: 60_000 });
  });

  test('without an answer it is tried again, since nothing can be looked up', () => {
    const error: ExchangeResult = { kind: 'error', code: 'timeout', message: 'no answer', durationMs: 1 };
    expect(judgeWebhook(error, NOW_MS)).toEqual({
      kind: 'retry',
      code: 'timeout',
      message: 'no answer',
      afterMs: null,
    });
  });
});

test('what an answer repeats of a secret is in no message', () => {
  const echoes = [
    SECRET,
    `https://hooks.slack.com/services/${SECRET}`,
    { ok: false, error: SECRET },
    { ok: false, error: 'xoxb-1-secret' },
    { ok: false, error: 'missing_scope', needed: SECRET },
    { ok: false, error: 'invalid_blocks', errors: [`${SECRET} [json-pointer:/blocks]`, 'xoxb-1-secret'] },
  ];
  for (const echo of echoes) {
    for (const status of [200, 400, 403, 404, 500]) {
      const said = JSON.stringify([
        judgeWebhook(answered(status, echo), NOW_MS),
        verdictOf(answered(status, echo), 'create'),
      ]);
      expect(said).not.toMatch(/s3cr3tpart|xoxb-1-secret/);
    }
  }
});
