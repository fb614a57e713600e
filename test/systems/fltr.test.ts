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
let key: string;

beforeAll(async () => {
  // A minute takes 60 ms: the document's schedule runs as it stands.
  pipeline = await aPipeline(() => ({ timeScale: 0.001 }));
  gateway = await startTestGateway({ store: pipeline.store, signalLookAgain: pipeline.runtime.signalLookAgain });
  receiver = await aReceiver((request, response, count) => (answers.get(request.path) ?? ok)(request, response, count));
  ({ key } = await anOrganization(gateway));
});
afterAll(async () => {
  await gateway.close();
  await pipeline.close();
  await receiver.close();
});

const WEBHOOKS = '/fltr/v1/webhooks';
const ALL_EVENTS = [
  'document.uploaded',
  'document.processed',
  'document.deleted',
  'dataset.created',
  'dataset.updated',
  'dataset.deleted',
  'document.processing_failed',
];
/** The body of the document's own call. */
const DOCUMENT_CALL = {
  url: 'https://your-app.com/webhooks/fltr',
  events: ['document.uploaded', 'document.processed', 'document.processing_failed'],
  description: 'Production webhook',
  active: true,
};
const PROCESSED = {
  document_id: 'doc_abc123',
  dataset_id: 'ds_xyz789',
  chunks_created: 47,
  processing_time_ms: 8450,
  status: 'ready',
  embedding_model: 'text-embedding-3-small',
};

const ok: Answer = (_request, response) => response.end('{"received":true}');
const withStatus =
  (status: number): Answer =>
  (_request, response) =>
    response.writeHead(status).end(`status ${status}`);
/** What the receiver answers, by path; 200 elsewhere. */
const answers = new Map<string, Answer>();

type Method = Parameters<TestGateway['call']>[0];
const call = (method: Method, path: string, body?: unknown, more: Call = {}) =>
  gateway.call(method, path, { key, ...(body === undefined ? {} : { body }), ...more });

let made = 0;
/** A webhook for `document.processed` at a path of its own, which gets `answer`. */
async function create(settings: object = {}, answer: Answer = ok) {
  const path = `/webhooks/fltr/${made++}`;
  answers.set(path, answer);
  const url = receiver.url.replace('127.0.0.1', 'localhost').replace(/\/$/, path);
  const response = await call('POST', WEBHOOKS, { url, events: ['document.processed'], ...settings });
  expect(response.statusCode).toBe(201);
  const requests = () => receiver.received.filter((request) => request.path === path);
  return { ...response.json(), requests };
}

/** Publishes `document.processed` to one webhook only. */
async function publish(webhook: { webhook_id: string }): Promise<string> {
  const response = await call('POST', '/v1/events', {
    dialect: 'fltr',
    type: 'document.processed',
    data: PROCESSED,
    to: [webhook.webhook_id.replace('wh_', 'ep_')],
  });
  expect(response.statusCode).toBe(202);
  return response.json().id;
}

type Log = Record<string, unknown> & { status: string };
const logs = async (webhook: { webhook_id: string }, query = ''): Promise<Log[]> =>
  (await call('GET', `${WEBHOOKS}/${webhook.webhook_id}/logs${query}`)).json().data;

/** The log once its newest line is as told. */
const logged = (webhook: { webhook_id: string }, what: (newest: Log, all: Log[]) => boolean): Promise<Log[]> =>
  eventually('the log', async () => {
    const lines = await logs(webhook);
    return lines[0] !== undefined && what(lines[0], lines) && lines;
  });

/** The document's `verify_signature`: the key is the whole text of the secret, the header nothing but the hex. */
function documentReceiver(secret: string, { headers, body }: Received): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'));
  const signature = Buffer.from(String(headers['x-fltr-signature']));
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

describe('creating a webhook', () => {
  test("the document's call is answered with the document's fields, and no others", async () => {
    const response = await call('POST', WEBHOOKS, DOCUMENT_CALL);
    expect(response.statusCode).toBe(201);
    expect(Object.keys(response.json())).toEqual(['webhook_id', 'url', 'events', 'secret', 'created_at', 'active']);
    expect(response.json()).toMatchObject({ url: DOCUMENT_CALL.url, events: DOCUMENT_CALL.events, active: true });
  });

  test('webhook_id begins with wh_, secret with whsec_, created_at has whole seconds and Z', async () => {
    const created = await create();
    expect(created.webhook_id).toMatch(/^wh_\w{26}$/);
    expect(created.secret).toMatch(/^whsec_./);
    expect(created.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test('the secret is generated, another for each webhook, and shown in no later answer', async () => {
    const [one, two] = [await create(), await create()];
    expect(one.secret).not.toBe(two.secret);
    for (const path of [WEBHOOKS, `${WEBHOOKS}/${one.webhook_id}`]) {
      expect((await call('GET', path)).body).not.toContain(one.secret);
    }
  });

  test('takes an API key as bearer token only', async () => {
    for (const headers of [{}, { 'x-api-key': key }, { authorization: 'Bearer hunter2' }]) {
      const refused = await call('POST', WEBHOOKS, DOCUMENT_CALL, { key: null, headers });
      expect(refused.statusCode).toBe(401);
      expect(refused.json()).toMatchObject({ error: { code: 'unauthorized' } });
    }
  });

  test('an error has code, message and details, as the error in document.processing_failed', async () => {
    const refused = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, url: 7 });
    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toEqual({
      error: {
        code: 'validation_failed',
        message: 'A field breaks a rule',
        details: expect.stringContaining('url: '),
      },
    });
  });

  test('active: false makes one that gets nothing until it is made active', async () => {
    const webhook = await create({ active: false });
    expect(webhook.active).toBe(false);
    await publish(webhook);
    expect(await logs(webhook)).toMatchObject([{ status: 'cancelled', reason: 'endpoint_disabled' }]);
    const active = (await call('PATCH', `${WEBHOOKS}/${webhook.webhook_id}`, { active: true })).json();
    expect(active).toMatchObject({ active: true, disabled_reason: null });
    await publish(webhook);
    await logged(webhook, (newest) => newest.status === 'success');
    expect(webhook.requests()).toHaveLength(1);
  });
});

describe('the URL', () => {
  test('must be HTTPS', async () => {
    const refused = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, url: 'http://your-app.com/webhooks/fltr' });
    expect(refused.statusCode).toBe(422);
    expect(refused.json().error).toMatchObject({ code: 'url_not_allowed', details: expect.stringContaining('https') });
  });

  test('may be HTTP for localhost', async () => {
    const response = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, url: 'http://localhost:5000/webhooks/fltr' });
    expect(response.statusCode).toBe(201);
  });

  test('is checked at a change as at creation', async () => {
    const { webhook_id, url } = await create();
    const refused = await call('PATCH', `${WEBHOOKS}/${webhook_id}`, { url: 'http://your-app.com/', description: 'b' });
    expect(refused.json().error.code).toBe('url_not_allowed');
    expect((await call('GET', `${WEBHOOKS}/${webhook_id}`)).json()).toMatchObject({ url, description: '' });
  });
});

describe('events', () => {
  test.each(ALL_EVENTS)('%s can be subscribed to', async (event) => {
    expect((await create({ events: [event] })).events).toEqual([event]);
  });

  test('of other systems, patterns and misspelt ones are refused, with the names that there are', async () => {
    for (const event of ['job.completed', 'document.*', '*', 'document.process']) {
      const refused = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, events: ['document.processed', event] });
      expect(refused.statusCode).toBe(422);
      const { details } = refused.json().error;
      expect(details).toMatch(/^events\.1: must be one of /);
      for (const name of ALL_EVENTS) expect(details).toContain(name);
    }
  });

  test('must be named: none, an empty list or null are refused (our reading)', async () => {
    for (const events of [undefined, [], null]) {
      const refused = await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, events });
      expect([refused.statusCode, refused.json().error.details]).toEqual([422, expect.stringMatching(/^events: /)]);
    }
  });

  test('that are named twice are subscribed to once', async () => {
    const { events } = await create({ events: ['dataset.created', 'document.deleted', 'dataset.created'] });
    expect(events).toEqual(['dataset.created', 'document.deleted']);
  });

  test('of a webhook made elsewhere are shown by name, whatever its filter', async () => {
    const filters = [
      [null, ALL_EVENTS],
      [
        ['dataset.*', 'document.deleted'],
        ['dataset.created', 'dataset.updated', 'dataset.deleted', 'document.deleted'],
      ],
    ];
    for (const [eventTypes, events] of filters) {
      const body = { url: 'https://a.example/', dialect: 'fltr', eventTypes };
      const { id } = (await call('POST', '/v1/endpoints', body)).json();
      const shown = (await call('GET', `${WEBHOOKS}/${id.replace('ep_', 'wh_')}`)).json().events;
      expect([...shown].sort()).toEqual([...(events ?? [])].sort());
    }
  });

  test('go to the webhooks that name them, and to no others', async () => {
    const { key: own } = await anOrganization(gateway);
    const create = async (events: string[]) =>
      (await call('POST', WEBHOOKS, { ...DOCUMENT_CALL, active: false, events }, { key: own })).json().webhook_id;
    const processed = await create(['document.processed', 'dataset.created']);
    await create(['dataset.created']);
    const event = { dialect: 'fltr', type: 'document.processed', data: PROCESSED };
    const { id } = (await call('POST', '/v1/events', event, { key: own })).json();
    const { deliveries } = (await call('GET', `/v1/events/${id}`, undefined, { key: own })).json();
    expect(deliveries).toMatchObject([{ endpointId: processed.replace('wh_', 'ep_') }]);
  });
});

describe('managing webhooks', () => {
  test('get shows the webhook with its description and without its secret', async () => {
    const { webhook_id } = (await call('POST', WEBHOOKS, DOCUMENT_CALL)).json();
    expect((await call('GET', `${WEBHOOKS}/${webhook_id}`)).json()).toEqual({
      ...DOCUMENT_CALL,
      webhook_id,
      created_at: expect.any(String),
      disabled_reason: null,
    });
  });

  test('list shows all of them on one page, newest first, and only those of FLTR', async () => {
    const { key: own } = await anOrganization(gateway);
    const make = (path: string, body: object) => call('POST', path, body, { key: own });
    const first = (await make(WEBHOOKS, DOCUMENT_CALL)).json().webhook_id;
    await make('/v1/endpoints', { url: 'https://a.example/' });
    const second = (await make(WEBHOOKS, DOCUMENT_CALL)).json().webhook_id;
    const page = (await call('GET', WEBHOOKS, undefined, { key: own })).json();
    expect(page.data.map((webhook: { webhook_id: string }) => webhook.webhook_id)).toEqual([second, first]);
    expect(page.next_cursor).toBeNull();
    const half = (await call('GET', `${WEBHOOKS}?limit=1`, undefined, { key: own })).json();
    const rest = (await call('GET', `${WEBHOOKS}?limit=1&cursor=${half.next_cursor}`, undefined, { key: own })).json();
    expect([...half.data, ...rest.data]).toEqual(page.data);
  });

  test('patch changes active, events, description and url, and leaves what is absent', async () => {
    const { webhook_id } = (await call('POST', WEBHOOKS, DOCUMENT_CALL)).json();
    let expected: object = (await call('GET', `${WEBHOOKS}/${webhook_id}`)).json();
    for (const change of [
      { active: false },
      { events: ['dataset.deleted'] },
      { description: 'Staging' },
      { url: 'https://your-app.com/other' },
      {},
    ]) {
      expected = { ...expected, ...change, ...('active' in change && { disabled_reason: 'requested' }) };
      const changed = await call('PATCH', `${WEBHOOKS}/${webhook_id}`, change);
      expect([changed.statusCode, changed.json()]).toEqual([200, expected]);
      expect((await call('GET', `${WEBHOOKS}/${webhook_id}`)).json()).toEqual(expected);
    }
  });

  test('delete ends it: it is found no more and gets nothing more', async () => {
    const webhook = await create();
    expect((await call('DELETE', `${WEBHOOKS}/${webhook.webhook_id}`)).statusCode).toBe(204);
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await call(method, `${WEBHOOKS}/${webhook.webhook_id}`)).statusCode).toBe(404);
    }
    expect((await call('GET', WEBHOOKS)).body).not.toContain(webhook.webhook_id);
  });
});

describe('at most 100 webhooks per account', () => {
  test('at 99, of ten created at once one is made; the 101st is refused with the limit', async () => {
    const { key: own } = await anOrganization(gateway);
    const create = () => call('POST', WEBHOOKS, DOCUMENT_CALL, { key: own });
    for (let i = 0; i < 99; i++) expect((await create()).statusCode).toBe(201);
    const answers = await Promise.all(Array.from({ length: 10 }, create));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, ...Array(9).fill(409)]);
    const { data } = (await call('GET', WEBHOOKS, undefined, { key: own })).json();
    expect(data).toHaveLength(100);
    expect((await create()).json()).toEqual({
      error: {
        code: 'endpoint_limit_reached',
        message: expect.any(String),
        details: 'fltr allows 100 webhooks per organization',
      },
    });
    // One that is not active counts; a deleted one does not.
    await call('PATCH', `${WEBHOOKS}/${data[0].webhook_id}`, { active: false }, { key: own });
    expect((await create()).statusCode).toBe(409);
    await call('DELETE', `${WEBHOOKS}/${data[0].webhook_id}`, undefined, { key: own });
    expect((await create()).statusCode).toBe(201);
    expect((await call('POST', WEBHOOKS, DOCUMENT_CALL)).statusCode).toBe(201);
  });
});

describe('a delivery', () => {
  test("is accepted by the document's receiver, with the secret that was answered", async () => {
    const webhook = await create();
    const eventId = await publish(webhook);
    await logged(webhook, (newest) => newest.status === 'success');
    const [request] = webhook.requests();
    expect(documentReceiver(webhook.secret, request)).toBe(true);
    expect(documentReceiver('whsec_other', request)).toBe(false);
    expect(JSON.parse(request.body)).toEqual({
      id: eventId,
      event: 'document.processed',
      timestamp: expect.stringMatching(/Z$/),
      data: PROCESSED,
    });
  });

  test("has the document's five headers", async () => {
    const webhook = await create();
    await publish(webhook);
    const [line] = await logged(webhook, (newest) => newest.status === 'success');
    expect(webhook.requests()[0].headers).toMatchObject({
      'content-type': 'application/json',
      'x-fltr-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'x-fltr-event': 'document.processed',
      'x-fltr-delivery': line?.delivery_id,
      'user-agent': 'FLTR-Webhooks/1.0',
    });
  });

  test('that gets a 5xx is retried three times, after 1, 5 and 30 minutes, then marked as failed', async () => {
    const webhook = await create({}, withStatus(503));
    await publish(webhook);
    const lines = await logged(webhook, (newest, all) => all.length === 4 && newest.next_attempt_at === null);
    expect(lines.map(({ status, retry_attempt, reason }) => [status, retry_attempt, reason])).toEqual([
      ['failed', 3, 'http_503'],
      ['failed', 2, null],
      ['failed', 1, null],
      ['failed', 0, null],
    ]);
    // Planned waits, a thousandth of the real ones, with up to 20 % of jitter.
    const at = (line: Log | undefined, field: string) => Date.parse(String(line?.[field]));
    for (const [i, waitMs] of [
      [3, 60],
      [2, 300],
      [1, 1_800],
    ] as const) {
      const waited = at(lines[i - 1], 'attempted_at') - at(lines[i], 'attempted_at');
      expect(waited).toBeGreaterThanOrEqual(waitMs - 1);
    }
    expect(webhook.requests()).toHaveLength(4);
  });

  test('that gets a 4xx is not retried', async () => {
    for (const status of [400, 401, 404, 410, 429]) {
      const webhook = await create({}, withStatus(status));
      await publish(webhook);
      const lines = await logged(webhook, (newest) => newest.status === 'failed');
      expect(lines).toMatchObject([{ response_code: status, retry_attempt: 0, next_attempt_at: null }]);
      const { active } = (await call('GET', `${WEBHOOKS}/${webhook.webhook_id}`)).json();
      expect(active).toBe(true);
    }
  });

  test('that gets any 2xx is delivered', async () => {
    for (const status of [200, 201, 204, 299]) {
      const webhook = await create({}, withStatus(status));
      await publish(webhook);
      expect(await logged(webhook, (newest) => newest.status === 'success')).toMatchObject([{ response_code: status }]);
    }
  });

  test('without an answer within 5 seconds is retried', async () => {
    const webhook = await create({}, (request, response, count) => {
      if (webhook.requests().length > 1) ok(request, response, count);
    });
    await publish(webhook);
    const lines = await logged(webhook, (newest) => newest.status === 'success');
    expect(lines).toMatchObject([{ retry_attempt: 1 }, { retry_attempt: 0, error: { code: 'timeout' } }]);
    expect(lines[1]?.response_time_ms).toBeGreaterThanOrEqual(4_900);
    expect(lines[1]?.response_code).toBeNull();
  });

  test('keeps its event id over retries, while X-FLTR-Delivery is another for each attempt', async () => {
    let turn = 0;
    const webhook = await create({}, (request, response, count) =>
      (turn++ === 0 ? withStatus(500) : ok)(request, response, count),
    );
    const eventId = await publish(webhook);
    const lines = await logged(webhook, (newest) => newest.status === 'success');
    const [first, second] = webhook.requests();
    expect([first, second].map(({ body }) => JSON.parse(body).id)).toEqual([eventId, eventId]);
    const sent = [second, first].map(({ headers }) => headers['x-fltr-delivery']);
    expect(new Set(sent).size).toBe(2);
    expect(lines.map((line) => line.delivery_id)).toEqual(sent);
  });
});

describe('rotating the secret', () => {
  const rotate = (webhook: { webhook_id: string }, body?: object) =>
    call('POST', `${WEBHOOKS}/${webhook.webhook_id}/rotate-secret`, body);

  test('answers with a new secret, shown once, and tells until when the old one signs', async () => {
    const webhook = await create();
    const rotated = (await rotate(webhook)).json();
    expect(rotated).toEqual({
      webhook_id: webhook.webhook_id,
      url: webhook.url,
      events: webhook.events,
      secret: expect.stringMatching(/^whsec_./),
      created_at: webhook.created_at,
      active: true,
      old_secret_signs_until: expect.stringMatching(/Z$/),
    });
    expect(rotated.secret).not.toBe(webhook.secret);
    const inMs = Date.parse(rotated.old_secret_signs_until) - Date.now();
    expect(Math.abs(inMs - 24 * 3_600_000)).toBeLessThan(60_000);
    expect((await call('GET', `${WEBHOOKS}/${webhook.webhook_id}`)).body).not.toContain(rotated.secret);
  });

  /** Publishes and tells which of the secrets the request was signed with. */
  async function signedWith(webhook: Awaited<ReturnType<typeof create>>, secrets: string[]) {
    const eventId = await publish(webhook);
    const request = await eventually('the request', () =>
      webhook.requests().find(({ body }: Received) => JSON.parse(body).id === eventId),
    );
    return secrets.filter((secret) => documentReceiver(secret, request));
  }

  test('the old secret still signs for the overlap that is asked for', async () => {
    const webhook = await create();
    const { secret } = (await rotate(webhook, { overlap_seconds: 3_600 })).json();
    expect(await signedWith(webhook, [webhook.secret, secret])).toEqual([webhook.secret]);
  });

  test('the new secret signs once the overlap is over', async () => {
    const webhook = await create();
    const { secret } = (await rotate(webhook, { overlap_seconds: 1 })).json();
    await eventually('the new secret to sign', async () =>
      (await signedWith(webhook, [webhook.secret, secret])).includes(secret),
    );
    expect(await signedWith(webhook, [webhook.secret, secret])).toEqual([secret]);
  });

  test('with overlap 0 the new secret signs from the next attempt on, whatever was rotated before', async () => {
    const webhook = await create();
    await rotate(webhook, { overlap_seconds: 3_600 });
    const { secret } = (await rotate(webhook, { overlap_seconds: 0 })).json();
    expect(await signedWith(webhook, [webhook.secret, secret])).toEqual([secret]);
  });

  test('takes a secret of the form whsec_…, and no other', async () => {
    const webhook = await create();
    expect((await rotate(webhook, { secret: 'whsec_mine' })).json().secret).toBe('whsec_mine');
    const refused = await rotate(webhook, { secret: 'mine' });
    expect([refused.statusCode, refused.json().error.code]).toEqual([422, 'validation_failed']);
  });
});

describe('POST /v1/webhooks/test', () => {
  const test_ = `${WEBHOOKS}/test`;

  test("the document's call, whose JSON is declared as a form, sends a test event to that webhook", async () => {
    const [webhook, other] = [await create(), await create()];
    const response = await call(
      'POST',
      test_,
      JSON.stringify({ webhook_id: webhook.webhook_id, event: 'document.processed' }),
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    );
    expect(response.statusCode).toBe(202);
    const { event_id } = response.json();
    expect(response.json()).toEqual({ webhook_id: webhook.webhook_id, event: 'document.processed', event_id });
    await logged(webhook, (newest) => newest.status === 'success');
    const [request] = webhook.requests();
    expect(JSON.parse(request.body)).toMatchObject({ id: event_id, event: 'document.processed', data: PROCESSED });
    expect(documentReceiver(webhook.secret, request)).toBe(true);
    expect(await logs(other)).toEqual([]);
  });

  test('sends any of the events, also one that the webhook does not subscribe to', async () => {
    const webhook = await create();
    const sent = await call('POST', test_, { webhook_id: webhook.webhook_id, event: 'dataset.deleted' });
    expect(sent.statusCode).toBe(202);
    await logged(webhook, (newest) => newest.event === 'dataset.deleted' && newest.status === 'success');
  });

  test('refuses events that there are none of, webhooks not found, and those not active', async () => {
    const { webhook_id } = await create({ active: false });
    const { key: stranger } = await anOrganization(gateway);
    for (const [body, status, code, as] of [
      [{ webhook_id, event: 'job.completed' }, 422, 'validation_failed', key],
      [{ webhook_id: 'wh_abc123', event: 'document.processed' }, 404, 'not_found', key],
      [{ webhook_id, event: 'document.processed' }, 404, 'not_found', stranger],
      [{ webhook_id, event: 'document.processed' }, 409, 'endpoint_disabled', key],
    ] as const) {
      const refused = await call('POST', test_, body, { key: as });
      expect([refused.statusCode, refused.json().error.code]).toEqual([status, code]);
    }
  });
});

describe('webhook logs', () => {
  test('have delivery status, response code and time, error message, retry attempt and payload', async () => {
    let turn = 0;
    const webhook = await create({}, (request, response, count) =>
      (turn++ === 0 ? withStatus(502) : ok)(request, response, count),
    );
    const eventId = await publish(webhook);
    const lines = await logged(webhook, (newest) => newest.status === 'success');
    const common = {
      event_id: eventId,
      event: 'document.processed',
      payload: { id: eventId, event: 'document.processed', timestamp: expect.any(String), data: PROCESSED },
      response_time_ms: expect.any(Number),
      attempted_at: expect.stringMatching(/Z$/),
      test: false,
    };
    expect(lines).toMatchObject([
      { ...common, status: 'success', response_code: 200, error: null, retry_attempt: 1, next_attempt_at: null },
      {
        ...common,
        status: 'failed',
        response_code: 502,
        error: { code: 'http_502', message: expect.stringMatching(/./) },
        retry_attempt: 0,
        next_attempt_at: expect.any(String),
        response_body: 'status 502',
      },
    ]);
  });

  test('tell what waits, why and until when', async () => {
    const webhook = await create({}, withStatus(500));
    const endpointId = webhook.webhook_id.replace('wh_', 'ep_');
    await call('PATCH', `/v1/endpoints/${endpointId}`, { retryDelaysMs: [7 * 24 * 3_600_000] });
    await publish(webhook);
    const [line] = await logged(webhook, (newest) => newest.reason !== null);
    expect(line).toMatchObject({ status: 'failed', reason: 'http_500', next_attempt_at: expect.any(String) });
    expect(Date.parse(String(line?.next_attempt_at))).toBeGreaterThan(Date.now());
  });

  test('have a line for what was not tried yet', async () => {
    const webhook = await create({ active: false });
    const eventId = await publish(webhook);
    expect(await logs(webhook)).toEqual([
      {
        delivery_id: null,
        event_id: eventId,
        event: 'document.processed',
        test: false,
        status: 'cancelled',
        response_code: null,
        response_time_ms: null,
        error: null,
        retry_attempt: null,
        reason: 'endpoint_disabled',
        next_attempt_at: null,
        payload: null,
        response_body: null,
        attempted_at: null,
        created_at: expect.any(String),
      },
    ]);
  });

  test('come page by page, newest first', async () => {
    const webhook = await create({ active: false });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift(await publish(webhook));
    const path = `${WEBHOOKS}/${webhook.webhook_id}/logs`;
    const first = (await call('GET', `${path}?limit=2`)).json();
    const second = (await call('GET', `${path}?limit=2&cursor=${first.next_cursor}`)).json();
    expect([...first.data, ...second.data].map((line: Log) => line.event_id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    const refused = await call('GET', `${path}?cursor=nonsense`);
    expect([refused.statusCode, refused.json().error.code]).toEqual([400, 'invalid_cursor']);
  });
});
