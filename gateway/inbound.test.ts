import { createHash } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAttempt, anEvent } from '../domain/dialects/fixtures.ts';
import { ed25519PublicKeyOf, ed25519SecretFromSeed } from '../domain/signing/ed25519.ts';
import { anExample, aSecret, sentBy, signedByFltr, wireNamed } from './testing/sender.ts';
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

/** What stands for an id where the sender has none. */
const hashOf = (body: string | Buffer) => `sha256:${createHash('sha256').update(body).digest('hex')}`;

describe('what a system sends is published', () => {
  const id = 'evt_of-the-sender';
  it.each([
    ['standard', id],
    ['job-status', id],
    ['orion', id],
    ['fltr', id],
    ['flexorch', 'hash'],
    ['flowcerta', 'hash'],
  ])('%s: as the event it was, under its %s', async (dialect, expectedId) => {
    const secret = aSecret(dialect);
    const source = await client.aSource({ dialect, secret });
    const event = anExample(dialect);
    const sent = sentBy(dialect, { id, ...event }, secret);
    const response = await client.post(source.path, sent);
    expect([response.statusCode, response.json()]).toEqual([202, { id: expect.stringMatching(/^evt_[0-9a-z]{26}$/) }]);
    const sourceEventId = expectedId === 'hash' ? hashOf(sent.body) : expectedId;
    expect(await client.eventOf(response)).toMatchObject({
      dialect,
      ...event,
      occurredAt: '2024-01-15T10:30:00.000Z',
      sourceId: source.id,
      sourceEventId,
      flag: null,
    });
    expect(await client.receipts(source)).toEqual([
      {
        id: expect.stringMatching(/^rcp_/),
        outcome: 'accepted',
        reason: null,
        sourceEventId,
        eventId: response.json().id,
        flag: null,
        bodyBytes: Buffer.byteLength(sent.body),
        receivedAt: expect.stringMatching(/Z$/),
      },
    ]);
  });

  it("orion: by the customer's own header, as its document has it; each header must agree", async () => {
    const headers = [
      { name: 'X-Webhook-Secret', value: 'your-secret-key' },
      { name: 'X-Second', value: 'another' },
    ];
    const source = await client.aSource({ dialect: 'orion', headers });
    const { body } = wireNamed('orion').render(anEvent({ id: 'in-the-body' }), anAttempt());
    const sending = (own: Record<string, string>) => ({
      headers: { 'content-type': 'application/json', 'webhook-id': 'unsigned', ...own },
      body,
    });
    const right = { 'x-webhook-secret': 'your-secret-key', 'x-second': 'another' };
    const response = await client.post(source.path, sending(right));
    expect((await client.eventOf(response)).sourceEventId).toBe('in-the-body');
    for (const [own, reason] of [
      [{ ...right, 'x-second': 'wrong' }, 'header X-Second has another value'],
      [{ 'x-second': 'another' }, 'header X-Webhook-Secret is missing'],
    ] as const) {
      expect((await client.post(source.path, sending(own as Record<string, string>))).statusCode).toBe(401);
      expect((await client.receipts(source))[0]?.reason).toBe(reason);
    }
  });

  it('orion: with headers and a secret both must agree', async () => {
    const secret = aSecret('orion');
    const source = await client.aSource({ dialect: 'orion', secret, headers: [{ name: 'X-A', value: 'right' }] });
    const sent = sentBy('orion', { id: 'a', ...anExample('orion') }, secret);
    const carrying = (name: string) => ({ ...sent, headers: { ...sent.headers, 'x-a': name } });
    expect((await client.post(source.path, sent)).statusCode).toBe(401);
    expect((await client.post(source.path, carrying('wrong'))).statusCode).toBe(401);
    const unsigned = { headers: { 'content-type': 'application/json', 'x-a': 'right' }, body: sent.body };
    expect((await client.post(source.path, unsigned)).statusCode).toBe(401);
    expect((await client.post(source.path, carrying('right'))).statusCode).toBe(202);
  });

  it.each([
    ['standardwebhooks', 'standard', 'webhook'],
    ['standardwebhooks', 'orion', 'webhook'],
    ['svix', 'job-status', 'svix'],
    ['svix', 'job-status', 'webhook'],
  ])('by the published library %s to a source of %s, headers %s-*', async (library, dialect, prefix) => {
    const secret = aSecret(dialect);
    const source = await client.aSource({ dialect, secret });
    const body = '{"type":"job.completed","timestamp":"2024-01-15T10:30:00Z","data":{"job_id":"j","status":"done"}}';
    const at = new Date();
    const signer = library === 'svix' ? new SvixWebhook(secret) : new StandardWebhook(secret);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
      [`${prefix}-signature`]: signer.sign('msg_1', at, body),
    };
    const response = await client.post(source.path, { headers, body });
    expect(response.statusCode).toBe(202);
    expect(await client.eventOf(response)).toMatchObject({ type: 'job.completed', sourceEventId: 'msg_1', flag: null });
  });

  it('standard: by the public key of a sender that signs with ed25519', async () => {
    const secret = ed25519SecretFromSeed(Buffer.alloc(32, 3));
    const source = await client.aSource({ dialect: 'standard', secret: ed25519PublicKeyOf(secret) });
    const timestampSeconds = Math.floor(Date.now() / 1000);
    const attempt = anAttempt({ secrets: [{ scheme: 'ed25519', value: secret }], timestampSeconds });
    const sent = wireNamed('standard').render(anEvent(), attempt);
    expect((await client.post(source.path, sent)).statusCode).toBe(202);
    expect((await client.post(source.path, { ...sent, body: `${sent.body} ` })).statusCode).toBe(401);
  });

  it('goes to every endpoint that takes it, as any publish does', async () => {
    const url = 'https://hooks.example.com/in';
    const ids = [];
    for (const body of [
      { url, dialect: 'orion', presenceName: 'job-notifications' },
      { url, dialect: 'orion', presenceName: 'another' },
      { url, dialect: 'orion', userId: 'user-2', eventTypes: ['job.*'] },
      { url, dialect: '*' },
      { url, dialect: 'standard' },
    ]) {
      ids.push((await gateway.call('POST', '/v1/endpoints', { key, body })).json().id);
    }
    const secret = aSecret('orion');
    const source = await client.aSource({ dialect: 'orion', secret });
    const data = { job_id: 'j', presence_name: 'job-notifications', user_id: 'user-1' };
    const event = await client.eventOf(
      await client.post(source.path, sentBy('orion', { id: 'p', type: 'job.completed', data }, secret)),
    );
    expect(event).toMatchObject({ presenceName: 'job-notifications', userId: 'user-1' });
    const takers = event.deliveries.map((d) => d.endpointId);
    expect(takers.sort()).toEqual([ids[0], ids[3]].sort());
    for (const id of ids) await gateway.call('DELETE', `/v1/endpoints/${id}`, { key });
  });
});

describe('a repeat is told by what lies under the signature', () => {
  it.each(['standard', 'job-status', 'orion', 'fltr'])('%s: by the id, with the first answer', async (dialect) => {
    const secret = aSecret(dialect);
    const source = await client.aSource({ dialect, secret });
    const event = anExample(dialect);
    const first = await client.post(source.path, sentBy(dialect, { id: 'one', ...event }, secret));
    const again = await client.post(source.path, sentBy(dialect, { id: 'one', ...event }, secret));
    expect([again.statusCode, again.json()]).toEqual([200, first.json()]);
    const other = await client.post(source.path, sentBy(dialect, { id: 'two', ...event }, secret));
    expect(other.statusCode).toBe(202);
    const outcomes = (await client.receipts(source)).map((r) => [r.outcome, r.eventId]);
    expect(outcomes).toEqual([
      ['accepted', other.json().id],
      ['repeated', first.json().id],
      ['accepted', first.json().id],
    ]);
  });

  it.each(['flexorch', 'flowcerta'])("%s: by the body's SHA-256", async (dialect) => {
    const secret = aSecret(dialect);
    const source = await client.aSource({ dialect, secret });
    const event = anExample(dialect);
    const sent = sentBy(dialect, { id: 'any', ...event }, secret);
    const first = await client.post(source.path, sent);
    expect((await client.post(source.path, sent)).json()).toEqual(first.json());
    const data = { ...event.data, more: 1 };
    expect((await client.post(source.path, sentBy(dialect, { id: 'any', ...event, data }, secret))).statusCode).toBe(
      202,
    );
  });

  it('fltr: by the body where it has no id', async () => {
    const secret = aSecret('fltr');
    const source = await client.aSource({ dialect: 'fltr', secret });
    const body = '{"event":"document.deleted","timestamp":"2024-01-10T12:05:00Z","data":{"document_id":"d"}}';
    const first = await client.post(source.path, signedByFltr(body, secret));
    expect((await client.eventOf(first)).sourceEventId).toBe(hashOf(body));
    expect((await client.post(source.path, signedByFltr(body, secret))).statusCode).toBe(200);
    expect((await client.post(source.path, signedByFltr(`${body} `, secret))).statusCode).toBe(202);
  });

  it.each([
    ['fltr', 'x-fltr-delivery', 'X-FLTR-Delivery'],
    ['flowcerta', 'x-flowcerta-delivery', 'X-Flowcerta-Delivery'],
  ])('%s: no unsigned header admits or makes one', async (dialect, name, sentName) => {
    const secret = aSecret(dialect);
    const source = await client.aSource({ dialect, secret });
    const send = (id: string, delivery: string, data: Record<string, unknown>) => {
      const sent = sentBy(dialect, { id, type: anExample(dialect).type, data }, secret);
      const { [sentName]: _, ...headers } = sent.headers;
      return client.post(source.path, { body: sent.body, headers: { ...headers, [name]: delivery } });
    };
    const first = await send('one', 'delivery-1', { n: 1 });
    expect((await send('one', 'delivery-2', { n: 1 })).json()).toEqual(first.json());
    expect((await send('two', 'delivery-1', { n: 2 })).statusCode).toBe(202);
  });

  it('the same id with another body: the first one stands, and the log says so', async () => {
    const secret = aSecret('fltr');
    const source = await client.aSource({ dialect: 'fltr', secret });
    const event = anExample('fltr');
    const first = await client.post(source.path, sentBy('fltr', { id: 'one', ...event }, secret));
    const other = await client.post(
      source.path,
      sentBy('fltr', { id: 'one', ...event, data: { changed: true } }, secret),
    );
    expect([other.statusCode, other.json()]).toEqual([200, first.json()]);
    expect((await client.eventOf(first)).data).toEqual(event.data);
    expect((await client.receipts(source))[0]).toMatchObject({
      outcome: 'repeated',
      reason: 'another body under the same id: the first one stands',
    });
  });

  it.each(['x'.repeat(256), 'two\nlines', 'half \ud800'])('an id that cannot be kept is none, case %#', async (id) => {
    const secret = aSecret('fltr');
    const source = await client.aSource({ dialect: 'fltr', secret });
    const body = JSON.stringify({ id, event: 'document.deleted', timestamp: '2024-01-10T12:05:00Z', data: {} });
    const response = await client.post(source.path, signedByFltr(body, secret));
    expect((await client.eventOf(response)).sourceEventId).toBe(hashOf(body));
    expect((await client.post(source.path, signedByFltr(body, secret))).statusCode).toBe(200);
  });

  it('many at once make one event', async () => {
    const secret = aSecret('standard');
    const source = await client.aSource({ dialect: 'standard', secret });
    const sent = sentBy('standard', { id: 'once', type: 'a', data: {} }, secret);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.post(source.path, sent)));
    expect(answers.filter((r) => r.statusCode === 202)).toHaveLength(1);
    expect(new Set(answers.map((r) => r.json().id)).size).toBe(1);
  });

  it('two sources, and the API, may use the same id', async () => {
    const secret = aSecret('fltr');
    const sent = sentBy('fltr', { id: 'shared-id', ...anExample('fltr') }, secret);
    for (const source of [
      await client.aSource({ dialect: 'fltr', secret }),
      await client.aSource({ dialect: 'fltr', secret }),
    ]) {
      expect((await client.post(source.path, sent)).statusCode).toBe(202);
    }
    const body = { id: 'shared-id', type: 'a', data: {} };
    expect((await gateway.call('POST', '/v1/events', { key, body })).statusCode).toBe(202);
  });
});

describe('what is odd is accepted and flagged', () => {
  const TIME = '2024-01-10T12:00:00Z';
  const deleted = { document_id: 'd', dataset_id: 's', deleted_by: 'u' };
  it.each([
    [
      'an unknown type',
      { event: 'document.renamed', data: {} },
      'unknown_type',
      /^unknown_type: type: fltr has no such/,
    ],
    ['a type that is no name', { event: 'Hello World', data: {} }, 'unknown_type', /the type is no dotted name/],
    [
      'a field of data beyond the document',
      { event: 'document.deleted', data: { ...deleted, reason: 'gdpr' } },
      'extra_fields',
      /^extra_fields: reason$/,
    ],
    [
      'a field of the envelope',
      { event: 'document.deleted', data: deleted, api_version: 2 },
      'extra_fields',
      /^extra_fields: api_version$/,
    ],
    [
      'data against the schema',
      { event: 'document.deleted', data: { document_id: 7 } },
      'schema_mismatch',
      /^schema_mismatch: data\.document_id: .*2 more/,
    ],
    ['no data', { event: 'document.deleted' }, 'schema_mismatch', /data is no object/],
    [
      'no time',
      { event: 'document.deleted', data: deleted, timestamp: undefined },
      'schema_mismatch',
      /^schema_mismatch: timestamp is missing$/,
    ],
    [
      'several at once: the gravest flag',
      { event: 'new.type', data: deleted, more: 1, timestamp: 7 },
      'unknown_type',
      /^unknown_type: .*; schema_mismatch: timestamp .*; extra_fields: timestamp, more$/,
    ],
  ])('%s', async (_, body, flag, reason) => {
    const secret = aSecret('fltr');
    const source = await client.aSource({ dialect: 'fltr', secret });
    const response = await client.post(source.path, signedByFltr(JSON.stringify({ timestamp: TIME, ...body }), secret));
    expect(response.statusCode).toBe(202);
    const event = await client.eventOf(response);
    expect(event.flag).toBe(flag);
    expect((await gateway.call('GET', '/v1/events?limit=1', { key })).json().data[0]).toMatchObject({
      id: event.id,
      flag,
      sourceId: source.id,
    });
    const [receipt] = await client.receipts(source);
    expect(receipt).toMatchObject({ outcome: 'accepted', flag, eventId: event.id });
    expect(receipt?.reason).toMatch(reason);
  });

  it('a missing time is that of the arrival; nothing that was sent is lost', async () => {
    const secret = aSecret('fltr');
    const source = await client.aSource({ dialect: 'fltr', secret });
    const body = '{"event":"document.deleted","data":{"document_id":"d"},"timestamp":"soon","trace":{"id":1}}';
    const event = await client.eventOf(await client.post(source.path, signedByFltr(body, secret)));
    expect(Date.now() - Date.parse(event.occurredAt)).toBeLessThan(60_000);
    expect(event.data).toEqual({ document_id: 'd', _envelope: { timestamp: 'soon', trace: { id: 1 } } });
  });

  it('in an open dialect by what the organization registered', async () => {
    const own = await anOrganization(gateway);
    const call = (method: 'PUT' | 'PATCH' | 'POST', path: string, body: object) =>
      gateway.call(method, path, { key: own.key, body });
    await call('PUT', '/v1/event-types/invoice.paid', { schema: { required: ['total'] } });
    const secret = aSecret('standard');
    const { id, address } = (await call('POST', '/v1/sources', { dialect: 'standard', secret })).json();
    const path = new URL(address).pathname;
    let count = 0;
    const flagOf = async (type: string, data: Record<string, unknown>) => {
      const response = await client.post(path, sentBy('standard', { id: `n${count++}`, type, data }, secret));
      return (await gateway.call('GET', `/v1/events/${response.json().id}`, { key: own.key })).json().flag;
    };
    expect(await flagOf('invoice.paid', { total: 1 })).toBeNull();
    expect(await flagOf('invoice.paid', {})).toBe('schema_mismatch');
    expect(await flagOf('order.created', {})).toBeNull();
    await call('PATCH', `/v1/organizations/${own.id}`, { rejectUnknownEventTypes: true });
    expect(await flagOf('order.created', {})).toBe('unknown_type');
    const log = await gateway.call('GET', `/v1/sources/${id}/receipts`, { key: own.key });
    expect(log.json().data.map((r: { flag: string }) => r.flag)).toEqual([
      'unknown_type',
      null,
      'schema_mismatch',
      null,
    ]);
  });
});
