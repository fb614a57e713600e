import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { ExchangeRequest, ExchangeResult } from '../domain/delivery/types.ts';
import { LOOPBACK_NETWORKS } from './address-guard.ts';
import { createHttpClient, type HttpClientOptions } from './http-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function aClient(options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS, ...options });
  cleanups.push(() => client.close());
  return client;
}

async function aReceiver(handler: http.RequestListener) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let connections = 0;
  server.on('connection', () => connections++);
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections };
}

function aRequest(url: string, request: Partial<ExchangeRequest> = {}): ExchangeRequest {
  return { method: 'POST', url, headers: {}, body: '{}', timeoutMs: 20_000, ...request };
}

function answered(result: ExchangeResult) {
  if (result.kind !== 'response') throw new Error(`no answer: ${result.code}`);
  return { ...result, text: Buffer.from(result.body).toString() };
}

const readAll: http.RequestListener = async (request, response) => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  response.setHeader('set-cookie', ['a=1', 'b=2']);
  response.end(JSON.stringify({ method: request.method, path: request.url, headers: request.headers, text }));
};

describe('what is sent', () => {
  test('method, path with query, headers and body as given; the length in bytes; no wish for compression', async () => {
    const receiver = await aReceiver(readAll);
    const body = '{"name":"Zoë 🎉"}';
    const headers = { 'content-type': 'application/json', 'X-Latin': 'caf\u00e9' };
    const result = await aClient().exchange(
      aRequest(`${receiver.url}/hook?a=1&b=%20#frag`, { method: 'PUT', headers, body }),
    );
    const sent = JSON.parse(answered(result).text);
    expect(sent).toMatchObject({ method: 'PUT', path: '/hook?a=1&b=%20', text: body });
    expect(sent.headers).toEqual({
      host: new URL(receiver.url).host,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'x-latin': 'caf\u00e9',
      'content-length': String(Buffer.byteLength(body)),
    });
  });

  test.each(['POST', 'GET'])('an empty body with %s', async (method) => {
    const receiver = await aReceiver(readAll);
    const result = await aClient().exchange(aRequest(receiver.url, { method, body: '' }));
    expect(JSON.parse(answered(result).text)).toMatchObject({ method, text: '' });
  });
});

describe('what comes back', () => {
  test('status and headers, repeated ones joined', async () => {
    const receiver = await aReceiver(readAll);
    expect(answered(await aClient().exchange(aRequest(receiver.url)))).toMatchObject({
      status: 200,
      headers: { 'set-cookie': 'a=1, b=2' },
      bodyTruncated: false,
    });
  });

  test('a redirect is the answer and is not followed', async () => {
    let requests = 0;
    const receiver = await aReceiver((_request, response) => {
      requests++;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(answered(await aClient().exchange(aRequest(receiver.url))).status).toBe(307);
    expect(requests).toBe(1);
  });

  test('informational answers are passed over', async () => {
    const receiver = await aReceiver((_request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.writeHead(201).end('done');
    });
    const result = answered(await aClient().exchange(aRequest(receiver.url)));
    expect(result).toMatchObject({ status: 201, text: 'done' });
    expect(result.headers).not.toHaveProperty('link');
  });

  test('compressed bytes are kept as they are', async () => {
    const packed = gzipSync('x'.repeat(1_000_000));
    const receiver = await aReceiver((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    expect(Buffer.from(answered(await aClient().exchange(aRequest(receiver.url))).body)).toEqual(packed);
  });

  test('an early 413 arrives while 3 MB are being sent', async () => {
    const receiver = await aReceiver((_request, response) => {
      response.writeHead(413).end('too long');
    });
    const result = await aClient().exchange(aRequest(receiver.url, { body: 'x'.repeat(3_000_000) }));
    expect(answered(result)).toMatchObject({ status: 413, text: 'too long' });
  });

  test.each([
    [65_536, 65_536, false],
    [65_537, 65_536, true],
    [150_000, 65_536, true],
  ])(
    'of a body of %i bytes %i are kept (truncated: %s), and the connection is used again',
    async (size, kept, truncated) => {
      const body = Buffer.from(Uint8Array.from({ length: size }, (_, i) => i % 251));
      const receiver = await aReceiver(async (_request, response) => {
        for (let at = 0; at < size; at += 7_001) {
          if (!response.write(body.subarray(at, at + 7_001))) await once(response, 'drain');
        }
        response.end();
      });
      const client = aClient();
      for (let round = 0; round < 10; round++) {
        const result = answered(await client.exchange(aRequest(receiver.url)));
        expect(result.bodyTruncated).toBe(truncated);
        expect(Buffer.from(result.body).equals(body.subarray(0, kept))).toBe(true);
      }
      // undici frees a connection one turn after the answer, so two take turns.
      expect(receiver.connections()).toBeLessThanOrEqual(2);
    },
  );

  test('an endless body is cut and its connection closed', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const receiver = await aReceiver((request, response) => {
      request.socket.on('close', resolve);
      const endless = new Readable({ read: () => endless.push(Buffer.alloc(16_384, 'x')) });
      pipeline(endless, response, () => {});
    });
    const result = answered(await aClient().exchange(aRequest(receiver.url)));
    expect(result).toMatchObject({ status: 200, bodyTruncated: true });
    expect(result.body.length).toBe(65_536);
    await closed;
  });
});

describe('connections', () => {
  test('are kept and used again, two at most for each exchange at a time', async () => {
    const receiver = await aReceiver(readAll);
    const client = aClient();
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 10 }, () => client.exchange(aRequest(receiver.url)).then(answered)));
    }
    expect(receiver.connections()).toBeLessThanOrEqual(20);
  });

  test('one that hangs holds up nobody else', async () => {
    const receiver = await aReceiver((request, response) => {
      if (request.url === '/ok') response.end();
    });
    const client = aClient();
    const hanging = Array.from({ length: 20 }, () => client.exchange(aRequest(`${receiver.url}/hang`)));
    expect(answered(await client.exchange(aRequest(`${receiver.url}/ok`))).status).toBe(200);
    await client.close();
    for (const result of await Promise.all(hanging))
      expect(result).toMatchObject({ kind: 'error', code: 'network_error' });
  });

  test('a request that waited for a place past its limit is never sent', async () => {
    const seen: (string | undefined)[] = [];
    const receiver = await aReceiver((request, response) => {
      seen.push(request.url);
      if (request.url === '/slow') server.once('go', () => response.end());
      else response.end();
    });
    const { server } = receiver;
    const client = aClient({ connectionsPerOrigin: 1 });
    const slow = client.exchange(aRequest(`${receiver.url}/slow`));
    const late = await client.exchange(aRequest(`${receiver.url}/late`, { timeoutMs: 30 }));
    expect(late).toMatchObject({ kind: 'error', code: 'timeout' });
    server.emit('go');
    answered(await slow);
    answered(await client.exchange(aRequest(`${receiver.url}/next`)));
    expect(seen).toEqual(['/slow', '/next']);
    expect(receiver.connections()).toBe(1);
  });

  test('a request whose limit passed during the lookup is never sent, and its connection serves the next', async () => {
    const seen: (string | undefined)[] = [];
    const receiver = await aReceiver((request, response) => {
      seen.push(request.url);
      response.end();
    });
    const answer = Promise.withResolvers<{ address: string; family: number }[]>();
    const client = aClient({ connectionsPerOrigin: 1, resolve: () => answer.promise });
    const url = `http://hooks.test:${new URL(receiver.url).port}`;
    const late = await client.exchange(aRequest(`${url}/late`, { timeoutMs: 30 }));
    expect(late).toMatchObject({ kind: 'error', code: 'timeout' });
    const next = client.exchange(aRequest(`${url}/next`));
    answer.resolve([{ address: '127.0.0.1', family: 4 }]);
    answered(await next);
    expect(seen).toEqual(['/next']);
    expect(receiver.connections()).toBe(1);
  });

  test('requests that cannot be sent take no place in the pool', async () => {
    const receiver = await aReceiver(readAll);
    const client = aClient({ connectionsPerOrigin: 1 });
    for (let round = 0; round < 3; round++) {
      const refused = await client.exchange(aRequest(receiver.url, { headers: { 'x-name': '日本' } }));
      expect(refused).toMatchObject({ kind: 'error', code: 'invalid_request' });
    }
    expect(answered(await client.exchange(aRequest(receiver.url))).status).toBe(200);
  });
});
