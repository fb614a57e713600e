import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installErrorHandler } from './error-handler.ts';
import { type PortalBundle, readPortalBundle } from './portal-bundle.ts';
import { portalPageRoutes } from './portal-page.ts';
import { startTestGateway } from './testing/test-gateway.ts';

const PAGE = '<!doctype html><title>Portal</title>';
const SCRIPT = 'console.log("portal");'.repeat(50);
const YEAR = 'public, max-age=31536000, immutable';

let folder: string;
let app: FastifyInstance;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-portal-'));
  mkdirSync(join(folder, 'assets'));
  write('index.html', PAGE);
  write('assets/index-a1b2c3.js', SCRIPT);
  writeFileSync(join(folder, 'assets/icon-a1b2c3.svg'), '<svg/>');
  writeFileSync(join(folder, 'sources.sha256'), 'no file of the page');
  app = pageOf(readPortalBundle(folder));
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, content: string): void {
  writeFileSync(join(folder, path), content);
  writeFileSync(join(folder, `${path}.gz`), gzipSync(content));
  writeFileSync(join(folder, `${path}.br`), brotliCompressSync(content));
}

function pageOf(portalBundle: PortalBundle | null, portalFrameAncestors: string[] = []): FastifyInstance {
  const gateway = fastify();
  installErrorHandler(gateway);
  gateway.register(portalPageRoutes({ portalBundle, portalFrameAncestors }));
  return gateway;
}

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

describe("the portal's page", () => {
  it.each(['/portal', '/portal/', '/portal/index.html', '/portal/endpoints', '/portal/deliveries/dlv_1?status=failed'])(
    'is what %s answers, to be asked for again every time',
    async (url) => {
      const response = await get(url);
      expect(response.statusCode).toBe(200);
      expect(response.body).toBe(PAGE);
      expect(response.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        vary: 'accept-encoding',
      });
    },
  );

  it('lets no script, style or frame in from elsewhere', async () => {
    expect((await get('/portal')).headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
  });

  it('may stand in frames of the origins that the installation names', async () => {
    const framed = pageOf(readPortalBundle(folder), ['https://app.example.com', 'https://beta.example.com']);
    const response = await framed.inject('/portal');
    expect(response.headers['content-security-policy']).toContain(
      '; frame-ancestors https://app.example.com https://beta.example.com; ',
    );
    await framed.close();
  });

  it('is not sent again to who has it', async () => {
    const { etag } = (await get('/portal')).headers;
    for (const tag of [`${etag}`, `W/${etag}`, `"other", ${etag}`]) {
      const again = await get('/portal', { 'if-none-match': tag });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    }
    expect((await get('/portal', { 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  it('answers HEAD like GET, without the body', async () => {
    const response = await app.inject({ method: 'HEAD', url: '/portal/endpoints' });
    expect([response.statusCode, response.body]).toEqual([200, '']);
  });
});

describe('a file named by its hash', () => {
  it('may be kept for ever', async () => {
    const response = await get('/portal/assets/index-a1b2c3.js');
    expect(response.body).toBe(SCRIPT);
    expect(response.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': YEAR,
    });
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['br;q=0.0, identity', undefined],
    ['', undefined],
  ])('is sent to Accept-Encoding "%s" as %s, under a tag of its own', async (accepted, coding) => {
    const response = await get('/portal/assets/index-a1b2c3.js', { 'accept-encoding': accepted });
    expect(response.headers['content-encoding']).toBe(coding);
    const bytes = response.rawPayload;
    const plain = coding === 'br' ? brotliDecompressSync(bytes) : coding === 'gzip' ? gunzipSync(bytes) : bytes;
    expect(plain.toString()).toBe(SCRIPT);
    const [, suffix] = /^"[\w-]{22}(.*)"$/.exec(String(response.headers.etag)) ?? [];
    expect(suffix).toBe(coding ? `-${coding}` : '');
  });

  it('that was not compressed is sent as it is', async () => {
    const response = await get('/portal/assets/icon-a1b2c3.svg', { 'accept-encoding': 'br' });
    expect([response.body, response.headers['content-encoding']]).toEqual(['<svg/>', undefined]);
  });
});

describe('below /portal', () => {
  it.each(['api', 'api/none', 'assets/of-an-older-version.js'])('%s is a 404 and not the page', async (path) => {
    const response = await get(`/portal/${path}`);
    expect([response.statusCode, response.json().code]).toEqual([404, 'not_found']);
  });

  it.each(['sources.sha256', '..%2f..%2fetc%2fpasswd'])('%s gets nothing that is no file of the page', async (path) => {
    expect((await get(`/portal/${path}`)).body).toBe(PAGE);
  });
});

describe('without a built page', () => {
  it('the address says what to do, and the API of sessions answers as ever', async () => {
    expect(readPortalBundle(join(folder, 'assets'))).toBeNull();
    const gateway = await startTestGateway();
    const page = await gateway.app.inject('/portal/endpoints');
    expect([page.statusCode, page.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
    expect(page.body).toContain('npm run portal:build');
    const session = await gateway.call('GET', '/portal/api/session', { key: null });
    expect(session.json()).toMatchObject({ status: 401, code: 'portal_access_refused' });
    const unknown = await gateway.call('GET', '/portal/api/sessions', { key: null });
    expect(unknown.json()).toMatchObject({ status: 404, code: 'not_found' });
    await gateway.close();
  });
});
