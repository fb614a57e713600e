import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { eventually } from '../eventually.ts';

let gateway: TestGateway;
let url: string;
let key: string;
let organizationId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key, id: organizationId } = await anOrganization(gateway));
  await gateway.app.listen({ port: 0 });
  url = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}/flexorch/v1/datasets`;
});
afterAll(() => gateway.close());

type Content = string | ReadableStream;

const NDJSON = 'application/x-ndjson';

async function send(method: string, id: string, body?: Content, type = NDJSON, apiKey = key) {
  const answer = await fetch(`${url}/${id}`, {
    method,
    headers: { 'x-api-key': apiKey, ...(body !== undefined && { 'content-type': type }) },
    ...(body !== undefined && { body, duplex: 'half' }),
  } as RequestInit);
  const content = await answer.text();
  return { status: answer.status, body: content === '' ? null : JSON.parse(content) };
}
const put = (id: string, body: Content, type?: string) => send('PUT', id, body, type);
const get = (id: string) => send('GET', id);

async function contentOf(id: string): Promise<string> {
  const version = (await get(id)).body.version;
  const chunks: Uint8Array[] = [];
  for await (const chunk of gateway.store.datasets.readChunks(organizationId, id, version)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A request whose body the test writes. */
function anUpload(
  id: string,
  headers: Record<string, string> = {},
): { request: ClientRequest; answer: Promise<IncomingMessage> } {
  const request = httpRequest(`${url}/${id}`, {
    method: 'PUT',
    headers: { 'x-api-key': key, 'content-type': NDJSON, ...headers },
  });
  const answer = once(request, 'response').then(([response]) => response as IncomingMessage);
  return { request, answer };
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => `{"id":${i}}\n`).join('');

describe('FlexOrch: datasets', () => {
  test('take records as NDJSON, and tell how many there are', async () => {
    const first = await put('ds_1', '{"id":1}\n{"id":2}\n');
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      id: 'ds_1',
      records: 2,
      bytes: 18,
      records_url: null,
      version: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: expect.any(String),
    });
    expect((await get('ds_1')).body).toEqual(first.body);
    const second = await put('ds_1', '{"id":3}');
    expect(second).toMatchObject({ status: 200, body: { records: 1, version: 2 } });
    expect(await contentOf('ds_1')).toBe('{"id":3}\n');
  });

  test('may have more than the 1 MiB of other bodies, sent without a length', async () => {
    const content = lines(200_000);
    expect(content.length).toBeGreaterThan(2 * 1024 * 1024);
    const stream = Readable.toWeb(Readable.from(content.match(/.{1,50000}/gs) ?? [])) as ReadableStream;
    expect(await put('large', stream)).toMatchObject({ status: 201, body: { records: 200_000 } });
    expect((await contentOf('large')) === content).toBe(true);
  });

  test.each([
    ['line 3: is not JSON', '{"id":1}\n\n{"id":'],
    ['line 2: is not a JSON object', '{"id":1}\n[1]\n'],
    ['line 1: is not JSON', 'id,name\n1,a\n'],
    ['line 1: is longer than 1048576 bytes', `{"id":"${'x'.repeat(2_000_000)}"}`],
  ])('are refused with the number of the line, and stay as they were: %s', async (detail, content) => {
    await put('checked', '{"old":true}');
    const answer = await put('checked', content);
    expect(answer).toMatchObject({ status: 422, body: { detail, code: 'invalid_records' } });
    expect(await contentOf('checked')).toBe('{"old":true}\n');
  });

  test('answer a fault early, while the sender goes on sending', async () => {
    const { request, answer } = anUpload('early');
    request.write(`[]\n${lines(10)}`);
    const refused = await answer;
    expect(refused.statusCode).toBe(422);
    expect(JSON.parse(await text(refused))).toMatchObject({ detail: 'line 1: is not a JSON object' });
    request.end(lines(200_000));
    await once(request, 'close');
  });

  test('are refused beyond their limit, by their length at once, else on the way', async () => {
    const tooLong = anUpload('limited', { 'content-length': String(5 * 1024 * 1024) });
    tooLong.request.flushHeaders();
    const early = await tooLong.answer;
    expect(early.statusCode).toBe(413);
    expect(JSON.parse(await text(early))).toMatchObject({ code: 'payload_too_large' });
    tooLong.request.destroy();
    expect(
      (await put('limited', Readable.toWeb(Readable.from(Array(90).fill(lines(6_000)))) as ReadableStream)).status,
    ).toBe(413);
    expect((await get('limited')).status).toBe(404);
  });

  test('stay as they were when the sender breaks off', async () => {
    await put('broken', '{"old":true}');
    const { request, answer } = anUpload('broken');
    answer.catch(() => undefined);
    request.write(lines(100_000));
    await eventually('the upload to begin', async () => {
      const rows = await gateway.store.db.query.datasets.findMany();
      return rows.some((row) => row.id === 'broken' && row.latestUpload === 2);
    });
    request.destroy();
    await eventually('the upload to be given up', async () => {
      const chunks = await gateway.store.db.query.datasetChunks.findMany({
        columns: { datasetId: true, version: true },
      });
      return chunks.filter((chunk) => chunk.datasetId === 'broken').length === 1;
    });
    expect(await contentOf('broken')).toBe('{"old":true}\n');
    expect(gateway.log()).not.toContain('request failed');
  });

  test('are those of the later of two uploads at the same time', async () => {
    const { request, answer } = anUpload('raced');
    request.write('{"early":true}\n');
    await eventually('the upload to begin', async () => {
      const rows = await gateway.store.db.query.datasets.findMany();
      return rows.some((row) => row.id === 'raced');
    });
    expect((await put('raced', '{"late":true}')).status).toBe(201);
    request.end('{"early":false}');
    const overtaken = await answer;
    expect(overtaken.statusCode).toBe(409);
    expect(JSON.parse(await text(overtaken))).toMatchObject({ code: 'dataset_overtaken' });
    expect(await contentOf('raced')).toBe('{"late":true}\n');
  });

  test('may be an address that the records are fetched from', async () => {
    const json = (body: unknown) => put('elsewhere', JSON.stringify(body), 'application/json');
    const records_url = 'https://data.example.com/records?token=t';
    expect(await json({ records_url })).toMatchObject({
      status: 201,
      body: { records_url, records: null, bytes: null, version: 1 },
    });
    for (const refused of ['ftp://data.example.com', 'https://u:p@data.example.com', 'https://10.1.2.3/', 'x']) {
      const answer = await json({ records_url: refused });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'records_url' }] } });
      expect(answer.body.detail).not.toContain(refused.slice(0, 8));
    }
    expect(await json({})).toMatchObject({ status: 422, body: { errors: [{ field: 'records_url' }] } });
    expect((await json([])).status).toBe(422);
    expect((await get('elsewhere')).body.version).toBe(1);
  });

  test('take no other type of content, and give no other route theirs', async () => {
    expect((await put('typed', 'a,b', 'text/csv')).status).toBe(415);
    const webhooks = await fetch(url.replace('datasets', 'webhooks'), {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': NDJSON },
      body: '{}',
    });
    expect(webhooks.status).toBe(415);
  });

  test('are listed by id, deleted, and not found by others', async () => {
    const another = (await anOrganization(gateway)).key;
    for (const id of ['b', 'a', 'c']) await send('PUT', id, '{}', NDJSON, another);
    const page = async (query: string) =>
      (await fetch(`${url}${query}`, { headers: { 'x-api-key': another } })).json() as Promise<{
        data: { id: string }[];
        next_cursor: string | null;
      }>;
    const { data, next_cursor } = await page('?limit=2');
    expect(data.map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await page(`?limit=2&cursor=${next_cursor}`)).data.map(({ id }) => id)).toEqual(['c']);
    expect((await get('a')).status).toBe(404);
    expect((await send('DELETE', 'a')).status).toBe(404);
    expect((await send('DELETE', 'a', undefined, NDJSON, another)).status).toBe(204);
    expect((await send('GET', 'a', undefined, NDJSON, another)).status).toBe(404);
  });

  test.each(['.hidden', 'a%2Fb', 'a%20b', `a${'b'.repeat(128)}`])(
    'have ids that a file can be named by: not %s',
    async (id) => {
      expect((await put(id, '{}')).status).toBe(404);
    },
  );

  test('do not hold up a stop with an upload under way', async () => {
    const stopped = await startTestGateway();
    const owner = await anOrganization(stopped);
    await stopped.app.listen({ port: 0 });
    const { port } = stopped.app.server.address() as AddressInfo;
    const request = httpRequest(`http://127.0.0.1:${port}/flexorch/v1/datasets/slow`, {
      method: 'PUT',
      headers: { 'x-api-key': owner.key, 'content-type': NDJSON },
    });
    const failed = once(request, 'error');
    failed.catch(() => undefined);
    request.write('{}\n');
    await eventually(
      'the upload to begin',
      async () => (await stopped.store.db.query.datasets.findMany()).length === 1,
    );
    await stopped.close();
    await failed;
  });
});
