import { describe, expect, test } from 'vitest';
import type { ExchangeResult } from '../../delivery/types.ts';
import { type Asked, judgeJira, verdictOfRefusal } from './answers.ts';

const NOW_MS = Date.UTC(2024, 0, 15, 10, 30);
const READS: Asked = { makes: false, ofIssue: false, deployment: 'cloud' };
const MAKES: Asked = { ...READS, makes: true };
const OF_ISSUE: Asked = { ...READS, ofIssue: true };

function answer(status: number, body: string | object = '', headers: Record<string, string> = {}): ExchangeResult {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const bytes = new TextEncoder().encode(text);
  return { kind: 'response', status, headers, body: bytes, bodyTruncated: false, durationMs: 1 };
}

const errors = (fields: Record<string, string>, ...errorMessages: string[]) => ({ errorMessages, errors: fields });

function verdict(result: ExchangeResult, asked: Asked = READS) {
  const judged = judgeJira(result, asked, NOW_MS);
  if (judged.kind === 'refused') return verdictOfRefusal(judged);
  return judged.kind === 'stopped' ? judged.verdict : judged;
}

test.each([
  [200, { id: '1' }, { kind: 'ok', body: { id: '1' }, text: '{"id":"1"}' }],
  [201, { id: '1' }, { kind: 'ok', body: { id: '1' }, text: '{"id":"1"}' }],
  [204, '', { kind: 'ok', body: undefined, text: '' }],
])('%i is success', (status, body, judged) => {
  expect(verdict(answer(status, body), MAKES)).toEqual(judged);
});

test('an answer too long to be read to its end is success without JSON; a page is not Jira', () => {
  const cut = { ...answer(200, '{"comments":[{"body":"Delivery d'), bodyTruncated: true };
  expect(verdict(cut)).toEqual({ kind: 'ok', body: undefined, text: '{"comments":[{"body":"Delivery d' });
  expect(verdict(answer(200, '<html>Sign in</html>'))).toMatchObject({
    kind: 'bad_configuration',
    message: expect.stringMatching(/not Jira’s.*sign-in page/),
  });
});

describe('what the configuration is to blame for', () => {
  test.each<[string, ExchangeResult, Asked, RegExp]>([
    [
      'a redirect',
      answer(302, '', { location: 'https://sso.example/?token=x' }),
      READS,
      /^The address answered with a redirect.* \(302\)$/,
    ],
    [
      'a token that is refused',
      answer(401, 'Client must be authenticated'),
      READS,
      /e-mail and API token \(401\).*scoped token/,
    ],
    ['in Data Center', answer(401, '<html/>'), { ...READS, deployment: 'datacenter' }, /personal access token \(401\)/],
    ['no permission', answer(403, errors({}, 'You may not.')), MAKES, /does not allow this.*\(403\).*: You may not\.$/],
    ['CAPTCHA', answer(403, '', { 'x-seraph-loginreason': 'AUTHENTICATION_DENIED' }), MAKES, /demands a CAPTCHA/],
    [
      'CAPTCHA',
      answer(403, '', { 'x-authentication-denied-reason': 'CAPTCHA_CHALLENGE; login-url=x' }),
      READS,
      /CAPTCHA/,
    ],
    [
      'an unknown place',
      answer(404, errors({}, 'No project could be found.')),
      READS,
      /\(404\).*: No project could be found\.$/,
    ],
    ['a method that is refused', answer(405), MAKES, /refused the method \(405\)/],
    ['a removed API', answer(410, errors({}, 'Please migrate.')), READS, /API of Cloud \(410\).*: Please migrate\.$/],
    ['the other API', answer(410), { ...READS, deployment: 'datacenter' }, /API of Data Center \(410\)/],
    [
      'an unknown project',
      answer(400, errors({ project: 'valid project is required' })),
      MAKES,
      /\(400\): project: valid project is required$/,
    ],
    ['an unknown type', answer(400, errors({ issuetype: 'Specify a valid issue type' })), MAKES, /issuetype: Specify/],
    [
      'a project that is not searched',
      answer(400, errors({}, "The value 'X' does not exist for the field 'project'.")),
      READS,
      /'project'/,
    ],
    [
      'no permission to create',
      answer(400, errors({}, 'You do not have permission to create issues in this project.')),
      MAKES,
      /permission to create/,
    ],
    [
      'a demanded field',
      answer(400, errors({ customfield_10042: 'Team is required.' })),
      MAKES,
      /customfield_10042: Team is required\.$/,
    ],
    [
      'an unknown field',
      answer(
        400,
        errors({
          customfield_1: "Field 'customfield_1' cannot be set. It is not on the appropriate screen, or unknown.",
        }),
      ),
      MAKES,
      /customfield_1: Field 'customfield_1' cannot be set/,
    ],
    [
      'the flavour of the API',
      answer(400, errors({ description: 'Operation value must be a string' })),
      MAKES,
      /must be a string/,
    ],
    [
      'the flavour of the API',
      answer(400, errors({ comment: 'Operation value must be an Atlassian Document' })),
      MAKES,
      /Atlassian Document/,
    ],
    [
      'an address that must not be called',
      { kind: 'error', code: 'address_not_allowed', message: 'private', durationMs: 0 },
      MAKES,
      /private/,
    ],
  ])('%s', (_, result, asked, message) => {
    expect(verdict(result, asked)).toEqual({ kind: 'bad_configuration', message: expect.stringMatching(message) });
  });
});

describe('what Jira will never take', () => {
  test.each<[number, string | object, RegExp]>([
    [
      400,
      errors({ summary: 'The summary is invalid because it contains newline characters.' }),
      /summary: The summary is invalid/,
    ],
    [400, errors({ summary: "Summary can't exceed 255 characters." }), /255 characters/],
    [
      400,
      errors({ description: 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.' }),
      /too long/,
    ],
    [400, errors({}, 'INVALID_INPUT'), /content \(400\): INVALID_INPUT$/],
    [400, '<html>', /no reason was given/],
    [
      413,
      errors({}, 'The per-issue limit has been breached for comments field.'),
      /as many comments as Jira allows \(413\)/,
    ],
    [415, '', /refused the request \(415\)$/],
    [422, errors({}, 'No.'), /\(422\): No\.$/],
  ])('%i %j', (status, body, message) => {
    expect(verdict(answer(status, body), MAKES)).toEqual({
      kind: 'bad_payload',
      message: expect.stringMatching(message),
    });
  });
});

describe('throttling', () => {
  const limited = (headers: Record<string, string>) =>
    verdict(answer(429, errors({}, 'Rate limit exceeded.'), headers));

  test.each([
    ['jira-burst-based', true, /of one kind/],
    ['jira-quota-global-based', true, /hourly quota is used up/],
    ['jira-quota-tenant-based', true, /quota of the site/],
    ['jira-per-issue-on-write', undefined, /of one issue/],
    ['jira-something-new', true, /too many requests$/],
  ])('%s', (reason, rests, message) => {
    const judged = limited({ 'ratelimit-reason': reason, 'retry-after': '30' });
    const told = { kind: 'retry', code: 'rate_limited', message: expect.stringMatching(message), afterMs: 30_000 };
    expect(judged).toEqual(rests ? { ...told, rests } : told);
  });

  test.each([
    ['a date', { 'retry-after': 'Mon, 15 Jan 2024 10:31:00 GMT' }, 60_000],
    ['when the limit is reset', { 'x-ratelimit-reset': '2024-01-15T11:30Z' }, 3_600_000],
    ['a reset that has passed', { 'x-ratelimit-reset': '2024-01-15T10:00Z' }, 0],
    ['how often Data Center gives tokens', { 'x-ratelimit-interval-seconds': '60' }, 60_000],
    ['that Data Center has tokens', { 'retry-after': '0', 'x-ratelimit-interval-seconds': '60' }, 0],
    ['nothing', {}, null],
  ])('by %s', (_, headers, afterMs) => {
    expect(limited(headers)).toMatchObject({ afterMs });
  });
});

describe('what fails for now', () => {
  test.each([408, 409])('%i is tried again, whatever was asked', (status) => {
    expect(verdict(answer(status), MAKES)).toMatchObject({ kind: 'retry', code: `http_${status}`, afterMs: null });
  });

  test.each([500, 502, 503, 504])('%i is tried again where nothing is made, else looked for', (status) => {
    const failed = answer(status, '<html>', { 'retry-after': '7' });
    expect(verdict(failed)).toEqual({
      kind: 'retry',
      code: `http_${status}`,
      message: `Jira failed (${status})`,
      afterMs: 7_000,
    });
    expect(verdict(failed, MAKES)).toEqual({ kind: 'ambiguous', message: `Jira failed (${status})` });
  });

  test('so is what was never answered, unless it was never sent', () => {
    const error = (code: 'timeout' | 'connection_refused'): ExchangeResult => ({
      kind: 'error',
      code,
      message: 'm',
      durationMs: 1,
    });
    expect(verdict(error('timeout'))).toMatchObject({ kind: 'retry', code: 'timeout' });
    expect(verdict(error('timeout'), MAKES)).toMatchObject({ kind: 'ambiguous' });
    expect(verdict(error('connection_refused'), MAKES)).toMatchObject({ kind: 'retry', code: 'connection_refused' });
  });
});

test('404 of an issue: it is gone', () => {
  expect(judgeJira(answer(404, errors({}, 'Issue does not exist')), OF_ISSUE, NOW_MS)).toEqual({ kind: 'gone' });
});

test('long words are cut, and lines joined', () => {
  const judged = verdict(answer(403, errors({}, `a\nb ${'x'.repeat(2_000)}`)));
  expect(judged).toMatchObject({ message: expect.stringMatching(/: a b x+… \(\d+ more characters\)$/) });
});
