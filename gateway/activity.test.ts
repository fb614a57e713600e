import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let acme: { id: string; key: string; keyId: string };

beforeAll(async () => {
  gateway = await startTestGateway();
  acme = (await anOrganization(gateway)) as typeof acme;
});
afterAll(() => gateway.close());

type Method = Parameters<TestGateway['call']>[0];

async function call(method: Method, path: string, body?: unknown) {
  const response = await gateway.call(method, path, { key: acme.key, ...(body === undefined ? {} : { body }) });
  expect(response.statusCode).toBeLessThan(300);
  return response.body === '' ? null : response.json();
}
interface Entry {
  id: string;
  actor: { kind: string; id: string | null; name: string | null };
  action: string;
  subject: { kind: string; id: string; name: string | null };
  changes: { field: string; from?: unknown; to?: unknown }[];
}
async function entries(): Promise<Entry[]> {
  return (await call('GET', '/v1/activity')).data;
}
async function last(): Promise<Entry> {
  return (await entries())[0] as Entry;
}
const url = 'https://hooks.example.com/services/T0/hush-hush-path';
const endpoint = { url, description: 'orders' };

describe('the activity log', () => {
  it('says which key did what to which thing', async () => {
    const { id } = await call('POST', '/v1/endpoints', endpoint);
    expect(await last()).toEqual({
      id: expect.stringMatching(/^act_/),
      at: expect.any(String),
      actor: { kind: 'key', id: acme.keyId, name: 'first key' },
      action: 'endpoint.created',
      subject: { kind: 'endpoint', id, name: 'orders' },
      changes: [],
    });
  });

  it('tells values before and after, and of secrets only the field', async () => {
    const secrets = { headers: [{ name: 'X-Token', value: 'hush-header' }], url: `${url}/new` };
    const { id } = await call('POST', '/v1/endpoints', endpoint);
    await call('PATCH', `/v1/endpoints/${id}`, { description: 'invoices', eventTypes: ['invoice.*'], ...secrets });
    expect(await last()).toMatchObject({
      action: 'endpoint.updated',
      subject: { id, name: 'invoices' },
      changes: [
        { field: 'description', from: 'orders', to: 'invoices' },
        { field: 'eventTypes', from: null, to: ['invoice.*'] },
        { field: 'url' },
        { field: 'headers' },
      ],
    });
    await call('PATCH', `/v1/endpoints/${id}`, { headers: [{ name: 'X-Token', value: 'hush-other' }] });
    expect((await last()).changes).toEqual([{ field: 'headers' }]);
    expect(JSON.stringify(await entries())).not.toContain('hush');
  });

  it('has every change of an endpoint', async () => {
    const { id, secret } = await call('POST', '/v1/endpoints', endpoint);
    await call('POST', `/v1/endpoints/${id}/rotate-secret`);
    await call('POST', `/v1/endpoints/${id}/disable`);
    await call('POST', `/v1/endpoints/${id}/enable`);
    const since = '2026-01-01T00:00:00.000Z';
    await call('POST', `/v1/endpoints/${id}/replay`, { since, include: ['failed'], dryRun: true });
    await call('POST', `/v1/endpoints/${id}/replay`, { since, include: ['failed'] });
    await call('DELETE', `/v1/endpoints/${id}`);
    const own = (await entries()).filter(({ subject }) => subject.id === id);
    expect(own.map(({ action }) => action)).toEqual([
      'endpoint.deleted',
      'endpoint.replayed',
      'endpoint.enabled',
      'endpoint.disabled',
      'endpoint.secret_rotated',
      'endpoint.created',
    ]);
    expect(own[1]?.changes).toContainEqual({ field: 'since', to: since });
    expect(JSON.stringify(own)).not.toContain(secret);
  });

  it('has keys, links, event types, sources and the organization itself, and none of their secrets', async () => {
    const before = (await entries()).length;
    const keys = `/v1/organizations/${acme.id}/api-keys`;
    const key = await call('POST', keys, { name: 'second', scopes: ['read'] });
    await call('DELETE', `${keys}/${key.id}`);
    const links = `/v1/organizations/${acme.id}/portal-links`;
    const link = await call('POST', links, { readOnly: true });
    await call('DELETE', `${links}/${link.id}`);
    await call('PUT', '/v1/event-types/order.paid', { description: 'a' });
    await call('PUT', '/v1/event-types/order.paid', { description: 'b' });
    await call('DELETE', '/v1/event-types/order.paid');
    const source = await call('POST', '/v1/sources', {
      name: 'in',
      dialect: 'flexorch',
      secret: 'hush-source-secret-of-some-length',
    });
    await call('PATCH', `/v1/sources/${source.id}`, { name: 'inbound', secret: 'hush-source-other-of-some-length' });
    await call('POST', `/v1/sources/${source.id}/rotate-token`);
    await call('DELETE', `/v1/sources/${source.id}`);
    await call('PATCH', `/v1/organizations/${acme.id}`, { name: 'Acme Ltd' });
    await call('PATCH', `/v1/organizations/${acme.id}`, { name: 'Acme Ltd' });
    const all = await entries();
    expect(all.slice(0, all.length - before).map(({ action, changes }) => [action, changes])).toEqual([
      ['organization.updated', [{ field: 'name', from: 'Acme', to: 'Acme Ltd' }]],
      ['source.deleted', []],
      ['source.address_rotated', []],
      ['source.updated', [{ field: 'name', from: 'in', to: 'inbound' }, { field: 'secret' }]],
      ['source.created', [{ field: 'dialect', to: 'flexorch' }]],
      ['event_type.deleted', []],
      ['event_type.updated', [{ field: 'description', from: 'a', to: 'b' }]],
      ['event_type.created', []],
      ['portal_link.revoked', []],
      ['portal_link.created', [{ field: 'readOnly', to: true }]],
      ['api_key.revoked', []],
      [
        'api_key.created',
        [
          { field: 'scopes', to: ['read'] },
          { field: 'dialect', to: null },
        ],
      ],
    ]);
    for (const secret of ['hush', key.key, link.url, source.address]) {
      expect(JSON.stringify(all)).not.toContain(secret);
    }
  });

  it('has what was done to deliveries, and nothing of what was refused', async () => {
    await call('POST', '/v1/endpoints', endpoint);
    const event = await call('POST', '/v1/events', { type: 'order.paid', data: {} });
    const [delivery] = (await call('GET', `/v1/deliveries?eventId=${event.id}&limit=1`)).data;
    const path = `/v1/deliveries/${delivery.id}`;
    await call('POST', `${path}/retry-now`);
    await call('POST', `${path}/cancel`);
    expect((await gateway.call('POST', `${path}/cancel`, { key: acme.key })).statusCode).toBe(409);
    await call('POST', `${path}/resend`);
    const own = (await entries()).filter(({ subject }) => subject.id === delivery.id);
    expect(own.map(({ action }) => action)).toEqual(['delivery.resent', 'delivery.cancelled', 'delivery.retried']);
    expect(own[0]?.subject).toEqual({ kind: 'delivery', id: delivery.id, name: 'order.paid' });
  });

  it("tells apart the portal, the admin key, and a key on a system's own route", async () => {
    const link = await call('POST', `/v1/organizations/${acme.id}/portal-links`);
    const token = new URL(link.url).hash.replace('#token=', '');
    const session = await gateway.call('POST', '/portal/api/session', { key: null, body: { token } });
    const cookie = String(session.headers['set-cookie']).split(';')[0] ?? '';
    const headers = { cookie, 'waybill-portal': '1' };
    await gateway.call('POST', '/v1/endpoints', { key: null, headers, body: endpoint });
    expect((await last()).actor).toEqual({ kind: 'session', id: expect.stringMatching(/^pse_/), name: null });
    await gateway.call('POST', '/v1/endpoints', { organization: acme.id, body: endpoint });
    expect((await last()).actor).toEqual({ kind: 'admin', id: null, name: null });
    await call('POST', '/fltr/v1/webhooks', { url, events: ['dataset.updated'] });
    expect(await last()).toMatchObject({ action: 'endpoint.created', actor: { kind: 'key', id: acme.keyId } });
  });

  it('is paged, newest first', async () => {
    const first = await call('GET', '/v1/activity?limit=2');
    const second = await call('GET', `/v1/activity?limit=2&cursor=${first.nextCursor}`);
    const ids = [...first.data, ...second.data].map(({ id }: Entry) => id);
    expect(ids).toEqual((await entries()).slice(0, 4).map(({ id }) => id));
  });
});
