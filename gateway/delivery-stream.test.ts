import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../test/eventually.ts';
import { type ReadStream, readStream } from './testing/event-source.ts';
import { ADMIN_KEY, anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

const LIMIT_MS = 120_000;

let gateway: TestGateway;
let acme: { id: string; key: string };
let other: { id: string; key: string };
let address: string;
const streams: ReadStream[] = [];

beforeAll(async () => {
  gateway = await startTestGateway();
  acme = await anOrganization(gateway);
  other = await anOrganization(gateway);
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  address = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}`;
  for (const { key } of [acme, other]) {
    await gateway.call('POST', '/v1/endpoints', { key, body: { url: 'https://a.example' } });
  }
});
afterAll(async () => {
  for (const stream of streams) stream.close();
  await gateway.close();
});

async function follow(query = '', headers: Record<string, string> = { authorization: `Bearer ${acme.key}` }) {
  const stream = await readStream(`${address}/v1/deliveries/stream${query}`, headers);
  streams.push(stream);
  return stream;
}
/** Publishes an event; returns the id of its one delivery. */
async function publish(key = acme.key, type = 'a'): Promise<string> {
  const { id } = (await gateway.call('POST', '/v1/events', { key, body: { type, data: {} } })).json();
  const list = await gateway.call('GET', `/v1/deliveries?eventId=${id}`, { key });
  return list.json().data[0].id;
}
function seen(stream: ReadStream, id: string, status = 'pending') {
  const isIt = (data: Record<string, unknown>) => data.id === id && data.status === status;
  return eventually(`${id} ${status}`, () => stream.messages.find(({ data }) => isIt(data)), LIMIT_MS);
}
const following = (stream: ReadStream) => eventually('the stream follows', () => stream.lastId() !== null, LIMIT_MS);
async function cookieOf(response: Awaited<ReturnType<TestGateway['call']>>): Promise<string> {
  return String(response.headers['set-cookie']).split(';')[0] ?? '';
}

describe('the stream of deliveries', { timeout: LIMIT_MS }, () => {
  it('shows new ones and their changes as the list does, and nothing of another organization', async () => {
    const stream = await follow();
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.headers.get('cache-control')).toBe('no-store');
    await following(stream);
    const theirs = await publish(other.key);
    const id = await publish();
    const { event, data } = await seen(stream, id);
    expect(event).toBe('delivery');
    expect(data).toEqual((await gateway.call('GET', `/v1/deliveries/${id}`, { key: acme.key })).json());
    await gateway.call('POST', `/v1/deliveries/${id}/cancel`, { key: acme.key });
    await seen(stream, id, 'cancelled');
    expect(JSON.stringify(stream.messages)).not.toContain(theirs);
  });

  it('keeps to its filter, and tells when one that was sent no longer fits', async () => {
    const stream = await follow('?status=pending&type=wanted');
    await following(stream);
    const unwanted = await publish(acme.key, 'unwanted');
    const id = await publish(acme.key, 'wanted');
    await seen(stream, id);
    await gateway.call('POST', `/v1/deliveries/${id}/cancel`, { key: acme.key });
    await seen(stream, id, 'cancelled');
    expect(JSON.stringify(stream.messages)).not.toContain(unwanted);
  });

  it('goes on where it broke off: with what came meanwhile, as it is now', async () => {
    const first = await follow();
    await following(first);
    await seen(first, await publish());
    first.close();
    const id = await publish();
    await gateway.call('POST', `/v1/deliveries/${id}/cancel`, { key: acme.key });
    const key = { authorization: `Bearer ${acme.key}` };
    const second = await follow('', { ...key, 'last-event-id': first.lastId() ?? '' });
    await seen(second, id, 'cancelled');
    expect(second.messages.some(({ event }) => event === 'reset')).toBe(false);
  });

  it('says so when more came than it sends', async () => {
    const events = Array.from({ length: 100 }, () => ({ type: 'many', data: {} }));
    const stream = await follow('', { authorization: `Bearer ${acme.key}`, 'last-event-id': 'dlv_0' });
    await following(stream);
    for (let i = 0; i < 2; i++) {
      await gateway.call('POST', '/v1/events/batch', { key: acme.key, body: { events } });
    }
    await eventually('reset', () => stream.messages.some(({ event }) => event === 'reset'), LIMIT_MS);
  });

  it("takes an operator's session, which names the organization in the query, and a customer's, which may name no other", async () => {
    const opened = await gateway.call('POST', '/portal/api/operator-session', {
      key: null,
      body: { adminKey: ADMIN_KEY },
    });
    const operator = { cookie: await cookieOf(opened) };
    const stream = await follow(`?organizationId=${other.id}`, operator);
    await following(stream);
    await seen(stream, await publish(other.key));
    expect((await follow('', operator)).status).toBe(400);
    const link = await gateway.call('POST', `/v1/organizations/${acme.id}/portal-links`, { key: acme.key });
    const token = new URL(link.json().url).hash.replace('#token=', '');
    const customer = {
      cookie: await cookieOf(await gateway.call('POST', '/portal/api/session', { key: null, body: { token } })),
    };
    expect((await follow(`?organizationId=${acme.id}`, customer)).status).toBe(200);
    expect((await follow(`?organizationId=${other.id}`, customer)).status).toBe(404);
    expect((await follow(`?organizationId=${other.id}`)).status).toBe(404);
    expect((await follow('', {})).status).toBe(401);
  });

  it('ends soon after its session or key', async () => {
    const made = await gateway.call('POST', `/v1/organizations/${acme.id}/api-keys`, {
      key: acme.key,
      body: { name: 'short', scopes: ['read'] },
    });
    const stream = await follow('', { authorization: `Bearer ${made.json().key}` });
    await following(stream);
    await gateway.call('DELETE', `/v1/organizations/${acme.id}/api-keys/${made.json().id}`, { key: acme.key });
    await eventually('the stream is over', stream.isOver, LIMIT_MS);
  });

  it('takes the scope read', async () => {
    const made = await gateway.call('POST', `/v1/organizations/${acme.id}/api-keys`, {
      key: acme.key,
      body: { name: 'writer', scopes: ['publish', 'manage'] },
    });
    expect((await follow('', { authorization: `Bearer ${made.json().key}` })).status).toBe(403);
  });

  it('is refused beyond its bound', async () => {
    const { key } = await anOrganization(gateway);
    const all = await Promise.all(Array.from({ length: 52 }, () => follow('', { authorization: `Bearer ${key}` })));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(50);
    expect(all.filter(({ status }) => status === 503)).toHaveLength(2);
    for (const stream of all) stream.close();
  });

  it('ends when the server stops', async () => {
    const own = await startTestGateway();
    const { key } = await anOrganization(own);
    await own.app.listen({ host: '127.0.0.1', port: 0 });
    const port = (own.app.server.address() as AddressInfo).port;
    const stream = await readStream(`http://127.0.0.1:${port}/v1/deliveries/stream`, {
      authorization: `Bearer ${key}`,
    });
    await following(stream);
    await own.close();
    await eventually('the stream is over', stream.isOver, LIMIT_MS);
  });
});
