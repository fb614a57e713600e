import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { S3Target } from '../domain/exports/s3.ts';
import { LOOPBACK_NETWORKS } from './address-guard.ts';
import { createS3Port, type S3PortOptions } from './s3-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server that counts requests and answers as the test says. */
async function aServer(answer: RequestListener) {
  const seen: { method: string; url: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    request.resume().on('end', () => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

function aPort(options: Partial<S3PortOptions> = {}) {
  const port = createS3Port({
    allowNetworks: LOOPBACK_NETWORKS,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    retryDelaysMs: [1, 1],
    ...options,
  });
  cleanups.push(() => port.close());
  return port;
}

const aTarget = (changes: Partial<S3Target> = {}): S3Target => ({
  url: 'http://127.0.0.1:1',
  region: 'eu-central-1',
  bucket: 'bucket-one',
  pathStyle: true,
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'hunter2-secret',
  ...changes,
});

const errorXml = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>AKIAEXAMPLE signed hunter2-secret</Message></Error>`;

const answerError =
  (status: number, code: string): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/xml' }).end(errorXml(code));

describe('the guard', () => {
  const refusing = async () => {
    const server = net.createServer(() => expect.unreachable('a refused address was contacted')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    return (server.address() as AddressInfo).port;
  };

  test.each(['http', 'https'])('refuses a literal address that is not open (%s)', async (scheme) => {
    const url = `${scheme}://127.0.0.1:${await refusing()}`;
    const result = await aPort({ allowNetworks: [] }).check(aTarget({ url }));
    expect(result).toMatchObject({ kind: 'refused', code: 'address_not_allowed' });
  });

  test('refuses a name that resolves to an address that is not open, in both styles', async () => {
    const port = aPort({ allowNetworks: [] });
    for (const pathStyle of [true, false]) {
      const target = aTarget({ url: `https://s3.example:${await refusing()}`, pathStyle });
      expect(await port.check(target)).toMatchObject({ kind: 'refused', code: 'address_not_allowed' });
    }
  });

  test('takes plain HTTP only to the allowed networks', async () => {
    const resolve = async () => [{ address: '93.184.216.34', family: 4 }];
    const result = await aPort({ resolve }).check(aTarget({ url: 'http://s3.example' }));
    expect(result).toMatchObject({ kind: 'refused', message: expect.stringMatching(/Plain HTTP/) });
  });

  test.each([301, 302, 307, 308])('follows no redirect (%i)', async (status) => {
    const other = await aServer(() => expect.unreachable('a redirect was followed'));
    const { port, seen } = await aServer((_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${other.port}/` }).end(),
    );
    const result = await aPort().check(aTarget({ url: `http://127.0.0.1:${port}` }));
    expect(result).toMatchObject({ kind: 'refused', code: 'wrong_region' });
    expect(seen).toHaveLength(1);
  });
});

describe('what is unavailable', () => {
  test('is a refused connection, an unknown name, an answer that is none', async () => {
    const unknown = async () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    expect(await aPort({ resolve: unknown }).check(aTarget({ url: 'https://s3.example' }))).toMatchObject({
      kind: 'unavailable',
      code: 'dns_error',
    });
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    expect(await aPort().check(aTarget({ url: `http://127.0.0.1:${port}` }))).toMatchObject({
      kind: 'unavailable',
      code: 'connection_refused',
    });
    const odd = net.createServer((socket) => socket.end('hello\r\n\r\n')).listen(0, '127.0.0.1');
    await once(odd, 'listening');
    cleanups.push(() => odd.close());
    const url = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
    expect(await aPort().check(aTarget({ url }))).toMatchObject({ kind: 'unavailable', code: 'invalid_response' });
  });

  test('is tried three times, but for the check and the completion', async () => {
    const { port, seen } = await aServer(answerError(503, 'SlowDown'));
    const s3 = aPort();
    const target = aTarget({ url: `http://127.0.0.1:${port}` });
    const triesOf = async (call: Promise<unknown>) => {
      const before = seen.length;
      expect(await call).toMatchObject({ kind: 'unavailable', code: 'slow_down' });
      return seen.length - before;
    };
    expect(await triesOf(s3.startUpload(target, 'k', 'text/csv'))).toBe(3);
    expect(await triesOf(s3.uploadPart(target, 'k', 'u', 1, Buffer.alloc(10)))).toBe(3);
    expect(await triesOf(s3.abortUpload(target, 'k', 'u'))).toBe(3);
    expect(await triesOf(s3.check(target))).toBe(1);
    expect(await triesOf(s3.completeUpload(target, 'k', 'u', [{ partNumber: 1, etag: 'e' }]))).toBe(1);
  });

  test('ends a retry as soon as the answer is another', async () => {
    let calls = 0;
    const { port } = await aServer((request, response) =>
      calls++ === 0
        ? answerError(500, 'InternalError')(request, response)
        : response.setHeader('etag', '"one"').writeHead(200).end(),
    );
    const part = await aPort().uploadPart(aTarget({ url: `http://127.0.0.1:${port}` }), 'k', 'u', 1, Buffer.alloc(10));
    expect(part).toEqual({ kind: 'ok', value: '"one"' });
  });
});

describe('what a server answers', () => {
  test.each([
    [403, 'InvalidAccessKeyId', 'unknown_access_key'],
    [403, 'SignatureDoesNotMatch', 'wrong_secret_key'],
    [403, 'AccessDenied', 'access_denied'],
    [404, 'NoSuchBucket', 'no_such_bucket'],
    [400, 'AuthorizationHeaderMalformed', 'wrong_region'],
    [400, 'SomethingNew', 'rejected'],
    [501, 'NotImplemented', 'rejected'],
    [500, 'InternalError', 'server_error'],
    [503, 'ServiceUnavailable', 'server_error'],
    [503, 'SlowDown', 'slow_down'],
    [429, 'TooManyRequests', 'slow_down'],
    [400, 'RequestTimeout', 'timeout'],
    [403, 'RequestTimeTooSkewed', 'clock_skew'],
    [409, 'OperationAborted', 'server_error'],
  ])('%i %s is %s, and nothing of its sentence is repeated', async (status, code, expected) => {
    const { port } = await aServer(answerError(status, code));
    const result = await aPort().check(aTarget({ url: `http://127.0.0.1:${port}` }));
    expect(result).toMatchObject({
      code: expected,
      message: expect.stringContaining(`it answered ${status}, ${code}`),
    });
    expect(JSON.stringify(result)).not.toMatch(/hunter2|AKIA|127\.0\.0\.1|bucket-one/);
  });

  test('an error inside a 200 to the completion is no success', async () => {
    const { port } = await aServer(answerError(200, 'InternalError'));
    const target = aTarget({ url: `http://127.0.0.1:${port}` });
    const result = await aPort().completeUpload(target, 'k', 'u', [{ partNumber: 1, etag: 'e' }]);
    expect(result).toMatchObject({ kind: 'unavailable', code: 'server_error' });
  });

  test.each([
    ['a page', 200, '<html>hello</html>'],
    ['nothing', 200, ''],
    ['text', 200, 'hello'],
    ['not found', 404, '<html>no</html>'],
  ])('%s is not taken for S3', async (_name, status, body) => {
    const { port } = await aServer((_request, response) => response.writeHead(status).end(body));
    const result = await aPort().check(aTarget({ url: `http://127.0.0.1:${port}` }));
    expect(result).toMatchObject({ kind: 'refused', code: 'rejected' });
  });
});

describe('what is sent', () => {
  test.each([
    'not a url',
    'ftp://s3.example',
    'https://user:word@s3.example',
    'https://s3.example/path',
    'https://s3.example/?a=b',
  ])('nothing to %s', async (url) => {
    expect(await aPort().check(aTarget({ url }))).toMatchObject({ kind: 'refused', code: 'invalid_url' });
  });

  test('nothing with keys that no header can hold', async () => {
    const { port, seen } = await aServer((_request, response) => response.end());
    const target = aTarget({ url: `http://127.0.0.1:${port}`, accessKeyId: 'a\r\nx-evil: 1' });
    expect(await aPort().check(target)).toMatchObject({ kind: 'refused', code: 'rejected' });
    expect(seen).toEqual([]);
  });

  test('the bucket in the path or in the host, the key as it is, and the secret never', async () => {
    const { port, seen } = await aServer((_request, response) => response.setHeader('etag', '"e"').end());
    const s3 = aPort();
    const key = "exports/../a b/ü+'(1)*.jsonl";
    for (const pathStyle of [true, false]) {
      const target = aTarget({ url: `http://s3.example:${port}`, pathStyle });
      expect(await s3.uploadPart(target, key, 'u/p=1', 7, Buffer.from('x'))).toMatchObject({ kind: 'ok' });
    }
    const path = 'exports/../a%20b/%C3%BC%2B%27%281%29%2A.jsonl?';
    const styles = [`/bucket-one/${path}`, `/${path}`];
    expect(seen.map(({ url }) => styles.find((style) => url.startsWith(style)))).toEqual(styles);
    expect(seen.map(({ headers }) => headers.host)).toEqual([`s3.example:${port}`, `bucket-one.s3.example:${port}`]);
    const query = { 'x-id': 'UploadPart', uploadId: 'u/p=1', partNumber: '7' };
    expect(Object.fromEntries(new URL(seen[0]?.url ?? '', 'http://s3').searchParams)).toEqual(query);
    expect(seen[0]?.headers['content-length']).toBe('1');
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });
});
