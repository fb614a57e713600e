import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIALECT_NAMES, wireOf } from '../domain/dialects/wires.ts';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let organization: string;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ id: organization, key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

const url = 'https://hooks.example.com/in';

async function anEndpoint(body: object = {}) {
  const response = await gateway.call('POST', '/v1/endpoints', { key, body: { url, ...body } });
  expect(response.statusCode).toBe(201);
  return response.json();
}

/** The secrets that a sender would sign with now. */
async function signing(id: string) {
  const { version } = (await gateway.call('GET', `/v1/endpoints/${id}`, { key })).json();
  const { secrets } = await gateway.store.attempts.senderEndpoint(id, version);
  return secrets.map((secret) => secret.value);
}

describe('creating', () => {
  it.each([...DIALECT_NAMES, '*'])('%s: gives the secret once, and reads never show it', async (dialect) => {
    const created = await anEndpoint({ dialect, headers: [{ name: 'X-Webhook-Secret', value: 'hunter2' }] });
    expect(wireOf(dialect)?.secret.check(created.secret)).toBeUndefined();
    expect(await signing(created.id)).toEqual([created.secret]);
    const read = await gateway.call('GET', `/v1/endpoints/${created.id}`, { key });
    const list = await gateway.call('GET', '/v1/endpoints', { key });
    expect(read.json().headers).toEqual([{ name: 'X-Webhook-Secret', value: '••••' }]);
    for (const text of [read.body, list.body]) {
      expect(text).not.toContain(created.secret);
      expect(text).not.toContain('hunter2');
    }
  });

  it('with mode test lends it for 120 seconds and never tries again; a change cannot ask for that', async () => {
    const shown = { mode: 'test', retryDelaysMs: [] };
    const created = await anEndpoint({ mode: 'test', retryDelaysMs: [1_000] });
    expect(created).toMatchObject(shown);
    // Both times are the store's own, to the millisecond.
    expect(Date.parse(created.leaseEndsAt) - Date.parse(created.createdAt)).toBe(120_000);
    const headers = { 'waybill-mode': 'test' };
    const theirs = await gateway.call('POST', '/fltr/v1/webhooks', {
      key,
      headers,
      body: { url, events: ['dataset.created'] },
    });
    expect(theirs.statusCode).toBe(201);
    const { data } = (await gateway.call('GET', '/v1/endpoints?dialect=fltr&limit=1', { key })).json();
    expect(data).toMatchObject([shown]);
    expect(await anEndpoint()).toMatchObject({ mode: null, leaseEndsAt: null });
    const changed = await gateway.call('PATCH', `/v1/endpoints/${created.id}`, { key, body: { mode: 'test' } });
    expect(changed.statusCode).toBe(422);
  });

  it('takes a secret of the caller, and with ed25519 answers the public key only', async () => {
    const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
    expect((await anEndpoint({ secret })).secret).toBe(secret);
    const created = await anEndpoint({ signature: 'ed25519' });
    expect(created.secret).toMatch(/^whpk_/);
    expect(created.publicKey).toBe(created.secret);
    const [signer] = await signing(created.id);
    expect(signer).toMatch(/^whsk_/);
    expect(JSON.stringify(created)).not.toContain(signer);
  });

  it('keeps the limit of the dialect, also when many come at once, and only there', async () => {
    const { key: own } = await anOrganization(gateway);
    const create = (dialect: string) => gateway.call('POST', '/v1/endpoints', { key: own, body: { url, dialect } });
    const statuses = (await Promise.all(Array.from({ length: 103 }, () => create('fltr')))).map((r) => r.statusCode);
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    const refused = await create('fltr');
    expect(refused.json()).toMatchObject({ status: 409, code: 'endpoint_limit_reached' });
    expect(refused.json().detail).toContain('100');
    expect((await create('standard')).statusCode).toBe(201);
    const { data } = (await gateway.call('GET', '/v1/endpoints?dialect=fltr&limit=1', { key: own })).json();
    await gateway.call('DELETE', `/v1/endpoints/${data[0].id}`, { key: own });
    expect((await create('fltr')).statusCode).toBe(201);
  });
});

describe('changing', () => {
  it('sets what is given, resets what is null, keeps the rest, and raises both versions', async () => {
    const { id } = await anEndpoint({ timeoutMs: 5_000, retryDelaysMs: [1], description: 'a', userId: 'u' });
    const before = await gateway.store.db.query.organizations.findFirst({
      where: (o, { eq }) => eq(o.id, organization),
    });
    const body = { timeoutMs: null, eventTypes: ['job.*'], description: 'b' };
    const changed = (await gateway.call('PATCH', `/v1/endpoints/${id}`, { key, body })).json();
    expect(changed).toMatchObject({ ...body, retryDelaysMs: [1], userId: 'u', url, version: 2 });
    const after = await gateway.store.db.query.organizations.findFirst({
      where: (o, { eq }) => eq(o.id, organization),
    });
    expect(after?.endpointsVersion).toBe((before?.endpointsVersion ?? 0) + 1);
  });

  it('replaces headers as a list, where a masked value keeps the stored one', async () => {
    const { id } = await anEndpoint({
      headers: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    });
    const headers = [
      { name: 'a', value: '••••' },
      { name: 'C', value: '3' },
    ];
    const changed = await gateway.call('PATCH', `/v1/endpoints/${id}`, { key, body: { headers } });
    expect(changed.json().headers.map((h: { name: string }) => h.name)).toEqual(['a', 'C']);
    const sender = await gateway.store.attempts.senderEndpoint(id, changed.json().version);
    expect(sender.headers).toEqual([
      { name: 'a', value: '1' },
      { name: 'C', value: '3' },
    ]);
    const nothing = await gateway.call('PATCH', `/v1/endpoints/${id}`, {
      key,
      body: { headers: [{ name: 'D', value: '••••' }] },
    });
    expect(nothing.json()).toMatchObject({ status: 422, errors: [{ field: 'headers' }] });
  });

  it('checks a new URL like a first one', async () => {
    const { id } = await anEndpoint();
    const body = { url: 'https://10.0.0.1/' };
    expect((await gateway.call('PATCH', `/v1/endpoints/${id}`, { key, body })).json().code).toBe('url_not_allowed');
  });
});

describe('rotating the secret', () => {
  it('signs with both until the overlap is over, the new one first', async () => {
    const { id, secret } = await anEndpoint();
    const rotated = (await gateway.call('POST', `/v1/endpoints/${id}/rotate-secret`, { key })).json();
    expect(rotated.secret).not.toBe(secret);
    expect(await signing(id)).toEqual([rotated.secret, secret]);
    const body = { overlapSeconds: 0 };
    const last = (await gateway.call('POST', `/v1/endpoints/${id}/rotate-secret`, { key, body })).json();
    // The one before ends now, the first keeps its day.
    expect(await signing(id)).toEqual([last.secret, secret]);
  });

  it('one after the other with one signature header: the old secret signs to the end of the newest overlap', async () => {
    const { id, secret } = await anEndpoint({ dialect: 'fltr' });
    const rotate = async (overlapSeconds: number) =>
      (await gateway.call('POST', `/v1/endpoints/${id}/rotate-secret`, { key, body: { overlapSeconds } })).json();
    const second = await rotate(3_600);
    expect(await signing(id)).toEqual([second.secret, secret]);
    const last = await rotate(0);
    expect(await signing(id)).toEqual([last.secret]);
  });

  it('keeps at most five secrets signing', async () => {
    const { id } = await anEndpoint();
    for (let i = 0; i < 6; i++) await gateway.call('POST', `/v1/endpoints/${id}/rotate-secret`, { key });
    expect(await signing(id)).toHaveLength(5);
  });

  it('stays with the kind of signature, unless told otherwise', async () => {
    const { id } = await anEndpoint({ signature: 'ed25519' });
    const same = await gateway.call('POST', `/v1/endpoints/${id}/rotate-secret`, { key });
    expect(same.json().publicKey).toMatch(/^whpk_/);
    const body = { signature: 'hmac' };
    const other = await gateway.call('POST', `/v1/endpoints/${id}/rotate-secret`, { key, body });
    expect(other.json()).toMatchObject({ publicKey: null, secret: expect.stringMatching(/^whsec_/) });
  });
});

describe('disabling and deleting', () => {
  async function aPendingDelivery(endpointId: string): Promise<string> {
    await gateway.call('POST', '/v1/events', { key, body: { type: 'a', data: {}, to: [endpointId] } });
    return (await gateway.call('GET', `/v1/deliveries?endpointId=${endpointId}`, { key })).json().data[0].id;
  }

  it('disabled: pending deliveries are cancelled with the reason, and those to come', async () => {
    const { id } = await anEndpoint();
    const delivery = await aPendingDelivery(id);
    const disabled = await gateway.call('POST', `/v1/endpoints/${id}/disable`, { key });
    expect(disabled.json()).toMatchObject({ disabled: true, disabledReason: 'requested' });
    const cancelled = (await gateway.call('GET', `/v1/deliveries/${delivery}`, { key })).json();
    expect(cancelled).toMatchObject({ status: 'cancelled', reason: 'endpoint_disabled' });
    const later = (await gateway.call('GET', `/v1/deliveries/${await aPendingDelivery(id)}`, { key })).json();
    expect(later).toMatchObject({ status: 'cancelled', reason: 'endpoint_disabled' });
    expect((await gateway.call('POST', `/v1/endpoints/${id}/test`, { key })).json().code).toBe('endpoint_disabled');
    const enabled = await gateway.call('POST', `/v1/endpoints/${id}/enable`, { key });
    expect(enabled.json()).toMatchObject({ disabled: false, disabledAt: null, disabledReason: null });
  });

  it('deleted: it is seen no more, its deliveries are', async () => {
    const { id } = await anEndpoint();
    const delivery = await aPendingDelivery(id);
    expect((await gateway.call('DELETE', `/v1/endpoints/${id}`, { key })).statusCode).toBe(204);
    expect((await gateway.call('GET', `/v1/endpoints/${id}`, { key })).statusCode).toBe(404);
    expect((await gateway.call('DELETE', `/v1/endpoints/${id}`, { key })).statusCode).toBe(404);
    const cancelled = (await gateway.call('GET', `/v1/deliveries/${delivery}`, { key })).json();
    expect(cancelled).toMatchObject({ status: 'cancelled', reason: 'endpoint_deleted' });
  });

  it('tells the workflows that held deliveries; if they cannot be told, the call succeeds all the same', async () => {
    const { id } = await anEndpoint();
    const delivery = await aPendingDelivery(id);
    await gateway.store.db.execute(`update deliveries set workflow_id = 'car_1' where id = '${delivery}'`);
    await gateway.call('POST', `/v1/endpoints/${id}/disable`, { key });
    expect(gateway.signals).toContainEqual({ workflowId: 'car_1', ids: [delivery] });
    const other = await anEndpoint();
    await gateway.store.db.execute(
      `update deliveries set workflow_id = 'car_2' where id = '${await aPendingDelivery(other.id)}'`,
    );
    gateway.outside.temporalFails = true;
    expect((await gateway.call('DELETE', `/v1/endpoints/${other.id}`, { key })).statusCode).toBe(204);
    gateway.outside.temporalFails = false;
    expect(gateway.log()).toContain('Temporal is away');
  });
});

describe('testing', () => {
  it.each(DIALECT_NAMES)('%s: a saved endpoint gets an event of its dialect, alone', async (dialect) => {
    const { id } = await anEndpoint({ dialect });
    await anEndpoint({ dialect });
    const response = await gateway.call('POST', `/v1/endpoints/${id}/test`, { key });
    expect(response.statusCode).toBe(202);
    const event = (await gateway.call('GET', `/v1/events/${response.json().id}`, { key })).json();
    expect(event).toMatchObject({ dialect, deliveries: [{ endpointId: id }] });
  });

  it('sends the type and data that are asked for, and checks them', async () => {
    const { id } = await anEndpoint({ dialect: 'flexorch' });
    const body = { type: 'dataset.ready', data: { dataset_id: 'ds_1', status: 'ready' } };
    const response = await gateway.call('POST', `/v1/endpoints/${id}/test`, { key, body });
    expect((await gateway.call('GET', `/v1/events/${response.json().id}`, { key })).json()).toMatchObject(body);
    const wrong = await gateway.call('POST', `/v1/endpoints/${id}/test`, { key, body: { ...body, data: {} } });
    expect(wrong.json().code).toBe('invalid_event_data');
  });

  it.each(DIALECT_NAMES)(
    '%s: an unsaved definition is sent once, signed, and leaves nothing behind',
    async (dialect) => {
      const { key: own } = await anOrganization(gateway);
      const wire = wireOf(dialect);
      const secret = wire?.secret.format(new Uint8Array(32).fill(7)) as string;
      const sentBefore = gateway.sent.length;
      const response = await gateway.call('POST', '/v1/endpoints/test', {
        key: own,
        body: { url, dialect, secret, headers: [{ name: 'X-Mine', value: 'hunter2' }], timeoutMs: 2_000 },
      });
      const result = response.json();
      expect(result).toMatchObject({
        delivered: true,
        exchange: { status: 200, responseBody: 'thanks', requestHeaders: { 'x-mine': '••••' } },
      });
      expect(response.body).not.toContain('hunter2');
      expect(gateway.sent).toHaveLength(sentBefore + 1);
      const sent = gateway.sent.at(-1);
      expect(sent).toMatchObject({ url, timeoutMs: 2_000, headers: { 'x-mine': 'hunter2' } });
      const headers = Object.fromEntries(Object.entries(sent?.headers ?? {}).map(([k, v]) => [k.toLowerCase(), v]));
      const verified = wire?.verify(
        { body: sent?.body ?? '', headers },
        [{ scheme: 'hmac', value: secret }],
        Date.now() / 1000,
      );
      expect(verified).toEqual({ valid: true });
      for (const path of ['endpoints', 'events', 'deliveries']) {
        expect((await gateway.call('GET', `/v1/${path}`, { key: own })).json().data).toEqual([]);
      }
    },
  );

  it('shows a failed call as a result', async () => {
    const { answer } = gateway.outside;
    gateway.outside.answer = { kind: 'error', code: 'connection_refused', message: 'refused', durationMs: 3 };
    const result = (await gateway.call('POST', '/v1/endpoints/test', { key, body: { url } })).json();
    gateway.outside.answer = answer;
    expect(result).toMatchObject({ delivered: false, exchange: { status: null, errorCode: 'connection_refused' } });
  });
});

it('logs neither secrets nor header values nor keys', async () => {
  const { secret } = await anEndpoint({ headers: [{ name: 'A', value: 'hunter2' }] });
  await gateway.call('POST', '/v1/endpoints', { key, body: { url, secret: `${secret}!` } });
  for (const hidden of [secret, 'hunter2', key]) expect(gateway.log()).not.toContain(hidden);
});
