import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { portalSessions } from '../store/schema.ts';
import { ADMIN_KEY, anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let acme: { id: string; key: string };

beforeAll(async () => {
  gateway = await startTestGateway();
  acme = await anOrganization(gateway);
});
afterAll(() => gateway.close());

type Method = Parameters<TestGateway['call']>[0];

/** Each test comes from an address of its own: wrong keys are counted by address. */
let remoteAddress = '';
let tests = 0;
beforeEach(() => {
  remoteAddress = `192.0.2.${++tests}`;
});

function exchange(adminKey: unknown) {
  return gateway.app.inject({
    method: 'POST',
    url: '/portal/api/operator-session',
    remoteAddress,
    payload: { adminKey },
  });
}
async function aCookie(): Promise<string> {
  const response = await exchange(ADMIN_KEY);
  expect(response.statusCode).toBe(200);
  return String(response.headers['set-cookie']).split(';')[0] ?? '';
}
function page(cookie: string, method: Method, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const own = { cookie, 'waybill-portal': '1', ...headers };
  return gateway.call(method, path, { key: null, headers: own, ...(body === undefined ? {} : { body }) });
}
const of = (organization: string) => ({ 'waybill-organization': organization });

describe('an operator session', () => {
  it('is given for the admin key, in a cookie as customers have it', async () => {
    const response = await exchange(ADMIN_KEY);
    expect(response.json()).toEqual({
      kind: 'operator',
      organizationId: null,
      name: null,
      readOnly: false,
      returnUrl: null,
      theme: { color: null, mode: 'system' },
      dialect: null,
      expiresAt: expect.any(String),
    });
    expect(response.headers['set-cookie']).toMatch(
      /^waybill_portal=[A-Za-z0-9_-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it.each([
    ['wrong', `${ADMIN_KEY.slice(0, -1)}x`],
    ['of another length', 'a'],
    ['empty', ''],
    ['a key of an organization', 'own'],
  ])('is not given for a key that is %s', async (_what, key) => {
    const response = await exchange(key === 'own' ? acme.key : key);
    expect(response.json()).toMatchObject({ status: 401, code: 'portal_access_refused' });
    expect(response.headers['set-cookie']).toBeUndefined();
    if (key.length > 1) expect(gateway.log()).not.toContain(key);
  });

  it('does what the admin key does: organizations, and everything of the one it names', async () => {
    const cookie = await aCookie();
    expect((await page(cookie, 'GET', '/v1/organizations')).json().data.length).toBeGreaterThan(0);
    expect((await page(cookie, 'GET', '/v1/stats/installation')).json().hours).toHaveLength(24);
    expect((await page(cookie, 'GET', '/v1/schedules')).statusCode).toBe(200);
    expect((await page(cookie, 'GET', '/v1/endpoints')).json().code).toBe('organization_required');
    expect((await page(cookie, 'GET', '/v1/endpoints', undefined, of(acme.id))).statusCode).toBe(200);
    expect((await page(cookie, 'GET', '/v1/endpoints', undefined, of(`org_${'0'.repeat(26)}`))).statusCode).toBe(404);
    const own = `/v1/organizations/${acme.id}`;
    const made = await page(cookie, 'POST', `${own}/api-keys`, { name: 'by an operator' });
    expect(made.statusCode).toBe(201);
    expect((await page(cookie, 'DELETE', `${own}/api-keys/${made.json().id}`)).statusCode).toBe(204);
    expect((await page(cookie, 'POST', `${own}/portal-links`, {})).statusCode).toBe(201);
  });

  it('changes nothing without the header that other sites cannot set', async () => {
    const cookie = await aCookie();
    const response = await gateway.call('POST', '/v1/organizations', {
      key: null,
      headers: { cookie },
      body: { name: 'a' },
    });
    expect(response.json()).toMatchObject({ status: 403, code: 'portal_header_missing' });
  });

  it('opens none of the systems own routes', async () => {
    const response = await page(await aCookie(), 'GET', '/fltr/v1/webhooks', undefined, of(acme.id));
    expect(response.statusCode).toBe(401);
  });

  it('ends on logout, and with its day', async () => {
    const cookie = await aCookie();
    expect((await page(cookie, 'DELETE', '/portal/api/session')).statusCode).toBe(204);
    expect((await page(cookie, 'GET', '/v1/organizations')).statusCode).toBe(401);
    const expiring = await aCookie();
    const session = await gateway.store.portalAccess.session(expiring.split('=')[1] ?? '', ADMIN_KEY);
    await gateway.store.db
      .update(portalSessions)
      .set({ expiresAt: sql`now() - interval '1 millisecond'` })
      .where(eq(portalSessions.id, session?.id ?? ''));
    expect((await page(expiring, 'GET', '/v1/organizations')).json().code).toBe('portal_access_refused');
  });

  it('is refused for a minute after ten wrong keys from an address, also for the right one', async () => {
    for (let i = 0; i < 10; i++) expect((await exchange('wrong-key-of-some-length')).statusCode).toBe(401);
    expect((await exchange(ADMIN_KEY)).json()).toMatchObject({ status: 429, code: 'too_many_tries' });
    remoteAddress = '198.51.100.1';
    expect((await exchange(ADMIN_KEY)).statusCode).toBe(200);
  });
});
