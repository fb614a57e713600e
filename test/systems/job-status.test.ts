import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
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
let organization: { id: string; key: string };
let cookie: string;
let count = 0;

beforeAll(async () => {
  pipeline = await aPipeline();
  gateway = await startTestGateway({ store: pipeline.store, signalLookAgain: pipeline.runtime.signalLookAgain });
  receiver = await aReceiver();
  organization = await anOrganization(gateway);
  cookie = await visitPortal((await portalLink()).json().url);
});
afterAll(async () => {
  await gateway.close();
  await pipeline.close();
  await receiver.close();
});

const EVENTS = ['job.created', 'job.processing', 'job.completed', 'job.failed', 'job.cancelled'];
type Method = Parameters<TestGateway['call']>[0];

const portalLink = () => gateway.call('POST', '/job-status/v1/webhooks/portal', { key: organization.key });

/** What the page behind the link does first; the cookie as browsers send it. */
async function visitPortal(url: string): Promise<string> {
  const token = new URL(url).hash.replace('#token=', '');
  const response = await gateway.call('POST', '/portal/api/session', { key: null, body: { token } });
  expect(response.statusCode).toBe(200);
  return String(response.headers['set-cookie']).split(';')[0] ?? '';
}

/** A call of the portal's page. */
function inPortal(method: Method, path: string, body?: unknown) {
  const headers = { cookie, 'waybill-portal': '1' };
  return gateway.call(method, path, { key: null, headers, ...(body === undefined ? {} : { body }) });
}

async function addEndpoint(settings: object = {}) {
  count++;
  const response = await inPortal('POST', '/v1/endpoints', { url: `${receiver.url}job/${count}`, ...settings });
  expect(response.statusCode).toBe(201);
  return response.json();
}

async function publish(type: string): Promise<string> {
  const body = { dialect: 'job-status', type, data: eventTypeOf('job-status', type)?.example };
  const response = await gateway.call('POST', '/v1/events', { key: organization.key, body });
  expect(response.statusCode).toBe(202);
  return response.json().id;
}

/** What has arrived at an endpoint, once it is `many`. */
function arrivals(url: string, many = 1): Promise<Received[]> {
  return eventually(`${many} requests to ${url}`, async () => {
    const found = receiver.received.filter(({ path }) => path === new URL(url).pathname);
    return found.length >= many && found;
  });
}

const plain = (headers: Received['headers']) => headers as Record<string, string>;

describe('the endpoint that returns a portal link', () => {
  test('answers the URL of the portal, and nothing else', async () => {
    const response = await portalLink();
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ url: expect.stringMatching(/^http:\/\/waybill\.test\/portal#token=[\w-]{43}$/) });
    expect(response.headers['waybill-version']).toBe('0.0.0-test');
  });

  test('answers a unique URL each time', async () => {
    const urls = await Promise.all([1, 2, 3].map(async () => (await portalLink()).json().url));
    expect(new Set(urls).size).toBe(3);
  });

  test.each([
    ['as a bearer token', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['in the header X-API-Key', (key: string) => ({ 'x-api-key': key })],
  ])('takes the API key for authentication %s', async (_, headersOf) => {
    const path = '/job-status/v1/webhooks/portal';
    const call = (key: string) => gateway.call('POST', path, { key: null, headers: headersOf(key) });
    expect((await call(organization.key)).statusCode).toBe(200);
    const refused = await call('hunter2');
    expect(refused.statusCode).toBe(401);
    expect(refused.json()).toEqual({ detail: expect.any(String), code: 'unauthorized' });
  });

  test('gives no link to a call without a key, nor to the session of a link', async () => {
    const path = '/job-status/v1/webhooks/portal';
    expect((await gateway.call('POST', path, { key: null })).statusCode).toBe(401);
    expect((await inPortal('POST', path)).statusCode).toBe(401);
  });

  test('opens the portal of the own organization once: the second visit is refused', async () => {
    const { url } = (await portalLink()).json();
    await visitPortal(url);
    const token = new URL(url).hash.replace('#token=', '');
    const again = await gateway.call('POST', '/portal/api/session', { key: null, body: { token } });
    expect(again.statusCode).toBe(401);
    const session = (await inPortal('GET', '/portal/api/session')).json();
    expect(session).toMatchObject({ organizationId: organization.id, readOnly: false, dialect: 'job-status' });
  });
});

describe('the portal', () => {
  test('adds multiple endpoints: different URLs for different event types', async () => {
    const done = await addEndpoint({ eventTypes: ['job.completed'] });
    const wrong = await addEndpoint({ eventTypes: ['job.failed', 'job.cancelled'] });
    expect([done.dialect, wrong.dialect]).toEqual(['job-status', 'job-status']);
    await publish('job.completed');
    await publish('job.failed');
    const typeOf = async ({ url }: { url: string }) => JSON.parse((await arrivals(url))[0]?.body ?? '').type;
    expect([await typeOf(done), await typeOf(wrong)]).toEqual(['job.completed', 'job.failed']);
  });

  test('filters events: an endpoint gets those it was given, and no others', async () => {
    const { id } = await addEndpoint({ eventTypes: ['job.created'] });
    for (const type of EVENTS) await publish(type);
    const { data } = (await inPortal('GET', `/v1/deliveries?endpointId=${id}`)).json();
    expect(data.map(({ eventType }: { eventType: string }) => eventType)).toEqual(['job.created']);
  });

  test('sets authentication by headers: they are sent along, and shown masked', async () => {
    const headers = [{ name: 'X-Api-Token', value: 'token-of-the-receiver' }];
    const { id, url } = await addEndpoint({ headers, eventTypes: ['job.processing'] });
    await publish('job.processing');
    expect((await arrivals(url))[0]?.headers['x-api-token']).toBe('token-of-the-receiver');
    expect((await inPortal('GET', `/v1/endpoints/${id}`)).body).not.toContain('token-of-the-receiver');
  });

  test('sets authentication by basic auth: it is sent along, and masked wherever the request is shown', async () => {
    const basicAuth = { username: 'Aladdin', password: 'open sesame' };
    const { id, url } = await addEndpoint({ basicAuth, eventTypes: ['job.processing'] });
    const eventId = await publish('job.processing');
    expect((await arrivals(url))[0]?.headers.authorization).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
    await eventually('the delivery', async () => (await statusOf(eventId, id)) === 'delivered');
    const [attempt] = await attemptsOf(eventId, id);
    expect(attempt?.exchanges[0]?.requestHeaders.authorization).toBe('••••');
    expect(JSON.stringify(attempt)).not.toMatch(/sesame|QWxhZGRpbjpvcGVuIHNlc2FtZQ/);
  });

  test('tests endpoints: a test event is sent to this one only, also before it is saved', async () => {
    const { id, url } = await addEndpoint({ eventTypes: ['job.cancelled'] });
    const neighbour = await addEndpoint();
    expect((await inPortal('POST', `/v1/endpoints/${id}/test`)).statusCode).toBe(202);
    expect(JSON.parse((await arrivals(url))[0]?.body ?? '').type).toBe('job.cancelled');
    expect(receiver.received.some(({ path }) => path === new URL(neighbour.url).pathname)).toBe(false);
    const trial = await inPortal('POST', '/v1/endpoints/test', { url: 'https://hooks.example.com/new' });
    expect(trial.json()).toMatchObject({ delivered: true });
    expect(gateway.sent.at(-1)?.headers).toHaveProperty('svix-signature');
    await inPortal('DELETE', `/v1/endpoints/${neighbour.id}`);
  });

  test('views logs: every delivery attempt with its request and response, also of failed webhooks', async () => {
    const { id, url } = await addEndpoint({ eventTypes: ['job.created'], retryDelaysMs: [0] });
    receiver.answerWith(({ path }, response) =>
      path === new URL(url).pathname ? response.writeHead(500).end('database is down') : response.end('ok'),
    );
    const eventId = await publish('job.created');
    await eventually('the end of the delivery', async () => (await statusOf(eventId, id)) === 'failed');
    receiver.answerWith((_, response) => response.end('ok'));
    const attempts = await attemptsOf(eventId, id);
    expect(attempts.map(({ number }) => number)).toEqual([1, 2]);
    for (const { statusCode, exchanges } of attempts) {
      expect(statusCode).toBe(500);
      expect(exchanges[0]).toMatchObject({ method: 'POST', url, status: 500, responseBody: 'database is down' });
    }
  });
});

async function statusOf(eventId: string, endpointId: string): Promise<string> {
  const path = `/v1/deliveries?eventId=${eventId}&endpointId=${endpointId}`;
  return (await inPortal('GET', path)).json().data[0].status;
}

/** An attempt as the API shows it, as far as these tests look. */
interface ShownAttempt {
  number: number;
  statusCode: number | null;
  exchanges: { requestHeaders: Record<string, string> }[];
}

async function attemptsOf(eventId: string, endpointId: string): Promise<ShownAttempt[]> {
  const deliveries = (await inPortal('GET', `/v1/deliveries?eventId=${eventId}&endpointId=${endpointId}`)).json();
  return (await inPortal('GET', `/v1/deliveries/${deliveries.data[0].id}/attempts`)).json().data;
}

describe('each webhook request', () => {
  test.each(EVENTS)(
    'of %s carries headers that the published libraries of Svix and Standard Webhooks verify',
    async (type) => {
      const { url, secret } = await addEndpoint({ eventTypes: [type] });
      await publish(type);
      const { body, headers } = (await arrivals(url))[0] as Received;
      const expected = { type, data: eventTypeOf('job-status', type)?.example };
      expect(new SvixWebhook(secret).verify(body, plain(headers))).toMatchObject(expected);
      expect(new StandardWebhook(secret).verify(body, plain(headers))).toMatchObject(expected);
    },
  );

  test('fails the verification with another secret, or another body', async () => {
    const { url, secret } = await addEndpoint({ eventTypes: ['job.completed'] });
    await publish('job.completed');
    const { body, headers } = (await arrivals(url))[0] as Received;
    const other = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    for (const Library of [SvixWebhook, StandardWebhook]) {
      expect(() => new Library(other).verify(body, plain(headers))).toThrow();
      expect(() => new Library(secret).verify(`${body} `, plain(headers))).toThrow();
    }
  });

  test('keeps its webhook-id over retries, so that duplicates can be told by it', async () => {
    const { url, secret } = await addEndpoint({ eventTypes: ['job.created'], retryDelaysMs: [0] });
    let first = true;
    receiver.answerWith(({ path }, response) => {
      const fails = path === new URL(url).pathname && first;
      if (fails) first = false;
      response.writeHead(fails ? 503 : 200).end();
    });
    const eventId = await publish('job.created');
    const both = await arrivals(url, 2);
    receiver.answerWith((_, response) => response.end('ok'));
    for (const { body, headers } of both) {
      expect([headers['webhook-id'], headers['svix-id']]).toEqual([eventId, eventId]);
      expect(() => new SvixWebhook(secret).verify(body, plain(headers))).not.toThrow();
    }
  });
});
