import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portalLinks, portalSessions } from '../store/schema.ts';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  gateway = await startTestGateway();
  acme = await anOrganization(gateway);
  other = await anOrganization(gateway);
});
afterAll(() => gateway.close());

const past = sql`now() - interval '1 millisecond'`;
const url = 'https://hooks.example.com/in';

async function aLink(body: object = {}): Promise<{ id: string; url: string; expiresAt: string; token: string }> {
  const response = await gateway.call('POST', `/v1/organizations/${acme.id}/portal-links`, { key: acme.key, body });
  expect(response.statusCode).toBe(201);
  const link = response.json();
  return { ...link, token: new URL(link.url).hash.replace('#token=', '') };
}

function exchange(token: string, headers: Record<string, string> = {}) {
  return gateway.call('POST', '/portal/api/session', { key: null, body: { token }, headers });
}

/** What the page then has: the cookie as browsers send it. */
async function aSession(body: object = {}): Promise<{ cookie: string; linkId: string }> {
  const { token, id } = await aLink(body);
  const response = await exchange(token);
  expect(response.statusCode).toBe(200);
  return { cookie: String(response.headers['set-cookie']).split(';')[0] ?? '', linkId: id };
}

type Method = Parameters<TestGateway['call']>[0];
/** A call of the portal's page. */
function page(cookie: string, method: Method, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const own = { cookie, 'waybill-portal': '1', ...headers };
  return gateway.call(method, path, { key: null, headers: own, ...(body === undefined ? {} : { body }) });
}

describe('a link', () => {
  it('leads to the public address, whatever host the request names, with the token in the fragment only', async () => {
    const response = await gateway.call('POST', `/v1/organizations/${acme.id}/portal-links`, {
      key: acme.key,
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    });
    expect(response.json()).toEqual({
      id: expect.stringMatching(/^lnk_/),
      url: expect.stringMatching(/^http:\/\/waybill\.test\/portal#token=[A-Za-z0-9_-]{43}$/),
      expiresAt: expect.any(String),
    });
  });

  it('may be used for an hour by default, else for as long as it says', async () => {
    const wait = async (body: object) => (Date.parse((await aLink(body)).expiresAt) - Date.now()) / 1000;
    expect(Math.abs((await wait({})) - 3_600)).toBeLessThan(600);
    expect(Math.abs((await wait({ expiresInSeconds: 604_800 })) - 604_800)).toBeLessThan(600);
  });

  it.each([
    ['expiresInSeconds', { expiresInSeconds: 59 }],
    ['expiresInSeconds', { expiresInSeconds: 604_801 }],
    ['returnUrl', { returnUrl: 'javascript:alert(1)' }],
    ['color', { color: 'red' }],
    ['color', { color: '#0a7d5a;background:url(//evil.example)' }],
    ['mode', { mode: 'sepia' }],
    ['admin', { admin: true }],
  ])('with a wrong %s is refused', async (field, body) => {
    const response = await gateway.call('POST', `/v1/organizations/${acme.id}/portal-links`, { key: acme.key, body });
    expect(response.json()).toMatchObject({ status: 422, errors: [{ field }] });
  });

  it('gives no scope that the key lacks', async () => {
    const keys = `/v1/organizations/${acme.id}/api-keys`;
    const narrow = async (scopes: string[]) =>
      (await gateway.call('POST', keys, { key: acme.key, body: { name: 'narrow', scopes } })).json().key as string;
    const make = async (key: string, body: object) =>
      (await gateway.call('POST', `/v1/organizations/${acme.id}/portal-links`, { key, body })).statusCode;
    const reader = await narrow(['manage', 'read']);
    expect([await make(reader, {}), await make(reader, { readOnly: true })]).toEqual([403, 201]);
    expect(await make(await narrow(['manage']), { readOnly: true })).toBe(403);
    expect(await make(await narrow(['read']), { readOnly: true })).toBe(403);
  });

  it('is listed without its token, and another organization sees and ends none', async () => {
    const { id, token } = await aLink({ readOnly: true, returnUrl: 'https://app.example/settings' });
    const path = `/v1/organizations/${acme.id}/portal-links`;
    const list = await gateway.call('GET', path, { key: acme.key });
    expect(list.json().data[0]).toMatchObject({
      id,
      readOnly: true,
      returnUrl: 'https://app.example/settings',
      usedAt: null,
      revokedAt: null,
    });
    expect(list.body).not.toContain(token);
    for (const call of [
      gateway.call('GET', path, { key: other.key }),
      gateway.call('POST', path, { key: other.key }),
      gateway.call('DELETE', `${path}/${id}`, { key: other.key }),
      gateway.call('DELETE', `/v1/organizations/${other.id}/portal-links/${id}`, { key: other.key }),
    ]) {
      expect((await call).statusCode).toBe(404);
    }
    expect((await exchange(token)).statusCode).toBe(200);
  });
});

describe('the exchange', () => {
  it('sets a cookie that no script can read, for a day, and says whose portal it is', async () => {
    const { token } = await aLink({ returnUrl: 'https://app.example/settings' });
    const response = await exchange(token);
    expect(response.json()).toMatchObject({
      organizationId: acme.id,
      name: 'Acme',
      readOnly: false,
      returnUrl: 'https://app.example/settings',
      dialect: null,
    });
    expect(response.headers['set-cookie']).toMatch(
      /^waybill_portal=[A-Za-z0-9_-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it('sets a Secure cookie when the portal is reached by HTTPS', async () => {
    const proxied = await exchange((await aLink()).token, { 'x-forwarded-proto': 'https' });
    expect(proxied.headers['set-cookie']).toMatch(/; Secure$/);
    gateway.outside.publicUrl = 'https://hooks.example.com';
    const published = await exchange((await aLink()).token);
    gateway.outside.publicUrl = 'http://waybill.test';
    expect(published.headers['set-cookie']).toMatch(/; Secure$/);
  });

  it('works once, also when many come at the same time', async () => {
    const { token } = await aLink();
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => exchange(token)))).map((r) => r.statusCode);
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401]);
  });

  it('answers a used, an expired, a revoked and a forged token alike; the log tells them apart, without the token', async () => {
    const used = await aLink();
    await exchange(used.token);
    const expired = await aLink();
    await gateway.store.db.update(portalLinks).set({ expiresAt: past }).where(eq(portalLinks.id, expired.id));
    const revoked = await aLink();
    await gateway.call('DELETE', `/v1/organizations/${acme.id}/portal-links/${revoked.id}`, { key: acme.key });
    const tokens = [used.token, expired.token, revoked.token, 'A'.repeat(43), '', 'x'.repeat(10_000)];
    const answers = await Promise.all(tokens.map((token) => exchange(token)));
    for (const answer of answers) {
      expect(answer.json()).toMatchObject({ status: 401, code: 'portal_access_refused' });
      expect(answer.body).toBe(answers[0]?.body);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    for (const why of ['used', 'expired', 'revoked', 'unknown']) expect(gateway.log()).toContain(`"why":"${why}"`);
    for (const { token } of [used, expired, revoked]) expect(gateway.log()).not.toContain(token);
  });

  it.each([['GET'], ['HEAD']] as const)(
    'is not made by a %s of anything: mail scanners burn no link',
    async (method) => {
      const { token } = await aLink();
      for (const path of ['/portal', '/portal/', '/portal/api/session', `/portal?token=${token}`]) {
        await gateway.app.inject({ method, url: path });
        await gateway.app.inject({ method, url: `${path}#token=${token}` });
      }
      expect((await exchange(token)).statusCode).toBe(200);
    },
  );

  it('takes JSON only, which a form of another site cannot send', async () => {
    const { token } = await aLink();
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/portal/api/session',
      headers: { 'content-type': 'text/plain' },
      payload: JSON.stringify({ token }),
    });
    expect(response.statusCode).toBe(415);
    expect((await exchange(token)).statusCode).toBe(200);
  });
});

describe('a session', () => {
  it('shows itself, and ends when asked to', async () => {
    const { cookie } = await aSession({ readOnly: true });
    const shown = await page(cookie, 'GET', '/portal/api/session');
    expect(shown.json()).toMatchObject({ organizationId: acme.id, name: 'Acme', readOnly: true, returnUrl: null });
    const ended = await page(cookie, 'DELETE', '/portal/api/session');
    expect([ended.statusCode, ended.headers['set-cookie']]).toEqual([
      204,
      'waybill_portal=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ]);
    const after = await page(cookie, 'GET', '/portal/api/session');
    expect(after.json()).toMatchObject({ status: 401, code: 'portal_access_refused' });
  });

  it('has the theme of its link, which the list of links shows too', async () => {
    const { cookie } = await aSession({ color: '#0a7d5a', mode: 'dark' });
    const theme = { color: '#0a7d5a', mode: 'dark' };
    expect((await page(cookie, 'GET', '/portal/api/session')).json()).toMatchObject({ kind: 'customer', theme });
    const list = await gateway.call('GET', `/v1/organizations/${acme.id}/portal-links`, { key: acme.key });
    expect(list.json().data[0].theme).toEqual(theme);
    const plain = (await page((await aSession()).cookie, 'GET', '/portal/api/session')).json();
    expect(plain.theme).toEqual({ color: null, mode: 'system' });
  });

  it('calls the API as a key of its organization would, among the cookies of others', async () => {
    const { cookie } = await aSession();
    const among = `theme=dark; ${cookie}; waybill_portal_x=1`;
    const created = await page(among, 'POST', '/v1/endpoints', { url });
    expect(created.statusCode).toBe(201);
    const { id } = created.json();
    expect((await page(among, 'GET', `/v1/endpoints/${id}`)).json().url).toBe(url);
    expect((await page(among, 'POST', '/v1/events', { type: 'a', data: {} })).statusCode).toBe(202);
    expect((await page(among, 'DELETE', `/v1/endpoints/${id}`)).statusCode).toBe(204);
    expect((await page(among, 'GET', `/v1/organizations/${acme.id}`)).json().name).toBe('Acme');
  });

  it('brings the dialect of the key that asked for its link, where endpoints and events name none', async () => {
    const keys = `/v1/organizations/${acme.id}/api-keys`;
    const { key } = (
      await gateway.call('POST', keys, { key: acme.key, body: { name: 'fltr', dialect: 'fltr' } })
    ).json();
    const link = await gateway.call('POST', `/v1/organizations/${acme.id}/portal-links`, { key });
    const opened = await exchange(new URL(link.json().url).hash.replace('#token=', ''));
    expect(opened.json().dialect).toBe('fltr');
    const cookie = String(opened.headers['set-cookie']).split(';')[0] ?? '';
    expect((await page(cookie, 'POST', '/v1/endpoints', { url })).json().dialect).toBe('fltr');
  });

  it('of a read-only link reads and does nothing else', async () => {
    const { cookie } = await aSession({ readOnly: true });
    expect((await page(cookie, 'GET', '/v1/endpoints')).statusCode).toBe(200);
    expect((await page(cookie, 'HEAD' as Method, '/v1/endpoints')).statusCode).toBe(200);
    for (const [path, body] of [
      ['/v1/endpoints', { url }],
      ['/v1/events', { type: 'a', data: {} }],
    ] as const) {
      expect((await page(cookie, 'POST', path, body)).json()).toMatchObject({ status: 403, code: 'missing_scope' });
    }
  });

  it('changes nothing without the header that other sites cannot set', async () => {
    const { cookie } = await aSession();
    for (const value of ['', '0']) {
      const response = await page(cookie, 'POST', '/v1/endpoints', { url }, { 'waybill-portal': value });
      expect(response.json()).toMatchObject({ status: 403, code: 'portal_header_missing' });
    }
    const bare = { key: null, headers: { cookie } };
    expect((await gateway.call('DELETE', '/portal/api/session', bare)).statusCode).toBe(403);
    expect((await gateway.call('GET', '/v1/endpoints', bare)).statusCode).toBe(200);
  });

  it('is never an admin, nor makes what would outlive it: keys and links', async () => {
    const { cookie } = await aSession();
    const own = `/v1/organizations/${acme.id}`;
    for (const [method, path, body] of [
      ['GET', '/v1/organizations', undefined],
      ['POST', '/v1/organizations', { name: 'mine' }],
      ['GET', '/v1/stats/installation', undefined],
      ['GET', '/v1/schedules', undefined],
      ['POST', `${own}/api-keys`, { name: 'mine' }],
      ['GET', `${own}/api-keys`, undefined],
      ['DELETE', `${own}/api-keys/key_x`, undefined],
      ['POST', `${own}/portal-links`, {}],
      ['GET', `${own}/portal-links`, undefined],
      ['DELETE', `${own}/portal-links/lnk_x`, undefined],
    ] as const) {
      const response = await page(cookie, method, path, body);
      expect([method, path, response.json().code]).toEqual([method, path, 'missing_scope']);
    }
  });

  it('sees nothing of another organization, named or not', async () => {
    const { cookie } = await aSession();
    const theirs = (await gateway.call('POST', '/v1/endpoints', { key: other.key, body: { url } })).json().id as string;
    for (const response of [
      await page(cookie, 'GET', `/v1/endpoints/${theirs}`),
      await page(cookie, 'DELETE', `/v1/endpoints/${theirs}`),
      await page(cookie, 'GET', `/v1/organizations/${other.id}`),
      await page(cookie, 'GET', '/v1/endpoints', undefined, { 'waybill-organization': other.id }),
    ]) {
      expect(response.statusCode).toBe(404);
    }
    expect((await page(cookie, 'GET', '/v1/endpoints')).body).not.toContain(theirs);
  });

  it('gives way to a key, and stands in for no wrong one', async () => {
    const { cookie } = await aSession();
    const theirs = await page(cookie, 'GET', `/v1/organizations/${other.id}`, undefined, {
      authorization: `Bearer ${other.key}`,
    });
    expect(theirs.json().id).toBe(other.id);
    const wrong = await page(cookie, 'GET', '/v1/endpoints', undefined, { authorization: 'Bearer hunter2' });
    expect(wrong.json().code).toBe('unauthorized');
  });

  it('ends with its link, and with its time', async () => {
    const revoked = await aSession();
    const path = `/v1/organizations/${acme.id}/portal-links/${revoked.linkId}`;
    expect((await gateway.call('DELETE', path, { key: acme.key })).statusCode).toBe(204);
    expect((await gateway.call('DELETE', path, { key: acme.key })).statusCode).toBe(404);
    const expired = await aSession();
    await gateway.store.db
      .update(portalSessions)
      .set({ expiresAt: past })
      .where(eq(portalSessions.linkId, expired.linkId));
    for (const { cookie } of [revoked, expired, { cookie: 'waybill_portal=forged' }]) {
      const response = await page(cookie, 'GET', '/v1/endpoints');
      expect(response.json()).toMatchObject({ status: 401, code: 'portal_access_refused' });
    }
  });

  it('is the only way to its own routes: a key opens none', async () => {
    const response = await gateway.call('GET', '/portal/api/session', { key: acme.key });
    expect(response.json()).toMatchObject({ status: 401, code: 'portal_access_refused' });
  });
});
