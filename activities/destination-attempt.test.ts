import { expect, test } from 'vitest';
import type { ExchangeRequest, ExchangeResult } from '../domain/delivery/types.ts';
import type { BegunAttempt, SenderEndpoint, SubjectLease, SubjectOutcome } from '../store/types.ts';
import { createDestinationAttempt } from './destination-attempt.ts';

const HOUR_MS = 3_600_000;

const answered = (status: number, body: unknown, headers: Record<string, string> = {}): ExchangeResult => ({
  kind: 'response',
  status,
  headers,
  body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  bodyTruncated: false,
  durationMs: 1,
});

const SERVICENOW = {
  destination: 'servicenow',
  config: { plain: { instanceUrl: 'https://acme.service-now.com', username: 'bot' }, secret: { password: 'hunter2' } },
};
const JIRA = {
  destination: 'jira',
  config: {
    plain: {
      deployment: 'cloud',
      baseUrl: 'https://acme.atlassian.net',
      email: 'bot@acme.example',
      project: 'DQ',
      issueType: 'Task',
    },
    secret: { apiToken: 'a-token-of-jira' },
  },
};

function anAttempt(
  about: Pick<SenderEndpoint, 'destination' | 'config'>,
  answer: (request: ExchangeRequest) => ExchangeResult,
  lease: SubjectLease = { kind: 'held', remote: null, lastOccurredAt: null, searches: null },
) {
  const seen = { requests: [] as ExchangeRequest[], paused: [] as unknown[][], outcomes: [] as SubjectOutcome[] };
  const faults: unknown[] = [];
  let nowMs = Date.parse('2026-03-01T10:00:00.000Z');
  const attempt = createDestinationAttempt({
    store: {
      subjects: {
        lease: async () => lease,
        remember: async (_, outcome) => void seen.outcomes.push(outcome),
        release: async () => undefined,
      },
      configurationFaults: {
        add: async (...told) => void seen.paused.push(told),
        clear: async () => undefined,
      },
    },
    http: {
      async exchange(request) {
        seen.requests.push(request);
        return answer(request);
      },
    },
    nowMs: () => nowMs,
    random: () => 0,
    userAgent: 'Waybill/test',
    timeScale: 1,
    onFault: (_, error) => void faults.push(error),
  });
  const endpoint = {
    ...{ id: 'ep_1', version: 3, dialect: 'flexorch', url: '', options: {}, templates: null, headers: [] },
    ...{ retryDelaysMs: null, timeoutMs: null, acknowledge: null, healthJudged: false, secrets: [] },
    ...about,
  } satisfies SenderEndpoint;
  const make = (changes: Partial<BegunAttempt> = {}, version = 3) =>
    attempt(
      {
        kind: 'begun',
        deliveryId: 'dlv_1',
        organizationId: 'org_1',
        endpointId: 'ep_1',
        endpointVersion: 3,
        attemptId: 'atm_1',
        number: 1,
        generation: 1,
        tries: 0,
        organizationUuid: '',
        test: false,
        file: null,
        event: {
          id: 'evt_1',
          dialect: 'flexorch',
          type: 'job.failed',
          data: JSON.stringify({ event: 'job.failed', job_id: 'j1', status: 'failed' }),
          occurredAt: '2026-03-01T10:00:00.000Z',
        },
        ...changes,
      },
      { ...endpoint, version },
      nowMs,
    );
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { make, seen, faults, pass };
}

test('an endpoint rests as long as its vendor asked, however late the throttled delivery is tried again', async () => {
  const { make, seen, pass } = anAttempt(SERVICENOW, () => answered(429, {}, { 'retry-after': '2' }));
  expect(await make({ tries: 4 })).toMatchObject({
    decision: { kind: 'retry', code: 'rate_limited', delayMs: 5 * HOUR_MS },
  });
  expect(await make()).toMatchObject({ decision: { code: 'rate_limited', delayMs: 2_000 }, counted: false });
  pass(2_000);
  await make();
  expect(seen.requests).toHaveLength(2);
});

test('it rests also when the throttled delivery was at its end', async () => {
  const { make, seen } = anAttempt(SERVICENOW, () => answered(429, {}, { 'retry-after': '60' }));
  expect(await make({ tries: 9 })).toMatchObject({ decision: { kind: 'failed', reason: 'exhausted' } });
  expect(await make()).toMatchObject({ decision: { delayMs: 60_000 }, counted: false });
  expect(seen.requests).toHaveLength(1);
});

test('an endpoint that was changed does not rest for what it was before', async () => {
  const { make, seen } = anAttempt(SERVICENOW, () => answered(429, {}, { 'retry-after': '86400' }));
  await make();
  await make();
  expect(seen.requests).toHaveLength(1);
  await make({}, 4);
  expect(seen.requests).toHaveLength(2);
});

test.each([
  ['its password', 'hunter2'],
  ['its credentials as the header has them', Buffer.from('bot:hunter2').toString('base64')],
])(
  'what the vendor repeats is masked, %s too: in the exchange, the error, and the reason of a pause',
  async (_, secret) => {
    const { make, seen } = anAttempt(SERVICENOW, () =>
      answered(401, { error: { message: `who is ${secret}?`, detail: secret }, status: 'failure' }),
    );
    const attempted = await make();
    expect(attempted.decision).toMatchObject({ code: 'bad_configuration' });
    expect(JSON.stringify([attempted.exchanges, attempted.errorMessage, seen.paused])).not.toContain(secret);
    expect(attempted.exchanges[0]?.responseBody).toContain('••••');
  },
);

test('a client secret is masked however short it is, in what is kept of a request for a token', async () => {
  const config = {
    plain: { instanceUrl: 'https://acme.service-now.com', auth: 'oauth', clientId: 'waybill' },
    secret: { clientSecret: 'zq7' },
  };
  const { make } = anAttempt({ destination: 'servicenow', config }, () => answered(500, {}));
  const { exchanges } = await make();
  expect(exchanges).toMatchObject([{ step: 'get an access token' }]);
  expect(JSON.stringify(exchanges)).not.toContain('zq7');
});

test('an answer that nothing was prepared for leaves the attempt in doubt, and uses up a try', async () => {
  const { make, seen, faults } = anAttempt(JIRA, ({ method, url }) => {
    if (method === 'POST' && url.endsWith('/issue')) return answered(201, { id: '1', key: 'DQ-1' });
    return url.includes('/issue/') || url.includes('/search')
      ? answered(200, { issues: [null], values: 3 })
      : answered(200, {});
  });
  const attempted = await make();
  expect(attempted).toMatchObject({ decision: { kind: 'retry', code: 'unsure' }, counted: true });
  expect(attempted.errorMessage).toMatch(/./);
  expect(seen.outcomes).toMatchObject([{ searches: 0, occurredAt: null }]);
  expect(faults).toHaveLength(1);
});

test('a fault of the configuration is told with the version it was found at', async () => {
  const { make, seen } = anAttempt(SERVICENOW, () => answered(401, {}));
  await make();
  expect(seen.paused).toMatchObject([['org_1', 'ep_1', 3, expect.any(String)]]);
});

test('it waits as long as the next search for what another delivery may have made, and asks nothing before', async () => {
  const { make, seen } = anAttempt(JIRA, () => answered(200, {}), { kind: 'early', waitMs: 45_000 });
  expect(await make()).toMatchObject({ decision: { code: 'subject_busy', delayMs: 45_000 }, counted: false });
  expect(seen).toEqual({ requests: [], paused: [], outcomes: [] });
});
