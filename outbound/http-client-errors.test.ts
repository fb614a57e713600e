import { execFileSync } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ExchangeErrorCode, ExchangeRequest } from '../domain/delivery/types.ts';
import { LOOPBACK_NETWORKS } from './address-guard.ts';
import { createHttpClient, type HttpClientOptions } from './http-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that reads the head of a request and does with the socket what the test says. */
function aSocketServer(act: (socket: Socket) => void): Promise<number> {
  return listen(net.createServer((socket) => socket.once('data', () => act(socket))));
}

const loopback = async (): Promise<LookupAddress[]> => [{ address: '127.0.0.1', family: 4 }];

async function exchange(url: string, options: Partial<HttpClientOptions> = {}, request: Partial<ExchangeRequest> = {}) {
  const client = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS, resolve: loopback, ...options });
  cleanups.push(() => client.close());
  const headers = { authorization: 'Bearer header-secret' };
  return client.exchange({ method: 'POST', url, headers, body: 'body-secret', timeoutMs: 20_000, ...request });
}

const anUrl = (port: number, scheme = 'http'): string =>
  `${scheme}://hooks.test:${port}/path-secret?token=query-secret`;

function expectError(result: unknown, code: ExchangeErrorCode, message: RegExp = /^[A-Z]/): void {
  expect(result).toMatchObject({ kind: 'error', code, message: expect.stringMatching(message) });
  expect((result as { message: string }).message).not.toMatch(/secret|hooks\.test|127\.0\.0\.1|:\d{4}/);
}

describe('connecting', () => {
  test('a closed port is connection_refused', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    expectError(await exchange(anUrl(port)), 'connection_refused');
    const both = async (): Promise<LookupAddress[]> => [{ address: '::1', family: 6 }, ...(await loopback())];
    const result = await exchange(anUrl(port), { resolve: both });
    // Where the host has no IPv6 at all, the first of the two errors is another one.
    expect(result).toMatchObject({ code: expect.stringMatching(/^(connection_refused|network_error)$/) });
  });

  test('a name that cannot be resolved is dns_error', async () => {
    const unknown = async (): Promise<LookupAddress[]> => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND hooks.test'), { code: 'ENOTFOUND' });
    };
    expectError(await exchange(anUrl(80), { resolve: unknown }), 'dns_error');
    expectError(await exchange(anUrl(80), { resolve: async () => [] }), 'dns_error');
  });

  test('a lookup that hangs is connect_timeout, or timeout if the exchange has less time', async () => {
    const resolve = (): Promise<LookupAddress[]> => new Promise(() => {});
    expectError(await exchange(anUrl(80), { resolve, connectTimeoutMs: 50 }), 'connect_timeout');
    expectError(await exchange(anUrl(80), { resolve }, { timeoutMs: 50 }), 'timeout', /50 ms/);
  });
});

describe('the guard', () => {
  const refusingServer = (): Promise<number> =>
    listen(net.createServer(() => expect.unreachable('a refused address was contacted')));

  test.each(['http', 'https'])('a literal address that is not open is refused (%s)', async (scheme) => {
    const port = await refusingServer();
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0177.1',
      '0x7f.1',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[::1]',
    ]) {
      expectError(
        await exchange(`${scheme}://${host}:${port}/`, { allowNetworks: [] }),
        'address_not_allowed',
        /range/,
      );
    }
  });

  test.each(['http', 'https'])('a name that leads to such an address is refused (%s)', async (scheme) => {
    const port = await refusingServer();
    expectError(await exchange(anUrl(port, scheme), { allowNetworks: [] }), 'address_not_allowed', /range/);
  });

  test('one bad address among several condemns the name', async () => {
    const port = await refusingServer();
    const resolve = async () => [...(await loopback()), { address: '169.254.169.254', family: 4 }];
    expectError(await exchange(anUrl(port), { resolve }), 'address_not_allowed');
    const publicFirst = async () => [
      { address: '8.8.8.8', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ];
    expectError(await exchange(anUrl(port, 'https'), { resolve: publicFirst }), 'address_not_allowed');
  });

  test('plain HTTP to a public address is refused, by number and by name', async () => {
    const resolve = async (): Promise<LookupAddress[]> => [{ address: '8.8.8.8', family: 4 }];
    expectError(await exchange('http://8.8.8.8/'), 'address_not_allowed', /Plain HTTP/);
    expectError(await exchange('http://[2606:4700:4700::1111]/'), 'address_not_allowed', /Plain HTTP/);
    expectError(await exchange('http://hooks.test/', { resolve }), 'address_not_allowed', /Plain HTTP/);
  });

  test('each connection is judged by its own lookup, and goes to the address that was judged', async () => {
    const port = await aSocketServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
    );
    const answers = [await loopback(), [{ address: '10.0.0.1', family: 4 }]];
    const client = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS, resolve: async () => answers.shift() ?? [] });
    cleanups.push(() => client.close());
    const request: ExchangeRequest = { method: 'POST', url: anUrl(port), headers: {}, body: '', timeoutMs: 20_000 };
    expect(await client.exchange(request)).toMatchObject({ kind: 'response', status: 200 });
    expectError(await client.exchange(request), 'address_not_allowed');
    expect(answers).toEqual([]);
  });
});

describe('the answer', () => {
  test('a socket closed without one is connection_reset', async () => {
    expectError(await exchange(anUrl(await aSocketServer((socket) => socket.destroy()))), 'connection_reset');
    expectError(await exchange(anUrl(await aSocketServer((socket) => socket.resetAndDestroy()))), 'connection_reset');
  });

  test('a socket closed mid-body is connection_reset', async () => {
    const port = await aSocketServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'));
    expectError(await exchange(anUrl(port)), 'connection_reset');
  });

  test.each([
    ['bad chunk sizes', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
    ['chunks that end early', 'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'],
    ['huge headers', `HTTP/1.1 200 OK\r\nx-huge: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('%s: invalid_response', async (_what, text) => {
    expectError(await exchange(anUrl(await aSocketServer((socket) => socket.end(text)))), 'invalid_response');
  });

  test.each<[string, (socket: Socket) => void]>([
    ['before the headers', () => {}],
    ['within the headers', (socket) => socket.write('HTTP/1.1 200 OK\r\nx-a: ')],
    ['within the body', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')],
    [
      'between bytes that keep coming',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const drip = setInterval(() => socket.write('x'), 10);
        socket.on('close', () => clearInterval(drip));
      },
    ],
  ])('a server that hangs %s is a timeout, and its connection is closed', async (_where, act) => {
    const { promise: closed, resolve } = Promise.withResolvers<unknown>();
    const port = await aSocketServer((socket) => {
      socket.on('close', resolve);
      act(socket);
    });
    expectError(await exchange(anUrl(port), {}, { timeoutMs: 150 }), 'timeout', /150 ms/);
    await closed;
  });
});

describe('requests that cannot be sent', () => {
  test.each<[string, Partial<ExchangeRequest>]>([
    ['a value outside latin1', { headers: { 'x-name': 'secret 日本' } }],
    ['a line break in a value', { headers: { 'x-name': 'secret\r\nx-injected: 1' } }],
    ['a space in a name', { headers: { 'x name': 'secret' } }],
    ['another host', { headers: { Host: 'secret.internal' } }],
    ['a length of its own', { headers: { 'Content-Length': '3' } }],
    ['a method with a space', { method: 'POST /secret' }],
    ['a tunnel', { method: 'CONNECT' }],
    ['no URL', { url: '/path-secret' }],
    ['another scheme', { url: 'ftp://hooks.test/path-secret' }],
    ['credentials in the URL', { url: 'https://user:url-secret@hooks.test/' }],
  ])('%s: invalid_request', async (_what, request) => {
    expectError(await exchange('http://127.0.0.1:1/', {}, request), 'invalid_request');
  });
});

describe('TLS', () => {
  let key = '';
  let cert = '';
  const folder = mkdtempSync(join(tmpdir(), 'waybill-tls-'));
  beforeAll(() => {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=hooks.test', '-addext', 'subjectAltName=DNS:hooks.test'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'ignore' });
    [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const aTlsServer = (): Promise<number> =>
    listen(https.createServer({ key, cert }, (request, response) => response.end(request.httpVersion)));

  test('a trusted certificate for the name is accepted, over HTTP/1.1', async () => {
    const result = await exchange(anUrl(await aTlsServer(), 'https'), { ca: cert });
    expect(result).toMatchObject({ kind: 'response', status: 200, body: new Uint8Array(Buffer.from('1.1')) });
  });

  test('a self-signed certificate is tls_error, whatever the environment says', async () => {
    const port = await aTlsServer();
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expectError(await exchange(anUrl(port, 'https')), 'tls_error', /DEPTH_ZERO_SELF_SIGNED_CERT/);
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });

  test('a certificate for another name is tls_error', async () => {
    const url = `https://other.test:${await aTlsServer()}/`;
    expectError(await exchange(url, { ca: cert }), 'tls_error', /ALTNAME/);
  });

  test('a server that speaks no TLS is tls_error', async () => {
    const port = await aSocketServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expectError(await exchange(anUrl(port, 'https')), 'tls_error');
  });
});
