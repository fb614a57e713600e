import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ed25519PublicKeyOf, ed25519SecretFromSeed } from '../domain/signing/ed25519.ts';
import { aSecret, sentBy } from './testing/sender.ts';
import { type SourceClient, sourceClient } from './testing/source-client.ts';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;
let client: SourceClient;

beforeAll(async () => {
  gateway = await startTestGateway();
  key = (await anOrganization(gateway)).key;
  client = sourceClient(gateway, key);
});
afterAll(() => gateway.close());

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
const call = (method: Method, path: string, body?: unknown) =>
  gateway.call(method, path, { key, ...(body !== undefined && { body }) });
const secret = aSecret('fltr');

/** Whether what is sent to the path, signed with this secret, is taken. */
async function takes(path: string, signedWith = secret, dialect = 'fltr'): Promise<boolean> {
  const id = `n${Math.random()}`;
  const type = dialect === 'fltr' ? 'document.deleted' : 'job.completed';
  const response = await client.post(path, sentBy(dialect, { id, type, data: {} }, signedWith));
  return response.statusCode === 202;
}

describe('a source', () => {
  it('is created with an address of 32 random bytes, shown this once', async () => {
    const response = await call('POST', '/v1/sources', { dialect: 'fltr', name: 'FLTR, production', secret });
    expect(response.statusCode).toBe(201);
    const { address, ...shown } = response.json();
    expect(address).toMatch(/^http:\/\/waybill\.test\/in\/[A-Za-z0-9_-]{43}$/);
    expect(shown).toEqual({
      id: expect.stringMatching(/^src_[0-9a-z]{26}$/),
      dialect: 'fltr',
      name: 'FLTR, production',
      hasSecret: true,
      headers: [],
      createdAt: expect.any(String),
    });
    expect((await call('GET', `/v1/sources/${shown.id}`)).json()).toEqual(shown);
    expect((await call('GET', '/v1/sources?limit=1')).json().data).toEqual([shown]);
    expect(await takes(new URL(address).pathname)).toBe(true);
  });

  it("has the key's dialect, else standard, no name and no secret, unless the call says otherwise", async () => {
    const shown = (await call('POST', '/v1/sources', {})).json();
    expect(shown).toMatchObject({ dialect: 'standard', name: '', hasSecret: false });
  });

  it('is listed in pages, newest first', async () => {
    const own = await anOrganization(gateway);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.unshift((await gateway.call('POST', '/v1/sources', { key: own.key, body: {} })).json().id);
    }
    const page = (await gateway.call('GET', '/v1/sources?limit=2', { key: own.key })).json();
    const next = `/v1/sources?limit=2&cursor=${page.nextCursor}`;
    const last = (await gateway.call('GET', next, { key: own.key })).json();
    expect([...page.data, ...last.data].map((s: { id: string }) => s.id)).toEqual(ids);
    expect(last.nextCursor).toBeNull();
  });

  it('takes another secret, and the old one along with it for the overlap', async () => {
    const { id, path } = await client.aSource({ dialect: 'fltr', secret });
    const [second, third] = [aSecret('fltr', 8), aSecret('fltr', 9)];
    const changed = await call('PATCH', `/v1/sources/${id}`, { secret: second });
    expect(changed.json()).toMatchObject({ id, hasSecret: true });
    expect([await takes(path, secret), await takes(path, second)]).toEqual([true, true]);
    await call('PATCH', `/v1/sources/${id}`, { secret: third, overlapSeconds: 0 });
    expect([await takes(path, secret), await takes(path, second), await takes(path, third)]).toEqual([
      true,
      false,
      true,
    ]);
    expect((await call('PATCH', `/v1/sources/${id}`, { secret: null })).json().hasSecret).toBe(false);
    expect([await takes(path, secret), await takes(path, third)]).toEqual([false, false]);
  });

  it('takes other headers, at once; the mask keeps a value', async () => {
    const headers = [{ name: 'X-Webhook-Secret', value: 'marked-one' }];
    const { id, path } = await client.aSource({ dialect: 'orion', headers });
    const send = (own: Record<string, string>) =>
      client.post(path, {
        headers: { 'content-type': 'application/json', ...own },
        body: JSON.stringify({ event: 'a', data: { n: Math.random() } }),
      });
    const shown = (await call('GET', `/v1/sources/${id}`)).json();
    expect(shown.headers).toEqual([{ name: 'X-Webhook-Secret', value: '••••' }]);
    const more = [...shown.headers, { name: 'X-More', value: 'marked-two' }];
    const changed = await call('PATCH', `/v1/sources/${id}`, { headers: more });
    expect(changed.body).not.toContain('marked');
    expect((await send({ 'x-webhook-secret': 'marked-one' })).statusCode).toBe(401);
    expect((await send({ 'x-webhook-secret': 'marked-one', 'x-more': 'marked-two' })).statusCode).toBe(202);
    const unknown = await call('PATCH', `/v1/sources/${id}`, { headers: [{ name: 'X-New', value: '••••' }] });
    expect(unknown.json()).toMatchObject({
      status: 422,
      errors: [{ field: 'headers', rule: 'no value is stored for X-New' }],
    });
  });

  it('gets a new address; the old one is a 404 at once', async () => {
    const { id, path } = await client.aSource({ dialect: 'fltr', secret });
    const rotated = (await call('POST', `/v1/sources/${id}/rotate-token`)).json();
    const fresh = new URL(rotated.address).pathname;
    expect(rotated.id).toBe(id);
    expect(fresh).not.toBe(path);
    expect((await client.post(path, sentBy('fltr', { id: 'a', type: 'a', data: {} }, secret))).statusCode).toBe(404);
    expect(await takes(fresh)).toBe(true);
  });

  it('is a 404 everywhere once it is deleted; its events stay', async () => {
    const { id, path } = await client.aSource({ dialect: 'fltr', secret });
    const sent = sentBy('fltr', { id: 'kept', type: 'document.deleted', data: {} }, secret);
    const accepted = await client.post(path, sent);
    expect((await call('DELETE', `/v1/sources/${id}`)).statusCode).toBe(204);
    expect((await client.post(path, sent)).statusCode).toBe(404);
    for (const [method, suffix] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate-token'],
      ['GET', '/receipts'],
    ] as const) {
      const response = await call(method, `/v1/sources/${id}${suffix}`, method === 'PATCH' ? { name: 'a' } : undefined);
      expect([method, suffix, response.statusCode]).toEqual([method, suffix, 404]);
    }
    expect(await client.eventOf(accepted)).toMatchObject({ sourceId: id, sourceEventId: 'kept' });
  });

  it('shows neither token nor secret nor header value again', async () => {
    const marked = {
      dialect: 'orion',
      secret: aSecret('orion', 5),
      headers: [{ name: 'X-A', value: 'marked-header' }],
    };
    const { id, path } = await client.aSource(marked);
    const answers = [
      await call('GET', '/v1/sources'),
      await call('GET', `/v1/sources/${id}`),
      await call('PATCH', `/v1/sources/${id}`, { name: 'renamed' }),
      await call('GET', `/v1/sources/${id}/receipts`),
    ];
    for (const { body } of answers) {
      for (const mark of [path.slice('/in/'.length), marked.secret, 'marked-header']) expect(body).not.toContain(mark);
    }
  });
});

describe('what a source cannot be', () => {
  const whsk = ed25519SecretFromSeed(Buffer.alloc(32, 3));
  it.each([
    [{ dialect: 'nix' }, 'dialect', 'one of'],
    [{ dialect: '*' }, 'dialect', 'one of'],
    [{ dialect: 'fltr', secret: 'hunter2' }, 'secret', 'whsec_'],
    [{ dialect: 'job-status', secret: 'whsec_hunter2' }, 'secret', 'base64'],
    [{ dialect: 'job-status', secret: ed25519PublicKeyOf(whsk) }, 'secret', 'whsec_'],
    [{ dialect: 'standard', secret: 'whpk_hunter2' }, 'secret', 'whpk_ and base64'],
    [{ dialect: 'fltr', headers: [{ name: 'X-A', value: 'hunter2' }] }, 'headers', 'give a secret'],
    [{ dialect: 'orion', headers: [{ name: 'X A', value: 'hunter2' }] }, 'headers.0.name', 'token'],
    [{ dialect: 'orion', headers: [{ name: 'webhook-id', value: 'hunter2' }] }, 'headers.0.name', 'reserved'],
    [{ dialect: 'orion', headers: [{ name: 'X-A', value: 'hunter2\n' }] }, 'headers.0.value', 'line breaks'],
    [{ dialect: 'orion', headers: [{ name: 'X-A', value: '' }] }, 'headers.0.value', '>=1'],
    [{ name: 'two\nlines' }, 'name', 'control'],
    [{ token: 'hunter2' }, 'token', 'not a known field'],
  ])('%j: %s', async (body, field, rule) => {
    const response = await call('POST', '/v1/sources', body);
    expect(response.json()).toMatchObject({ status: 422, errors: [{ field, rule: expect.stringContaining(rule) }] });
    expect(response.body).not.toContain('hunter2');
  });

  it.each([
    [{ secret: 'hunter2' }, 'secret'],
    [{ overlapSeconds: 60 }, 'overlapSeconds'],
    [{ secret: null, overlapSeconds: 60 }, 'overlapSeconds'],
    [{ secret, overlapSeconds: 604_801 }, 'overlapSeconds'],
    [{ dialect: 'orion' }, 'dialect'],
    [{ headers: [{ name: 'X-A', value: 'a' }] }, 'headers'],
  ])('changed by %j: %s', async (body, field) => {
    const { id } = await client.aSource({ dialect: 'fltr', secret });
    const response = await call('PATCH', `/v1/sources/${id}`, body);
    expect(response.json()).toMatchObject({ status: 422, errors: [{ field }] });
    expect(response.body).not.toContain('hunter2');
  });
});

describe('receipts', () => {
  it('are read in pages, newest first, by outcome', async () => {
    const source = await client.aSource({ dialect: 'fltr', secret });
    for (const id of ['1', '2', '2', '3']) {
      await client.post(source.path, sentBy('fltr', { id, type: 'document.deleted', data: {} }, secret));
    }
    const path = `/v1/sources/${source.id}/receipts?limit=3`;
    const page = (await call('GET', path)).json();
    const last = (await call('GET', `${path}&cursor=${page.nextCursor}`)).json();
    const ids = [...page.data, ...last.data].map((receipt) => receipt.sourceEventId);
    expect(ids).toEqual(['3', '2', '2', '1']);
    const repeated = (await call('GET', `${path}&outcome=repeated`)).json().data;
    expect(repeated).toMatchObject([{ outcome: 'repeated', sourceEventId: '2', eventId: page.data[2].eventId }]);
    expect((await call('GET', `${path}&outcome=nix`)).statusCode).toBe(422);
  });
});
