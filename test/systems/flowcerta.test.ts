import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventTypeOf } from '../../domain/dialects/catalogues.ts';
import { anOrganization, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { eventually } from '../eventually.ts';
import { aPipeline, type Pipeline } from '../pipeline.ts';
import { aReceiver, type Received, type Receiver } from '../receiver.ts';

// Each test's title is a statement of the system's document, or our reading of it.

let pipeline: Pipeline;
let gateway: TestGateway;
let receiver: Receiver;
let organization: { id: string; key: string; uuid: string };
let key: string;
let count = 0;

beforeAll(async () => {
  pipeline = await aPipeline();
  gateway = await startTestGateway({ store: pipeline.store, signalLookAgain: pipeline.runtime.signalLookAgain });
  receiver = await aReceiver();
  const created = await anOrganization(gateway);
  key = created.key;
  const { uuid } = (await call('GET', `/v1/organizations/${created.id}`)).json();
  organization = { ...created, uuid };
});
afterAll(async () => {
  await gateway.close();
  await pipeline.close();
  await receiver.close();
});

const WEBHOOKS = '/flowcerta/api/v1/org-webhooks';
const EVENTS = ['validation.completed', 'validation.below_threshold', 'exception.expiring_soon'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
type Method = Parameters<TestGateway['call']>[0];

function call(method: Method, path: string, body?: unknown, as = key) {
  return gateway.call(method, path, { key: as, ...(body === undefined ? {} : { body }) });
}

async function create(settings: object = {}) {
  count++;
  const body = { url: `${receiver.url}flowcerta/${count}`, events: [EVENTS[0]], ...settings };
  const response = await call('POST', WEBHOOKS, body);
  expect(response.statusCode).toBe(201);
  return response.json();
}

async function publish(type: string, data = eventTypeOf('flowcerta', type)?.example, occurredAt?: string) {
  const response = await call('POST', '/v1/events', { dialect: 'flowcerta', type, data, occurredAt });
  expect(response.statusCode).toBe(202);
}

/** What has arrived at a webhook, once it is `many`. */
function arrivals(url: string, many = 1): Promise<Received[]> {
  return eventually(`${many} requests to ${url}`, async () => {
    const found = receiver.received.filter(({ path }) => path === new URL(url).pathname);
    return found.length >= many && found;
  });
}

async function arrival(url: string): Promise<Received> {
  return (await arrivals(url))[0] as Received;
}

/** The document's Express handler. */
function documentReceiver({ headers, body }: Received, secret: string): boolean {
  const signature = String(headers['x-flowcerta-signature'] ?? '');
  const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

describe('configuring a webhook', () => {
  test('POST creates it, and the answer has the generated secret', async () => {
    const url = `${receiver.url}flowcerta/first`;
    const response = await call('POST', WEBHOOKS, { url, events: EVENTS });
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      id: expect.stringMatching(UUID),
      url,
      events: EVENTS,
      target: 'generic',
      description: '',
      active: true,
      disabled_reason: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(response.headers['waybill-version']).toBe('0.0.0-test');
  });

  test('this is the only time the full secret is returned: reads have a secret_preview instead', async () => {
    const { id, secret, ...shown } = await create();
    const preview = { ...shown, id, secret_preview: `••••${secret.slice(-4)}` };
    const read = await call('GET', `${WEBHOOKS}/${id}`);
    const list = await call('GET', WEBHOOKS);
    const changed = await call('PATCH', `${WEBHOOKS}/${id}`, {});
    expect(read.json()).toEqual(preview);
    expect(list.json().data[0]).toEqual(preview);
    expect(list.json().next_cursor).toBeNull();
    for (const { body } of [read, list, changed]) expect(body).not.toContain(secret);
  });

  test('only an admin of the organization creates one: the key needs the scope manage', async () => {
    const keys = `/v1/organizations/${organization.id}/api-keys`;
    const reader = (await call('POST', keys, { name: 'reader', scopes: ['read'] })).json().key;
    const refused = await call('POST', WEBHOOKS, { url: receiver.url, events: EVENTS }, reader);
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toEqual({ error: 'The key lacks the scope manage.', code: 'missing_scope' });
    const unknown = await call('POST', WEBHOOKS, { url: receiver.url, events: EVENTS }, 'hunter2');
    expect(unknown.statusCode).toBe(401);
  });

  test.each([
    ['no event', { events: [] }, 'events', 'must name at least one event'],
    [
      'an event that Flowcerta has not',
      { events: ['job.completed'] },
      'events.0',
      `must be one of ${EVENTS.join(', ')}`,
    ],
    ['an unknown target', { target: 'discord' }, 'target', expect.stringContaining('generic')],
    ['no URL', { url: undefined }, 'url', expect.stringContaining('required')],
  ])('with %s is refused, with field and rule', async (_, wrong, field, rule) => {
    const response = await call('POST', WEBHOOKS, { url: receiver.url, events: EVENTS, ...wrong });
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({ code: 'validation_failed', details: [{ field, rule }] });
  });

  test.each(['generic', 'slack', 'teams'])('takes the target %s and shows it', async (target) => {
    const { id } = await create({ target });
    expect((await call('GET', `${WEBHOOKS}/${id}`)).json().target).toBe(target);
  });

  test('it is changed with PATCH: URL, events, target and description', async () => {
    const { id } = await create();
    const change = { url: `${receiver.url}changed`, events: [EVENTS[2]], target: 'slack', description: 'to the team' };
    expect((await call('PATCH', `${WEBHOOKS}/${id}`, change)).json()).toMatchObject(change);
    const back = await call('PATCH', `${WEBHOOKS}/${id}`, { target: 'generic', description: null });
    expect(back.json()).toMatchObject({ ...change, target: 'generic', description: '' });
    expect((await call('PATCH', `${WEBHOOKS}/${id}`, { events: [] })).statusCode).toBe(422);
  });

  test('it is deleted with DELETE', async () => {
    const { id } = await create();
    expect((await call('DELETE', `${WEBHOOKS}/${id}`)).statusCode).toBe(204);
    for (const method of ['GET', 'DELETE'] as const) {
      const gone = await call(method, `${WEBHOOKS}/${id}`);
      expect([gone.statusCode, gone.json().code]).toEqual([404, 'not_found']);
    }
  });

  test("it is the organization's own: another finds nothing of it", async () => {
    const { id } = await create();
    const other = (await anOrganization(gateway)).key;
    for (const [method, path] of [
      ['GET', id],
      ['PATCH', id],
      ['DELETE', id],
      ['POST', `${id}/test`],
      ['POST', `${id}/rotate-secret`],
    ] as const) {
      const body = method === 'PATCH' ? {} : undefined;
      expect((await call(method, `${WEBHOOKS}/${path}`, body, other)).statusCode).toBe(404);
    }
    expect((await call('GET', WEBHOOKS, undefined, other)).json().data).toEqual([]);
  });
});

describe('a subscribed event', () => {
  test('is posted to the endpoint as a JSON envelope with the five headers of the document', async () => {
    const { url } = await create({ events: ['exception.expiring_soon'] });
    const data = eventTypeOf('flowcerta', 'exception.expiring_soon')?.example;
    await publish('exception.expiring_soon', data, '2026-05-22T04:00:00.000Z');
    const request = await arrival(url);
    expect(JSON.parse(request.body)).toEqual({
      event: 'exception.expiring_soon',
      orgId: organization.uuid,
      occurredAt: '2026-05-22T04:00:00.000Z',
      data,
    });
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'x-flowcerta-event': 'exception.expiring_soon',
      'x-flowcerta-delivery': expect.stringMatching(/^dlv_/),
      'x-flowcerta-signature': expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
      'x-flowcerta-target': 'generic',
    });
  });

  test("is HMAC-signed over the raw body with the webhook's secret: the document's receiver accepts it", async () => {
    const { url, secret } = await create({ events: ['validation.below_threshold'] });
    await publish('validation.below_threshold');
    const request = await arrival(url);
    expect(documentReceiver(request, secret)).toBe(true);
    expect(documentReceiver({ ...request, body: `${request.body} ` }, secret)).toBe(false);
  });

  test('reaches only the webhooks that subscribed to it', async () => {
    const completed = await create({ events: ['validation.completed'] });
    const threshold = await create({ events: ['validation.below_threshold'] });
    await publish('validation.completed');
    await publish('validation.below_threshold');
    expect(JSON.parse((await arrival(completed.url)).body).event).toBe('validation.completed');
    expect(JSON.parse((await arrival(threshold.url)).body).event).toBe('validation.below_threshold');
    for (const { url } of [completed, threshold]) expect(await arrivals(url)).toHaveLength(1);
  });

  test('is scoped to the top 10 findings, ordered by severity', async () => {
    const { url } = await create();
    const example = eventTypeOf('flowcerta', 'validation.completed')?.example as { findings: object[] };
    const severities = [...Array(11).fill('low'), 'critical', 'high'];
    const findings = severities.map((severity) => ({ ...example.findings[0], severity }));
    await publish('validation.completed', { ...example, findings });
    const sent = JSON.parse((await arrival(url)).body).data.findings as { severity: string }[];
    expect(sent.map(({ severity }) => severity)).toEqual(['critical', 'high', ...Array(8).fill('low')]);
  });

  test('carries a unique delivery id, by which replays are deduplicated: it stays over retries', async () => {
    const { id, url } = await create({ events: ['validation.below_threshold'] });
    const { data } = (await call('GET', '/v1/endpoints?dialect=flowcerta&limit=1')).json();
    await call('PATCH', `/v1/endpoints/${data[0].id}`, { retryDelaysMs: [0] });
    receiver.answerWith(({ path }, response, n) =>
      path === new URL(url).pathname && n === receiver.received.findIndex((r) => r.path === path) + 1
        ? response.writeHead(503).end()
        : response.end('ok'),
    );
    await publish('validation.below_threshold');
    const [first, second] = await arrivals(url, 2);
    await publish('validation.below_threshold');
    const third = (await arrivals(url, 3))[2];
    receiver.answerWith((_, response) => response.end('ok'));
    const deliveryId = first?.headers['x-flowcerta-delivery'];
    expect(deliveryId).toMatch(/^dlv_/);
    expect(second?.headers['x-flowcerta-delivery']).toBe(deliveryId);
    expect(third?.headers['x-flowcerta-delivery']).not.toBe(deliveryId);
    await call('DELETE', `${WEBHOOKS}/${id}`);
  });
});

describe('ours, since the document is silent', () => {
  test('a test call sends one event to one webhook, of a type that it gets or of the one asked for', async () => {
    const { id, url, secret } = await create({ events: ['exception.expiring_soon'] });
    const neighbour = await create({ events: EVENTS });
    const chosen = await call('POST', `${WEBHOOKS}/${id}/test`);
    expect(chosen.statusCode).toBe(202);
    expect(chosen.json()).toMatchObject({ id, event: 'exception.expiring_soon' });
    const request = await arrival(url);
    expect(JSON.parse(request.body).data).toEqual(eventTypeOf('flowcerta', 'exception.expiring_soon')?.example);
    expect(documentReceiver(request, secret)).toBe(true);
    await call('POST', `${WEBHOOKS}/${id}/test`, { event: 'validation.completed' });
    await arrivals(url, 2);
    expect(receiver.received.filter(({ path }) => path === new URL(neighbour.url).pathname)).toEqual([]);
    expect((await call('POST', `${WEBHOOKS}/${id}/test`, { event: 'nonsense' })).statusCode).toBe(422);
  });

  test('a webhook is switched off and on with active; meanwhile it gets nothing, also no test', async () => {
    const { id, url } = await create({ events: ['validation.completed'], active: false });
    const disabled = (await call('GET', `${WEBHOOKS}/${id}`)).json();
    expect(disabled).toMatchObject({ active: false, disabled_reason: 'requested' });
    const refused = await call('POST', `${WEBHOOKS}/${id}/test`);
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'endpoint_disabled']);
    await publish('validation.completed');
    const enabled = (await call('PATCH', `${WEBHOOKS}/${id}`, { active: true })).json();
    expect(enabled).toMatchObject({ active: true, disabled_reason: null });
    await publish('validation.completed');
    expect(await arrivals(url)).toHaveLength(1);
    expect((await call('PATCH', `${WEBHOOKS}/${id}`, { active: false })).json().active).toBe(false);
  });

  test('rotating returns the new secret once; the old one signs until the overlap ends', async () => {
    const { id, url, secret: old } = await create({ events: ['validation.completed'] });
    const rotated = (await call('POST', `${WEBHOOKS}/${id}/rotate-secret`)).json();
    expect(rotated.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(rotated.secret).not.toBe(old);
    expect(Date.parse(rotated.old_secret_signs_until)).toBeGreaterThan(Date.now());
    const read = (await call('GET', `${WEBHOOKS}/${id}`)).json();
    expect(read.secret_preview).toBe(`••••${rotated.secret.slice(-4)}`);
    await publish('validation.completed');
    expect(documentReceiver(await arrival(url), old)).toBe(true);
    const atOnce = (await call('POST', `${WEBHOOKS}/${id}/rotate-secret`, { overlap_seconds: 0 })).json();
    await publish('validation.completed');
    const request = (await arrivals(url, 2))[1] as Received;
    expect(documentReceiver(request, atOnce.secret)).toBe(true);
  });
});
