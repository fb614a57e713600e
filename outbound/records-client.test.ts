import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ExportFault } from '../domain/exports/export-fault.ts';
import { LOOPBACK_NETWORKS } from './address-guard.ts';
import { createRecordsClient, type RecordsClientOptions } from './records-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Where the answers come from; the path and query are what no fault may repeat. */
async function aServer(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/path-secret?token=query-secret`;
}

function aClient(options: Partial<RecordsClientOptions> = {}) {
  const client = createRecordsClient({ allowNetworks: LOOPBACK_NETWORKS, userAgent: 'Waybill/test', ...options });
  cleanups.push(() => client.close());
  return client;
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text;
}

async function faultOf(pieces: AsyncIterable<Uint8Array>): Promise<ExportFault> {
  const fault = await textOf(pieces).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ExportFault);
  expect((fault as ExportFault).message).not.toMatch(/secret|127\.0\.0\.1|:\d{4}/);
  return fault as ExportFault;
}

test('reads what the address answers with, asking for it uncompressed', async () => {
  const seen: unknown[] = [];
  const url = await aServer((request, response) => {
    seen.push(request.method, request.url, request.headers['accept-encoding'], request.headers['user-agent']);
    response.write('{"a":1}\n{"b"');
    response.end(':2}\n');
  });
  expect(await textOf(aClient().read(url))).toBe('{"a":1}\n{"b":2}\n');
  expect(seen).toEqual(['GET', '/path-secret?token=query-secret', 'identity', 'Waybill/test']);
});

test('takes pieces no faster than they are used, and ends the connection when the reading is broken off', async () => {
  const piece = Buffer.alloc(1 << 20, 'x');
  let written = 0;
  const closed = Promise.withResolvers<void>();
  const url = await aServer((_request, response) => {
    response.on('close', () => closed.resolve());
    const more = (): void => {
      while (!response.destroyed && response.write(piece)) written++;
      response.once('drain', more);
    };
    more();
  });
  let read = 0;
  for await (const { length } of aClient().read(url)) {
    read += length;
    if (read > 4 << 20) break;
  }
  await closed.promise;
  // What stands in the buffers between: far from endless.
  expect(written).toBeLessThan(64);
});

describe('only another address or another answer helps', () => {
  test.each<[string, RequestListener, string]>([
    ['404', (_q, response) => response.writeHead(404).end(), 'answered 404'],
    ['403', (_q, response) => response.writeHead(403).end(), 'answered 403'],
    ['204', (_q, response) => response.writeHead(204).end(), 'answered 204'],
    ['a redirect', (_q, response) => response.writeHead(302, { location: '/x' }).end(), 'redirects are not followed'],
    ['gzip', (_q, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'), 'came compressed'],
  ])('%s', async (_what, answer, message) => {
    const fault = await faultOf(aClient().read(await aServer(answer)));
    expect(fault).toMatchObject({ code: 'export_records_refused', passes: false });
    expect(fault.message).toContain(message);
  });

  test.each([
    ['an address that is not open', 'http://10.0.0.1/path-secret'],
    ['one that is none', 'file:///path-secret'],
    ['one with a user name', 'https://user:secret@example.com/'],
  ])('%s', async (_what, url) => {
    expect(await faultOf(aClient().read(url))).toMatchObject({ code: 'export_records_refused', passes: false });
  });

  test('a name that leads to an address that is not open', async () => {
    const client = aClient({ allowNetworks: [], resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    expect(await faultOf(client.read('https://records.example/path-secret'))).toMatchObject({
      code: 'export_records_refused',
    });
  });
});

describe('what may pass', () => {
  test.each<[string, RequestListener]>([
    ['500', (_q, response) => response.writeHead(500).end()],
    ['503', (_q, response) => response.writeHead(503).end()],
    ['429', (_q, response) => response.writeHead(429).end()],
    [
      'an answer that is cut off',
      (_q, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"a":1}\n', () => response.destroy());
      },
    ],
    ['an answer that falls silent', (_q, response) => response.write('{"a":1}\n')],
    ['no answer', () => undefined],
  ])('%s', async (_what, answer) => {
    const client = aClient({ silenceMs: 200 });
    const fault = await faultOf(client.read(await aServer(answer)));
    expect(fault).toMatchObject({ code: 'export_records_unavailable', passes: true });
  });

  test('a closed port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const fault = await faultOf(aClient().read(`http://127.0.0.1:${port}/`));
    expect(fault).toMatchObject({ code: 'export_records_unavailable' });
  });
});
