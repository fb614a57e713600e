import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrganization, type Call, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { eventually } from '../eventually.ts';
import { aPipeline, type Pipeline } from '../pipeline.ts';
import { type Answer, aReceiver, type Received, type Receiver } from '../receiver.ts';

// Each test's title is a statement of the system's document, or our reading of it.

let pipeline: Pipeline;
let gateway: TestGateway;
let receiver: Receiver;
let organizationId: string;
let key: string;

beforeAll(async () => {
  // A minute takes 60 ms.
  pipeline = await aPipeline(() => ({ timeScale: 0.001 }));
  gateway = await startTestGateway({ store: pipeline.store, signalLookAgain: pipeline.runtime.signalLookAgain });
  receiver = await aReceiver((request, response, count) => (answers.get(request.path) ?? ok)(request, response, count));
  const organization = await anOrganization(gateway);
  organizationId = organization.id;
  key = await aFlexorchKey(organization);
});
afterAll(async () => {
  await gateway.close();
  await pipeline.close();
  await receiver.close();
});

const WEBHOOKS = '/flexorch/v1/webhooks';
/** The body of the document's own call. */
const DOCUMENT_CALL = {
  url: 'https://your-app.com/hooks/flexorch',
  events: ['job.completed', 'job.failed'],
  secret: 'your_signing_secret',
};
const COMPLETED = { job_id: 'job_abc123', status: 'completed', quality_grade: 'A', pii_findings_count: 2 };

const ok: Answer = (_request, response) => response.end('thanks');
const withStatus =
  (status: number): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'x-receiver': 'tests' }).end(`status ${status}`);
/** What the receiver answers, by path; 200 elsewhere. */
const answers = new Map<string, Answer>();

async function aFlexorchKey({ id, key: bearer }: { id: string; key: string }): Promise<string> {
  const body = { name: 'flexorch', dialect: 'flexorch' };
  return (await gateway.call('POST', `/v1/organizations/${id}/api-keys`, { key: bearer, body })).json().key;
}

type Method = Parameters<TestGateway['call']>[0];
const call = (method: Method, path: string, body?: unknown, { key: as = key, headers }: Call = {}) =>
  gateway.call(method, path, {
    key: null,
    headers: { ...(as !== null && { 'x-api-key': as }), ...headers },
    ...(body === undefined ? {} : { body }),
  });

let made = 0;
/** A webhook for `job.completed` at a path of its own, which gets `answer`. */
async function register(settings: object = {}, answer: Answer = ok) {
  const path = `/hooks/flexorch/${made++}`;
  answers.set(path, answer);
  const response = await call('POST', WEBHOOKS, {
    url: receiver.url.replace(/\/$/, path),
    events: ['job.completed'],
    ...settings,
  });
  expect(response.statusCode).toBe(201);
  return { ...response.json(), requests: () => receiver.received.filter((request) => request.path === path) };
}

/** Publishes `job.completed` to one webhook only. */
async function publish(webhook: { id: string }, more: object = {}): Promise<string> {
  const to = [webhook.id.replace('wh_', 'ep_')];
  const response = await gateway.call('POST', '/v1/events', {
    key,
    body: { type: 'job.completed', data: COMPLETED, to, ...more },
  });
  expect(response.statusCode).toBe(202);
  return response.json().id;
}

type Log = Record<string, unknown> & { status: string };
const logs = async (webhook: { id: string }): Promise<Log[]> =>
  (await call('GET', `${WEBHOOKS}/${webhook.id}/logs`)).json().data;

/** The log once its newest line is as told. */
const logged = (webhook: { id: string }, what: (newest: Log, all: Log[]) => boolean): Promise<Log[]> =>
  eventually('the log', async () => {
    const lines = await logs(webhook);
    return lines[0] !== undefined && what(lines[0], lines) && lines;
  });

/** The document's `verify_signature`. */
function documentReceiver(secret: string, { headers, body }: Received): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'));
  const signature = Buffer.from(String(headers['x-flexorch-signature']));
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

async function aConnector(of = organizationId): Promise<number> {
  const { number } = await gateway.store.connectors.create(of, {
    name: 'exports',
    url: 'https://s3.example.com',
    region: 'eu-central-1',
    bucket: 'datasets',
    pathStyle: true,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'hunter2',
  });
  return number;
}

describe('registering a webhook', () => {
  test("the document's call is accepted, with a key that begins with dfx_ in X-API-KEY", async () => {
    expect(key).toMatch(/^dfx_/);
    const response = await call('POST', WEBHOOKS, DOCUMENT_CALL);
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      ...DOCUMENT_CALL,
      id: expect.stringMatching(/^wh_\w{26}$/),
      auto_export: null,
      active: true,
      disabled_reason: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: expect.stringMatching(/Z$/),
    });
  });

  test('without a key, with an unknown one, or with a bearer token it is a 401', async () => {
    for (const headers of [{}, { 'x-api-key': `dfx_${'x'.repeat(43)}` }, { authorization: `Bearer ${key}` }]) {
      const refused = await call('POST', WEBHOOKS, DOCUMENT_CALL, { key: null, headers });
      expect(refused.statusCode).toBe(401);
      expect(refused.json()).toEqual({ detail: expect.any(String), code: 'unauthorized' });
    }
  });

  test('without a secret one is generated and returned once', async () => {
    const [one, two] = [await register(), await register()];
    expect(one.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(one.secret).not.toBe(two.secret);
    for (const path of [WEBHOOKS, `${WEBHOOKS}/${one.id}`]) {
      expect((await call('GET', path)).body).not.toContain(one.secret);
    }
  });

  test('a secret given is shown in no later answer either', async () => {
    const { id } = (await call('POST', WEBHOOKS, DOCUMENT_CALL)).json();
    for (const path of [WEBHOOKS, `${WEBHOOKS}/${id}`]) {
      expect((await call('GET', path)).body).not.toContain(DOCUMENT_CALL.secret);
    }
  });

  test('a secret of the wrong form is refused without being repeated', async () => {
    const refused = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, secret: 'with spaces' });
    expect(refused.statusCode).toBe(422);
    expect(refused.json().errors).toMatchObject([{ field: 'secret' }]);
    expect(refused.body).not.toContain('with spaces');
  });

  test('the URL must be one that may be called', async () => {
    for (const url of ['https://10.0.0.1/', 'ftp://your-app.com/', 'your-app.com', 'https://a:b@your-app.com/']) {
      const refused = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, url });
      expect([refused.statusCode, refused.json().code]).toEqual([422, 'url_not_allowed']);
    }
  });
});

describe('events', () => {
  test.each(['job.completed', 'job.failed', 'dataset.ready'])('%s can be subscribed to', async (event) => {
    expect((await register({ events: [event] })).events).toEqual([event]);
  });

  test('of other systems, patterns and misspelt ones are refused, with the names that there are', async () => {
    for (const event of ['job.created', 'job.*', '*', 'job.complete']) {
      const refused = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, events: [event] });
      expect(refused.json().errors).toEqual([
        { field: 'events.0', rule: 'must be one of job.completed, job.failed, dataset.ready' },
      ]);
    }
  });

  test('must be named: none, an empty list or null are refused (our reading)', async () => {
    for (const events of [undefined, [], null]) {
      const refused = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, events });
      expect([refused.statusCode, refused.json().errors]).toEqual([
        422,
        [expect.objectContaining({ field: 'events' })],
      ]);
    }
  });
});

describe('managing webhooks', () => {
  test('get and list show the webhook without its secret', async () => {
    const { secret, ...shown } = (await call('POST', WEBHOOKS, DOCUMENT_CALL)).json();
    expect((await call('GET', `${WEBHOOKS}/${shown.id}`)).json()).toEqual(shown);
    const page = (await call('GET', WEBHOOKS)).json();
    expect(page.data[0]).toEqual(shown);
  });

  test('patch changes url, events, auto_export and active, and leaves what is absent', async () => {
    const connector = await aConnector();
    const { id } = (await call('POST', WEBHOOKS, DOCUMENT_CALL)).json();
    let expected = (await call('GET', `${WEBHOOKS}/${id}`)).json();
    const autoExport = { connector_id: connector, format: 'csv', prefix: '' };
    for (const change of [
      { url: 'https://your-app.com/other' },
      { events: ['dataset.ready', 'job.failed'] },
      { auto_export: autoExport },
      { events: ['dataset.ready'] },
      { auto_export: null },
      { active: false },
      { active: true },
      {},
    ]) {
      const reason = 'active' in change ? { disabled_reason: change.active ? null : 'requested' } : {};
      expected = { ...expected, ...change, ...reason, updated_at: expect.any(String) };
      const changed = await call('PATCH', `${WEBHOOKS}/${id}`, change);
      expect([changed.statusCode, changed.json()]).toEqual([200, expected]);
      expect((await call('GET', `${WEBHOOKS}/${id}`)).json()).toEqual(expected);
    }
  });

  test('a patch that breaks a rule changes nothing', async () => {
    const { id } = (await call('POST', WEBHOOKS, DOCUMENT_CALL)).json();
    const before = (await call('GET', `${WEBHOOKS}/${id}`)).json();
    for (const change of [
      { url: 'ftp://a/' },
      { events: [] },
      { secret: 'with spaces' },
      { auto_export: { connector_id: 1, format: 'xml' } },
    ]) {
      const refused = await call('PATCH', `${WEBHOOKS}/${id}`, { active: false, events: ['job.failed'], ...change });
      expect(refused.statusCode).toBe(422);
    }
    expect((await call('GET', `${WEBHOOKS}/${id}`)).json()).toEqual(before);
  });

  test('a new secret signs from the next attempt on', async () => {
    const webhook = await register({ secret: 'the-first' });
    const patched = await call('PATCH', `${WEBHOOKS}/${webhook.id}`, { secret: 'the-second' });
    expect(patched.body).not.toContain('the-second');
    await publish(webhook);
    await logged(webhook, (newest) => newest.status === 'success');
    expect(documentReceiver('the-second', webhook.requests()[0])).toBe(true);
  });

  test('delete ends it', async () => {
    const { id } = await register();
    expect((await call('DELETE', `${WEBHOOKS}/${id}`)).statusCode).toBe(204);
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await call(method, `${WEBHOOKS}/${id}`)).statusCode).toBe(404);
    }
  });
});

describe('a delivery', () => {
  test("has the document's payload", async () => {
    const webhook = await register();
    await publish(webhook, { occurredAt: '2024-01-15T10:30:00Z' });
    await logged(webhook, (newest) => newest.status === 'success');
    expect(JSON.parse(webhook.requests()[0].body)).toEqual({
      event: 'job.completed',
      ...COMPLETED,
      timestamp: '2024-01-15T10:30:00Z',
    });
  });

  test("is signed in X-Flexorch-Signature with the secret given: the document's receiver accepts it", async () => {
    const webhook = await register({ secret: DOCUMENT_CALL.secret });
    await publish(webhook);
    await logged(webhook, (newest) => newest.status === 'success');
    const [request] = webhook.requests();
    expect(documentReceiver(DOCUMENT_CALL.secret, request)).toBe(true);
    expect(documentReceiver('another', request)).toBe(false);
  });

  test("is signed with the generated secret where none was given: the document's receiver accepts it", async () => {
    const webhook = await register();
    await publish(webhook);
    await logged(webhook, (newest) => newest.status === 'success');
    expect(documentReceiver(webhook.secret, webhook.requests()[0])).toBe(true);
  });

  test('is acknowledged by any 2xx', async () => {
    for (const status of [200, 202, 204]) {
      const webhook = await register({}, withStatus(status));
      await publish(webhook);
      await logged(webhook, (newest) => newest.status === 'success');
      expect(webhook.requests()).toHaveLength(1);
    }
  });

  test('that is not acknowledged is retried once, after 60 seconds (our figure), whatever the status', async () => {
    for (const status of [302, 400, 404, 500]) {
      const webhook = await register({}, withStatus(status));
      await publish(webhook);
      const lines = await logged(webhook, (newest, all) => all.length === 2 && newest.next_attempt_at === null);
      expect(lines).toMatchObject([
        { attempt: 2, retry: 1, status: 'failed', reason: `http_${status}` },
        { attempt: 1, retry: 0, status: 'failed', reason: null },
      ]);
      // A thousandth of the real wait.
      const waitedMs = Date.parse(String(lines[0]?.attempted_at)) - Date.parse(String(lines[1]?.attempted_at));
      expect(waitedMs).toBeGreaterThanOrEqual(59);
      expect(webhook.requests()).toHaveLength(2);
    }
  });

  test('goes to the webhooks that name its event, and to no others', async () => {
    const organization = await anOrganization(gateway);
    const own = await aFlexorchKey(organization);
    const create = async (events: string[]) =>
      (await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, active: false, events }, { key: own })).json().id;
    const completed = await create(['job.completed', 'dataset.ready']);
    await create(['job.failed']);
    const body = { type: 'job.completed', data: COMPLETED };
    const { id } = (await gateway.call('POST', '/v1/events', { key: own, body })).json();
    const { deliveries } = (await gateway.call('GET', `/v1/events/${id}`, { key: own })).json();
    expect(deliveries).toMatchObject([{ endpointId: completed.replace('wh_', 'ep_') }]);
  });
});

describe('webhook logs', () => {
  test('show failed and retried deliveries, with request and response of each attempt', async () => {
    let turn = 0;
    const webhook = await register({}, (request, response, count) =>
      (turn++ === 0 ? withStatus(500) : ok)(request, response, count),
    );
    const eventId = await publish(webhook);
    const lines = await logged(webhook, (newest) => newest.status === 'success');
    const [first, second] = webhook.requests();
    const common = { event_id: eventId, event: 'job.completed', duration_ms: expect.any(Number), test: false };
    const request = (sent: Received) => ({
      method: 'POST',
      url: webhook.url,
      body: sent.body,
      headers: expect.objectContaining({ 'x-flexorch-signature': sent.headers['x-flexorch-signature'] }),
    });
    expect(lines.map((line) => ({ ...line, request: lowerCased(line.request) }))).toMatchObject([
      {
        ...common,
        status: 'success',
        attempt: 2,
        retry: 1,
        request: request(second),
        response: { status: 200, body: 'thanks', body_encoding: 'utf8', body_truncated: false },
        error: null,
        next_attempt_at: null,
      },
      {
        ...common,
        status: 'failed',
        attempt: 1,
        retry: 0,
        request: request(first),
        response: { status: 500, body: 'status 500', headers: { 'x-receiver': 'tests' } },
        error: { code: 'http_500', message: expect.any(String) },
        next_attempt_at: expect.stringMatching(/Z$/),
      },
    ]);
    expect(new Set(lines.map((line) => line.delivery_id)).size).toBe(1);
    expect(new Set(lines.map((line) => line.id)).size).toBe(2);
  });

  test('show an attempt without an answer with its error', async () => {
    const webhook = await register({}, (_request, response) => response.destroy());
    await publish(webhook);
    const lines = await logged(webhook, (_newest, all) => all.length === 2);
    expect(lines[1]).toMatchObject({
      response: null,
      error: { code: 'connection_reset' },
      request: { method: 'POST' },
    });
  });

  test('show neither the secret nor values of custom headers', async () => {
    const webhook = await register();
    await gateway.call('PATCH', `/v1/endpoints/${webhook.id.replace('wh_', 'ep_')}`, {
      key,
      body: { headers: [{ name: 'X-Token', value: 'hunter2' }] },
    });
    await publish(webhook);
    await logged(webhook, (newest) => newest.status === 'success');
    expect(webhook.requests()[0].headers['x-token']).toBe('hunter2');
    const { body } = await call('GET', `${WEBHOOKS}/${webhook.id}/logs`);
    expect(body).not.toContain('hunter2');
    expect(body).not.toContain(webhook.secret);
  });

  test('have a line for what was not tried yet', async () => {
    const webhook = await register({ active: false });
    await publish(webhook);
    expect(await logs(webhook)).toMatchObject([
      { id: null, status: 'cancelled', reason: 'endpoint_disabled', attempt: null, request: null, response: null },
    ]);
  });
});

describe('auto_export', () => {
  const dataset = { url: 'https://your-app.com/hooks/flexorch', events: ['dataset.ready'] };

  test("the document's configuration is accepted, kept and shown", async () => {
    const organization = await anOrganization(gateway);
    const own = await aFlexorchKey(organization);
    expect(await aConnector(organization.id)).toBe(1);
    const body = { ...dataset, auto_export: { connector_id: 1, format: 'jsonl', prefix: 'exports/' } };
    const created = await call('POST', WEBHOOKS, body, { key: own });
    expect([created.statusCode, created.json()]).toEqual([201, expect.objectContaining(body)]);
    const { id } = created.json();
    expect((await call('GET', `${WEBHOOKS}/${id}`, undefined, { key: own })).json()).toMatchObject(body);
    const endpoint = await gateway.store.endpoints.get(organization.id, id.replace('wh_', 'ep_'));
    expect(endpoint?.options).toEqual({ autoExport: { connectorId: 1, format: 'jsonl', prefix: 'exports/' } });
  });

  test('format is jsonl or csv; without a prefix there is none', async () => {
    const connector_id = await aConnector();
    for (const format of ['jsonl', 'csv']) {
      const created = await call('POST', WEBHOOKS, { ...dataset, auto_export: { connector_id, format } });
      expect(created.json().auto_export).toEqual({ connector_id, format, prefix: '' });
    }
    const refused = await call('POST', WEBHOOKS, { ...dataset, auto_export: { connector_id, format: 'parquet' } });
    expect(refused.json().errors).toEqual([{ field: 'auto_export.format', rule: 'must be one of jsonl, csv' }]);
  });

  test('needs dataset.ready among the events, also after a change', async () => {
    const connector_id = await aConnector();
    const auto_export = { connector_id, format: 'jsonl', prefix: 'exports/' };
    const needs = { field: 'auto_export', rule: 'needs dataset.ready among the events' };
    const refused = await call('POST', WEBHOOKS, { ...dataset, events: ['job.completed'], auto_export });
    expect([refused.statusCode, refused.json().errors]).toEqual([422, [needs]]);
    const { id } = (await call('POST', WEBHOOKS, { ...dataset, auto_export })).json();
    const changed = await call('PATCH', `${WEBHOOKS}/${id}`, { events: ['job.completed'] });
    expect([changed.statusCode, changed.json().errors]).toEqual([422, [needs]]);
    const both = { events: ['job.completed'], auto_export: null };
    expect((await call('PATCH', `${WEBHOOKS}/${id}`, both)).json()).toMatchObject(both);
  });

  test('needs a connector of the organization, named by its integer', async () => {
    const stranger = await anOrganization(gateway);
    for (let i = 0; i < 20; i++) await aConnector(stranger.id);
    for (const connector_id of [20, 4_711]) {
      const refused = await call('POST', WEBHOOKS, { ...dataset, auto_export: { connector_id, format: 'csv' } });
      expect(refused.json().errors).toEqual([{ field: 'auto_export.connector_id', rule: 'names no connector' }]);
    }
    for (const connector_id of ['1', 1.5, 0, -1, 2 ** 31]) {
      const refused = await call('POST', WEBHOOKS, { ...dataset, auto_export: { connector_id, format: 'csv' } });
      expect([refused.statusCode, refused.json().errors[0].field]).toEqual([422, 'auto_export.connector_id']);
    }
  });
});

/** A logged request with its header names in lower case, as a receiver sees them. */
function lowerCased(request: unknown) {
  const { headers, ...rest } = request as { headers: Record<string, string> };
  return { ...rest, headers: Object.fromEntries(Object.entries(headers).map(([n, v]) => [n.toLowerCase(), v])) };
}
