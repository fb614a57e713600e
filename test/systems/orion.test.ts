import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyOrionHeader } from '../../domain/dialects/orion/wire.ts';
import { anOrganization, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { eventually } from '../eventually.ts';
import { aPipeline, type Pipeline } from '../pipeline.ts';
import { aReceiver, type Received, type Receiver } from '../receiver.ts';

// Each test's title is a statement of the system's document, or our reading of it.

let pipeline: Pipeline;
let gateway: TestGateway;
let receiver: Receiver;
let key: string;

beforeAll(async () => {
  pipeline = await aPipeline();
  gateway = await startTestGateway({ store: pipeline.store, signalLookAgain: pipeline.runtime.signalLookAgain });
  receiver = await aReceiver();
  ({ key } = await anOrganization(gateway));
});
afterAll(async () => {
  await gateway.close();
  await pipeline.close();
  await receiver.close();
});

const WEBHOOKS = '/orion/v1alpha/webhooks/';
const SECRET_HEADER = { name: 'X-Webhook-Secret', value: 'your-secret-key' };
type Method = Parameters<TestGateway['call']>[0];

const call = (method: Method, path: string, body?: unknown, as = key) =>
  gateway.call(method, path, { key: as, ...(body === undefined ? {} : { body }) });

async function create(settings: object = {}) {
  const url = `${receiver.url}orion/${receiver.received.length}-${Math.random()}`;
  const response = await call('POST', WEBHOOKS, { url, ...settings });
  expect(response.statusCode).toBe(201);
  return response.json();
}

async function publish(event: object = {}): Promise<string> {
  const data = { job_id: 'job_1', status: 'completed' };
  const body = { dialect: 'orion', type: 'job.completed', data, ...event };
  const response = await call('POST', '/v1/events', body);
  expect(response.statusCode).toBe(202);
  return response.json().id;
}

/** The webhooks that an event goes to, of those given. */
async function recipients(event: object, webhooks: { id: string; url: string }[]): Promise<string[]> {
  const eventId = await publish(event);
  const { data } = (await call('GET', `/v1/deliveries?eventId=${eventId}&limit=100`)).json();
  const urls = await Promise.all(
    data.map(
      async ({ endpointId }: { endpointId: string }) => (await call('GET', `/v1/endpoints/${endpointId}`)).json().url,
    ),
  );
  return webhooks.filter(({ url }) => urls.includes(url)).map(({ id }) => id);
}

const arrival = (url: string): Promise<Received> =>
  eventually(`a request to ${url}`, async () => receiver.received.find(({ path }) => path === new URL(url).pathname));

describe('creating a webhook', () => {
  test("takes the document's call as it stands, with and without the slash at the end", async () => {
    const body = {
      url: 'https://your-server.com/webhooks/orion',
      headers: [SECRET_HEADER],
      user_id: 'YOUR_USER_ID',
      presence_name: 'job-notifications',
    };
    for (const path of [WEBHOOKS, WEBHOOKS.slice(0, -1)]) {
      const response = await call('POST', path, body);
      expect(response.statusCode).toBe(201);
      expect(response.json()).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        url: body.url,
        headers: [{ name: 'X-Webhook-Secret', value: '••••' }],
        user_id: 'YOUR_USER_ID',
        presence_name: 'job-notifications',
        events: null,
        active: true,
        disabled_reason: null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
        secret: expect.stringMatching(/^whsec_/),
      });
      expect(response.headers['waybill-version']).toBe('0.0.0-test');
    }
  });

  test('needs a URL; headers, user_id and presence_name are optional', async () => {
    const created = await create({ headers: null, user_id: null });
    expect(created).toMatchObject({ headers: [], user_id: null, presence_name: null, events: null });
    const refused = await call('POST', WEBHOOKS, { user_id: 'u' });
    expect(refused.json()).toMatchObject({ code: 'validation_failed', errors: [{ field: 'url' }] });
    expect(refused.statusCode).toBe(422);
  });

  test('passes over fields that are not known', async () => {
    expect(await create({ description: 'for the team' })).not.toHaveProperty('description');
  });

  test('takes a key as bearer token only', async () => {
    for (const as of [null, 'hunter2'] as const) {
      const response = await gateway.call('POST', WEBHOOKS, { key: as, body: { url: receiver.url } });
      expect(response.statusCode).toBe(401);
      expect(response.json()).toEqual({ detail: expect.any(String), code: 'unauthorized' });
      expect(response.headers['www-authenticate']).toBe('Bearer');
    }
  });

  test('needs an address that Orion may call', async () => {
    const refused = await call('POST', WEBHOOKS, { url: 'https://10.0.0.1/' });
    expect(refused.json()).toMatchObject({ code: 'url_not_allowed', detail: expect.stringContaining('private') });
  });
});

describe('custom headers', () => {
  test('are any number: a hundred of them arrive, and the limit says itself', async () => {
    const headers = Array.from({ length: 100 }, (_, i) => ({ name: `X-Custom-${i}`, value: `value ${i}` }));
    const { url } = await create({ headers, events: ['headers.many'] });
    await publish({ type: 'headers.many' });
    const { headers: received } = await arrival(url);
    for (const { name, value } of headers) expect(received[name.toLowerCase()]).toBe(value);
    const many = await call('POST', WEBHOOKS, { url, headers: [...headers, SECRET_HEADER] });
    expect(many.json().errors).toEqual([{ field: 'headers', rule: expect.stringContaining('100') }]);
    const long = [1, 2].map((i) => ({ name: `X-${i}`, value: 'x'.repeat(5_000) }));
    expect((await call('POST', WEBHOOKS, { url, headers: long })).json().detail).toContain('8192 bytes');
  });

  test('are secrets: encrypted at rest, and shown masked', async () => {
    const { id } = await create({ headers: [{ name: 'X-Webhook-Secret', value: 'hunter2-of-orion' }] });
    for (const path of [WEBHOOKS, `${WEBHOOKS}${id}/`]) {
      const response = await call('GET', path);
      expect(response.body).toContain('X-Webhook-Secret');
      expect(response.body).not.toContain('hunter2-of-orion');
    }
    const rows = await pipeline.store.db.query.endpoints.findMany();
    const kept = rows.map(({ headers }) => Buffer.from(headers ?? '').toString('latin1')).join('\n');
    expect(kept).not.toContain('hunter2-of-orion');
  });

  test.each([
    ['Host'],
    ['Content-Length'],
    ['Content-Type'],
    ['Transfer-Encoding'],
    ['Connection'],
    ['Upgrade'],
    ['webhook-signature'],
  ])('may not be %s, which is not theirs to set', async (name) => {
    const response = await call('POST', WEBHOOKS, { url: receiver.url, headers: [{ name, value: 'a' }] });
    expect(response.statusCode).toBe(422);
    expect(response.json().errors).toEqual([{ field: 'headers.0.name', rule: 'is reserved' }]);
  });

  test.each([
    ['a name that ends the line', 'X-A\r\nX-B', 'a', 'headers.0.name'],
    ['a value that ends the line', 'X-A', 'a\r\nX-B: b', 'headers.0.value'],
    ['a value with NUL', 'X-A', 'a\0', 'headers.0.value'],
    ['a name with a colon', 'X-A:', 'a', 'headers.0.name'],
  ])('smuggle nothing in: %s is refused, without repeating it', async (_, name, value, field) => {
    const response = await call('POST', WEBHOOKS, { url: receiver.url, headers: [{ name, value }] });
    expect(response.statusCode).toBe(422);
    expect(response.json().errors[0].field).toBe(field);
    expect(response.body).not.toContain('X-B');
  });
});

describe('the webhooks of an account', () => {
  test('are listed and read by id, with and without the slash', async () => {
    const { secret: _, ...created } = await create({ presence_name: 'listed' });
    for (const slash of ['/', '']) {
      const list = (await call('GET', WEBHOOKS.slice(0, -1) + slash)).json();
      expect(list.data[0]).toEqual(created);
      expect(list.next_cursor).toBeNull();
      expect((await call('GET', `${WEBHOOKS}${created.id}${slash}`)).json()).toEqual(created);
    }
  });

  test('are changed field by field with PATCH', async () => {
    const { id } = await create({ headers: [SECRET_HEADER], user_id: 'u1', presence_name: 'p1' });
    const url = `${receiver.url}other`;
    const changed = await call('PATCH', `${WEBHOOKS}${id}/`, { url, user_id: null, events: ['job.completed'] });
    expect(changed.json()).toMatchObject({
      url,
      user_id: null,
      presence_name: 'p1',
      events: ['job.completed'],
      headers: [{ name: 'X-Webhook-Secret', value: '••••' }],
    });
    expect((await call('PATCH', `${WEBHOOKS}${id}`, { headers: null })).json().headers).toEqual([]);
    expect((await call('PATCH', `${WEBHOOKS}${id}`, { events: [] })).statusCode).toBe(422);
  });

  test('are replaced with PUT: what is read may be sent back, masked values stay, absent settings go', async () => {
    const { id, url } = await create({
      headers: [SECRET_HEADER],
      user_id: 'u1',
      presence_name: 'p1',
      events: ['orion.put'],
    });
    const read = (await call('GET', `${WEBHOOKS}${id}/`)).json();
    const replaced = await call('PUT', `${WEBHOOKS}${id}/`, { ...read, presence_name: undefined });
    expect(replaced.json()).toMatchObject({ url, user_id: 'u1', presence_name: null, events: ['orion.put'] });
    await publish({ type: 'orion.put' });
    expect((await arrival(url)).headers['x-webhook-secret']).toBe('your-secret-key');
    expect((await call('PUT', `${WEBHOOKS}${id}/`, { url })).json()).toMatchObject({
      headers: [],
      user_id: null,
      events: null,
    });
  });

  test('are deleted, and then get nothing', async () => {
    const webhook = await create();
    expect((await call('DELETE', `${WEBHOOKS}${webhook.id}/`)).statusCode).toBe(204);
    expect((await call('GET', `${WEBHOOKS}${webhook.id}/`)).statusCode).toBe(404);
    expect((await call('DELETE', `${WEBHOOKS}${webhook.id}`)).json().code).toBe('not_found');
    expect(await recipients({}, [webhook])).toEqual([]);
  });

  test('are its own: another account finds none, nor does another system', async () => {
    const { id } = await create();
    const other = (await anOrganization(gateway)).key;
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', {}],
      ['PUT', { url: receiver.url }],
      ['DELETE', undefined],
    ] as const) {
      expect((await call(method, `${WEBHOOKS}${id}`, body, other)).statusCode).toBe(404);
    }
    expect((await call('GET', WEBHOOKS, undefined, other)).json().data).toEqual([]);
    const standard = (await call('POST', '/v1/endpoints', { url: receiver.url, eventTypes: ['a'] })).json().id;
    expect((await call('GET', `${WEBHOOKS}${standard}`)).statusCode).toBe(404);
    expect((await call('GET', `${WEBHOOKS}nonsense/`)).statusCode).toBe(404);
  });
});

describe('a webhook is linked', () => {
  test('to specific events: it gets those and no others', async () => {
    const linked = await create({ events: ['job.completed', 'orion.custom'] });
    expect(await recipients({}, [linked])).toEqual([linked.id]);
    expect(await recipients({ type: 'orion.custom' }, [linked])).toEqual([linked.id]);
    expect(await recipients({ type: 'orion.else' }, [linked])).toEqual([]);
  });

  test('or to a presence name: it gets every event of that presence', async () => {
    const linked = await create({ presence_name: 'job-notifications-2' });
    const other = await create({ presence_name: 'another' });
    const both = [linked, other];
    expect(await recipients({ presenceName: 'job-notifications-2' }, both)).toEqual([linked.id]);
    expect(await recipients({ type: 'orion.any', presenceName: 'another' }, both)).toEqual([other.id]);
    expect(await recipients({}, both)).toEqual([]);
  });

  test('or to both: either is enough', async () => {
    const linked = await create({ presence_name: 'p', events: ['orion.either'] });
    expect(await recipients({ type: 'orion.either' }, [linked])).toEqual([linked.id]);
    expect(await recipients({ type: 'orion.x', presenceName: 'p' }, [linked])).toEqual([linked.id]);
    expect(await recipients({ type: 'orion.x', presenceName: 'q' }, [linked])).toEqual([]);
  });

  test('or to neither: it gets every event', async () => {
    const open = await create();
    expect(await recipients({ type: 'orion.whatever' }, [open])).toEqual([open.id]);
    expect(await recipients({ presenceName: 'anything' }, [open])).toEqual([open.id]);
  });

  test('to a user: events of another user do not reach it, those of none do', async () => {
    const alice = await create({ user_id: 'alice' });
    const bob = await create({ user_id: 'bob' });
    const anyone = await create();
    const all = [alice, bob, anyone];
    expect(await recipients({ userId: 'alice' }, all)).toEqual([alice.id, anyone.id]);
    expect(await recipients({}, all)).toEqual([alice.id, bob.id, anyone.id]);
  });
});

describe('when an event occurs', () => {
  test('an HTTP POST with the event as JSON reaches the webhook, with its custom headers', async () => {
    const { url } = await create({ headers: [SECRET_HEADER], presence_name: 'posted' });
    const id = await publish({ presenceName: 'posted' });
    const request = await arrival(url);
    expect(JSON.parse(request.body)).toEqual({
      event: 'job.completed',
      id,
      timestamp: expect.stringMatching(/Z$/),
      data: { job_id: 'job_1', status: 'completed' },
    });
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'x-webhook-secret': 'your-secret-key',
    });
  });

  test("the request can be verified by its custom header, as the document's receiver does", async () => {
    const { url } = await create({ headers: [SECRET_HEADER], presence_name: 'verified' });
    await publish({ presenceName: 'verified' });
    const { headers } = await arrival(url);
    const request = { body: '', headers: headers as Record<string, string> };
    expect(verifyOrionHeader(request, SECRET_HEADER)).toEqual({ valid: true });
    expect(verifyOrionHeader(request, { ...SECRET_HEADER, value: 'another' }).valid).toBe(false);
  });

  test('the request can be verified by signature: the published library of Standard Webhooks accepts it', async () => {
    const { url, secret } = await create({ presence_name: 'signed' });
    await publish({ presenceName: 'signed' });
    const { body, headers } = await arrival(url);
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      event: 'job.completed',
    });
  });

  test('a secret that the caller gave by header signs', async () => {
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const url = `${receiver.url}orion/own-secret`;
    const headers = { 'waybill-secret': secret };
    const body = { url, presence_name: 'own-secret' };
    const created = await gateway.call('POST', WEBHOOKS, { key, body, headers });
    expect(created.json().secret).toBe(secret);
    await publish({ presenceName: 'own-secret' });
    const request = await arrival(url);
    expect(() => new Webhook(secret).verify(request.body, request.headers as Record<string, string>)).not.toThrow();
  });

  test('any 2xx is an acknowledgement', async () => {
    receiver.answerWith((_, response) => response.writeHead(204).end());
    const { url } = await create({ presence_name: 'acknowledged' });
    const eventId = await publish({ presenceName: 'acknowledged' });
    await arrival(url);
    const delivered = await eventually('the delivery', async () => {
      const { data } = (await call('GET', `/v1/deliveries?eventId=${eventId}&status=delivered`)).json();
      return data.length > 0 && data;
    });
    receiver.answerWith((_, response) => response.end('ok'));
    expect(delivered.some((d: { lastStatusCode: number }) => d.lastStatusCode === 204)).toBe(true);
  });

  test('job.completed is built in, and any other type may be published', async () => {
    const types = (await call('GET', '/v1/event-types?dialect=orion')).json().data;
    expect(types.map(({ name }: { name: string }) => name)).toContain('job.completed');
    await publish({ type: 'analysis.partial', data: { anything: true } });
  });
});
