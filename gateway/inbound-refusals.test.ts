import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAttempt, anEvent } from '../domain/dialects/fixtures.ts';
import { anExample, aSecret, type SentRequest, sentBy, signedByFltr, wireNamed } from './testing/sender.ts';
import { type AnySource, type SourceClient, sourceClient } from './testing/source-client.ts';
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

describe('what is refused', () => {
  const secret = aSecret('fltr');
  let source: AnySource;
  beforeAll(async () => {
    source = await client.aSource({ dialect: 'fltr', secret });
  });

  const good = '{"id":"1","event":"document.deleted","timestamp":"2024-01-10T12:05:00Z","data":{}}';
  const signed = (body: string | Buffer) => signedByFltr(body, secret);
  const nested = `{"event":"a","data":{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}}`;
  const typed = (type: string | undefined, request: SentRequest): SentRequest => {
    const { 'content-type': _, ...headers } = request.headers;
    return { ...request, headers: { ...headers, ...(type !== undefined && { 'content-type': type }) } };
  };
  const other = aSecret('fltr', 9);

  it.each<[string, SentRequest, number, string, string | RegExp]>([
    ['another secret', signedByFltr(good, other), 401, 'unverified', /X-FLTR-Signature does not match/],
    ['no signature', { headers: { 'content-type': 'application/json' }, body: good }, 401, 'unverified', /is missing/],
    ['a changed body', { ...signed(good), body: `${good} ` }, 401, 'unverified', /does not match/],
    [
      'no body, but the type',
      { headers: { 'content-type': 'application/json' }, body: '' },
      401,
      'unverified',
      /missing/,
    ],
    ['no JSON', signed('{"event":'), 400, 'malformed', 'the body is no JSON object'],
    ['a list', signed('[]'), 400, 'malformed', 'the body is no JSON object'],
    ['an empty body, signed', signed(''), 400, 'malformed', 'the body is no JSON object'],
    ['no UTF-8', signed(Buffer.from('{"event":"\xff"}', 'latin1')), 400, 'malformed', 'the body is not UTF-8'],
    ['no type', signed('{"data":{}}'), 400, 'malformed', 'no event type: event is missing'],
    ['nested too deep', signed(nested), 400, 'malformed', 'data: must not be nested deeper than 100'],
    [
      'another content type',
      typed('text/plain', signed(good)),
      415,
      'unsupported_media_type',
      'Content-Type is text/plain',
    ],
    ['no content type', typed(undefined, signed(good)), 415, 'unsupported_media_type', 'Content-Type is missing'],
    ['neither type nor body', { headers: {}, body: '' }, 415, 'unsupported_media_type', 'no body'],
    ['over 1 MiB', signed(`${good}${' '.repeat(1 << 20)}`), 413, 'too_large', 'the body exceeds 1 MiB'],
  ])('%s: and the log alone says why', async (_, request, status, outcome, reason) => {
    const response = await client.post(source.path, request);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.headers['www-authenticate']).toBeUndefined();
    const [receipt] = await client.receipts(source);
    expect(receipt).toMatchObject({ outcome, sourceEventId: null, eventId: null, bodyBytes: request.body.length });
    expect(receipt?.reason).toMatch(reason);
    const said = response.json();
    expect(said).toEqual({
      type: expect.any(String),
      title: said.title,
      status,
      code: expect.any(String),
      detail: said.title,
    });
    expect(response.body).not.toContain(receipt?.reason);
    const events = (await gateway.call('GET', '/v1/events', { key })).json().data;
    expect(events.filter((event: { sourceId: string }) => event.sourceId === source.id)).toEqual([]);
  });

  it('1 MiB to the byte is taken', async () => {
    const own = await client.aSource({ dialect: 'fltr', secret });
    expect((await client.post(own.path, signed(good.padEnd(1 << 20)))).statusCode).toBe(202);
    expect((await client.post(own.path, signed(good.padEnd((1 << 20) + 1)))).statusCode).toBe(413);
  });

  it('what differs in the check does not differ in the answer', async () => {
    const bodies = new Map<number, Set<string>>();
    for (const request of [
      signedByFltr(good, other),
      { headers: { 'content-type': 'application/json' }, body: good },
      signed('{'),
      signed('{"data":{}}'),
      signed(Buffer.from([0xff])),
      signed(nested),
    ]) {
      const { statusCode, body } = await client.post(source.path, request);
      bodies.set(statusCode, (bodies.get(statusCode) ?? new Set()).add(body));
    }
    expect([...bodies].map(([status, texts]) => [status, texts.size])).toEqual([
      [401, 1],
      [400, 1],
    ]);
  });

  it('an old timestamp, where one is signed', async () => {
    const own = await client.aSource({ dialect: 'standard', secret: aSecret('standard') });
    const attempt = anAttempt({ secrets: [{ scheme: 'hmac', value: aSecret('standard') }] });
    expect((await client.post(own.path, wireNamed('standard').render(anEvent(), attempt))).statusCode).toBe(401);
    expect((await client.receipts(own))[0]?.reason).toMatch(/webhook-timestamp is too old/);
  });

  it('an event type that Waybill keeps for itself', async () => {
    const own = await client.aSource({ dialect: 'standard', secret: aSecret('standard') });
    const sent = sentBy('standard', { id: 'a', type: 'delivery.failed', data: {} }, aSecret('standard'));
    expect((await client.post(own.path, sent)).statusCode).toBe(400);
    expect((await client.receipts(own))[0]?.reason).toMatch(/reserved/);
  });

  it('everything, as long as the source has nothing to verify with', async () => {
    for (const dialect of ['fltr', 'orion']) {
      const bare = await client.aSource({ dialect });
      const sent = sentBy(dialect, { id: 'a', ...anExample(dialect) }, aSecret(dialect));
      expect((await client.post(bare.path, sent)).statusCode).toBe(401);
      expect((await client.receipts(bare))[0]?.reason).toBe('the source has nothing to verify with: set its secret');
      await gateway.call('PATCH', `/v1/sources/${bare.id}`, { key, body: { secret: aSecret(dialect) } });
      expect((await client.post(bare.path, sent)).statusCode).toBe(202);
    }
  });

  it('an unknown address, like any path that does not exist, before the body is looked at', async () => {
    const nowhere = (await gateway.call('POST', '/nowhere', { key: null, body: {} })).json();
    for (const path of ['/in/x', `/in/${'A'.repeat(43)}`, `${source.path}x`, source.path.slice(0, -1)]) {
      for (const request of [signed(good), typed('text/plain', signed(good)), signed('x'.repeat(1 << 21))]) {
        const response = await client.post(path, request);
        expect([response.statusCode, response.json()]).toEqual([404, nowhere]);
      }
    }
    expect((await gateway.app.inject({ method: 'GET', url: source.path })).statusCode).toBe(404);
  });
});

it('neither token nor secret nor body gets into the log, even when publishing fails', async () => {
  const secret = 'whsec_marked-secret-of-this-test';
  const source = await client.aSource({ dialect: 'fltr', secret });
  const body = '{"id":"1","event":"document.deleted","timestamp":"2024-01-10T12:05:00Z","data":{"a":"marked-body"}}';
  const request = signedByFltr(body, secret);
  for (const sent of [request, request, { ...request, body: 'marked-body' }, signedByFltr('marked-body', secret)]) {
    await client.post(source.path, sent);
  }
  await gateway.store.db.execute('alter table events rename to events_away');
  const failed = await client.post(source.path, signedByFltr(`${body} `, secret));
  await gateway.store.db.execute('alter table events_away rename to events');
  expect([failed.statusCode, failed.json().code]).toEqual([500, 'internal_error']);
  expect(gateway.log()).toContain('request failed');
  const token = source.path.slice('/in/'.length);
  for (const mark of [token, 'marked-secret', 'marked-body']) expect(gateway.log()).not.toContain(mark);
});
