import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGateway } from './app.ts';
import { ADMIN_KEY, anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  gateway = await startTestGateway();
  acme = await anOrganization(gateway);
  other = await anOrganization(gateway);
});
afterAll(() => gateway.close());

async function aKey(scopes: string[]): Promise<{ id: string; key: string }> {
  const body = { name: 'narrow', scopes };
  return (await gateway.call('POST', `/v1/organizations/${acme.id}/api-keys`, { key: acme.key, body })).json();
}

describe('keys', () => {
  it.each([
    ['none', null],
    ['an unknown one', `wb_${'x'.repeat(43)}`],
    ['one of another form', 'hunter2'],
  ])('%s is a 401', async (_name, key) => {
    const response = await gateway.call('GET', '/v1/deliveries', { key });
    expect(response.json()).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  it('a revoked one is a 401 at once, though it was used before', async () => {
    const { id, key } = await aKey(['read']);
    expect((await gateway.call('GET', '/v1/deliveries', { key })).statusCode).toBe(200);
    const path = `/v1/organizations/${acme.id}/api-keys/${id}`;
    expect((await gateway.call('DELETE', path, { key: acme.key })).statusCode).toBe(204);
    expect((await gateway.call('GET', '/v1/deliveries', { key })).statusCode).toBe(401);
    expect((await gateway.call('DELETE', path, { key: acme.key })).statusCode).toBe(404);
  });

  it('are listed without their secret', async () => {
    const { key } = await aKey(['read']);
    const response = await gateway.call('GET', `/v1/organizations/${acme.id}/api-keys`, { key: acme.key });
    expect(response.json().data[0]).toMatchObject({ name: 'narrow', prefix: key.slice(0, 8), scopes: ['read'] });
    expect(response.body).not.toContain(key);
  });

  it('cannot give scopes that they lack', async () => {
    const { key } = await aKey(['manage']);
    const path = `/v1/organizations/${acme.id}/api-keys`;
    const wider = await gateway.call('POST', path, { key, body: { name: 'wider', scopes: ['publish'] } });
    expect(wider.json()).toMatchObject({ status: 403, code: 'missing_scope' });
    expect((await gateway.call('POST', path, { key, body: { name: 'like me' } })).json().scopes).toEqual(['manage']);
  });

  it('bring the dialect of events and endpoints that name none', async () => {
    const path = `/v1/organizations/${acme.id}/api-keys`;
    const { key } = (
      await gateway.call('POST', path, { key: acme.key, body: { name: 'fltr', dialect: 'fltr' } })
    ).json();
    const endpoint = await gateway.call('POST', '/v1/endpoints', { key, body: { url: 'https://a.example' } });
    expect(endpoint.json().dialect).toBe('fltr');
    const event = await gateway.call('POST', '/v1/events', { key, body: { type: 'a', data: {} } });
    expect(event.json().code).toBe('unknown_event_type');
  });
});

describe('the admin key', () => {
  it('names the organization in a header, else it is a 400', async () => {
    expect((await gateway.call('GET', '/v1/deliveries')).json()).toMatchObject({
      status: 400,
      code: 'organization_required',
    });
    expect((await gateway.call('GET', '/v1/deliveries', { organization: acme.id })).statusCode).toBe(200);
    for (const organization of ['org_nix', `org_${'0'.repeat(26)}`]) {
      const response = await gateway.call('GET', '/v1/deliveries', { organization });
      expect(response.json()).toMatchObject({ status: 404, code: 'organization_not_found' });
    }
  });

  it('names none by an empty header', async () => {
    const withHeader = (key?: string) =>
      gateway.call('GET', '/v1/deliveries', { organization: '', ...(key && { key }) });
    expect((await withHeader()).json().code).toBe('organization_required');
    expect((await withHeader(acme.key)).statusCode).toBe(200);
  });

  it('needs no header where the path names it, and is the only one for organizations themselves', async () => {
    expect((await gateway.call('GET', `/v1/organizations/${acme.id}`)).json().id).toBe(acme.id);
    expect((await gateway.call('GET', '/v1/organizations', { key: acme.key })).statusCode).toBe(403);
    expect((await gateway.call('POST', '/v1/organizations', { key: acme.key, body: { name: 'a' } })).statusCode).toBe(
      403,
    );
    const ids = (await gateway.call('GET', '/v1/organizations?limit=1')).json();
    expect(ids.data[0].id).toBe(other.id);
    const next = await gateway.call('GET', `/v1/organizations?limit=1&cursor=${ids.nextCursor}`);
    expect(next.json().data[0].id).toBe(acme.id);
  });
});

describe('keys of a dialect', () => {
  it.each([
    ['flexorch', /^dfx_[A-Za-z0-9_-]{43}$/],
    ['fltr', /^wb_/],
    [undefined, /^wb_/],
  ])('%s: begin as %s', async (dialect, form) => {
    const path = `/v1/organizations/${acme.id}/api-keys`;
    const made = (await gateway.call('POST', path, { key: acme.key, body: { name: 'a', dialect } })).json();
    expect(made.key).toMatch(form);
    expect(made.prefix).toBe(made.key.slice(0, 8));
    expect((await gateway.call('GET', '/v1/deliveries', { key: made.key })).statusCode).toBe(200);
  });
});

/** Every route but those of an organization's own path, with the scope it takes. */
const routes: ['GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT', string, string][] = [
  ['POST', '/v1/events', 'publish'],
  ['POST', '/v1/events/batch', 'publish'],
  ['GET', '/v1/events', 'read'],
  ['GET', '/v1/events/x', 'read'],
  ['POST', '/v1/endpoints', 'manage'],
  ['POST', '/v1/endpoints/test', 'manage'],
  ['GET', '/v1/endpoints', 'read'],
  ['GET', '/v1/endpoints/x', 'read'],
  ['PATCH', '/v1/endpoints/x', 'manage'],
  ['DELETE', '/v1/endpoints/x', 'manage'],
  ['POST', '/v1/endpoints/x/rotate-secret', 'manage'],
  ['POST', '/v1/endpoints/x/enable', 'manage'],
  ['POST', '/v1/endpoints/x/disable', 'manage'],
  ['POST', '/v1/endpoints/x/test', 'manage'],
  ['POST', '/v1/endpoints/x/replay', 'manage'],
  ['GET', '/v1/endpoints/x/replay-progress', 'read'],
  ['POST', '/v1/endpoints/x/check', 'manage'],
  ['POST', '/v1/endpoints/x/preview', 'manage'],
  ['POST', '/v1/endpoints/preview', 'manage'],
  ['GET', '/v1/destinations', 'read'],
  ['GET', '/v1/destinations/slack/options', 'manage'],
  ['POST', '/v1/destinations/slack/options', 'manage'],
  ['POST', '/v1/destinations/slack/check', 'manage'],
  ['GET', '/v1/event-types', 'read'],
  ['GET', '/v1/event-types/x', 'read'],
  ['PUT', '/v1/event-types/x', 'manage'],
  ['DELETE', '/v1/event-types/x', 'manage'],
  ['GET', '/v1/deliveries', 'read'],
  ['GET', '/v1/deliveries/x', 'read'],
  ['GET', '/v1/deliveries/x/attempts', 'read'],
  ['POST', '/v1/deliveries/x/resend', 'manage'],
  ['POST', '/v1/deliveries/x/retry-now', 'manage'],
  ['POST', '/v1/deliveries/x/cancel', 'manage'],
  ['GET', '/v1/activity', 'read'],
  ['GET', '/v1/stats/endpoints', 'read'],
  ['GET', '/v1/validations', 'read'],
  ['GET', '/v1/exceptions', 'read'],
  ['POST', '/v1/sources', 'manage'],
  ['GET', '/v1/sources', 'read'],
  ['GET', '/v1/sources/x', 'read'],
  ['PATCH', '/v1/sources/x', 'manage'],
  ['DELETE', '/v1/sources/x', 'manage'],
  ['POST', '/v1/sources/x/rotate-token', 'manage'],
  ['GET', '/v1/sources/x/receipts', 'read'],
];

describe('scopes', () => {
  it.each(routes)('%s %s takes %s', async (method, path, scope) => {
    const without = await aKey(['manage', 'publish', 'read'].filter((s) => s !== scope));
    const refused = await gateway.call(method, path, { key: without.key });
    expect(refused.json()).toMatchObject({ status: 403, code: 'missing_scope' });
    expect(refused.json().detail).toContain(scope);
    const only = await aKey([scope]);
    expect((await gateway.call(method, path, { key: only.key })).statusCode).not.toBe(403);
  });

  it('stand in the OpenAPI document for every route that is not public', async () => {
    const { paths } = (await gateway.call('GET', '/openapi.json', { key: null })).json();
    const documented = Object.entries(paths as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const tested = routes.map(([method, path]) =>
      `${method} ${path}`
        .replace('/slack/', '/{kind}/')
        .replace(/\/x(?=\/|$)/, path.includes('event-types') ? '/{name}' : '/{id}'),
    );
    // What takes the admin key, and what never ends, has its own tests, and the systems' own routes have theirs beside their frame.
    const elsewhere =
      /^\w+ \/(health|portal|v1\/organizations|v1\/schedules|v1\/stats\/installation|v1\/deliveries\/stream|flexorch|orion|fltr|job-status|flowcerta)/;
    expect(documented.filter((route) => !elsewhere.test(route)).sort()).toEqual(tested.sort());
  });
});

const anException = {
  ruleId: 'FC-UIP-HCD-001',
  fileName: 'Main.xaml',
  location: 'Main.xaml:142',
  reason: 'Injected at runtime.',
  requestedByEmail: 'ops-lead@example.com',
  expiresAt: '2026-12-31T00:00:00Z',
};

describe('organizations', () => {
  it('see nothing of each other', async () => {
    const mine = (
      await gateway.call('POST', '/v1/endpoints', { key: acme.key, body: { url: 'https://a.example' } })
    ).json().id as string;
    const event = (
      await gateway.call('POST', '/v1/events', { key: acme.key, body: { type: 'a', data: {}, id: 'mine' } })
    ).json().id as string;
    const list = (await gateway.call('GET', `/v1/deliveries?eventId=${event}`, { key: acme.key })).json();
    const delivery = list.data[0].id as string;
    await gateway.call('PUT', '/v1/event-types/mine', { key: acme.key, body: {} });
    const source = (await gateway.call('POST', '/v1/sources', { key: acme.key, body: {} })).json().id as string;

    const key = other.key;
    for (const [method, path, body] of [
      ['GET', `/v1/endpoints/${mine}`, undefined],
      ['PATCH', `/v1/endpoints/${mine}`, { description: 'a' }],
      ['DELETE', `/v1/endpoints/${mine}`, undefined],
      ['POST', `/v1/endpoints/${mine}/rotate-secret`, undefined],
      ['POST', `/v1/endpoints/${mine}/disable`, undefined],
      ['POST', `/v1/endpoints/${mine}/enable`, undefined],
      ['POST', `/v1/endpoints/${mine}/test`, undefined],
      ['POST', `/v1/endpoints/${mine}/replay`, { since: '2026-01-01T00:00:00Z', include: ['missing'] }],
      ['GET', `/v1/endpoints/${mine}/replay-progress?since=2026-01-01T00:00:00Z`, undefined],
      ['GET', `/v1/stats/endpoints?endpointId=${mine}`, undefined],
      ['GET', `/v1/events/${event}`, undefined],
      ['GET', `/v1/deliveries/${delivery}`, undefined],
      ['GET', `/v1/deliveries/${delivery}/attempts`, undefined],
      ['POST', `/v1/deliveries/${delivery}/cancel`, undefined],
      ['POST', `/v1/deliveries/${delivery}/retry-now`, undefined],
      ['POST', `/v1/deliveries/${delivery}/resend`, undefined],
      ['GET', '/v1/event-types/mine', undefined],
      ['DELETE', '/v1/event-types/mine', undefined],
      ['GET', `/v1/sources/${source}`, undefined],
      ['PATCH', `/v1/sources/${source}`, { name: 'a' }],
      ['DELETE', `/v1/sources/${source}`, undefined],
      ['POST', `/v1/sources/${source}/rotate-token`, undefined],
      ['GET', `/v1/sources/${source}/receipts`, undefined],
      ['GET', `/v1/organizations/${acme.id}`, undefined],
      ['PATCH', `/v1/organizations/${acme.id}`, { name: 'a' }],
      ['GET', `/v1/organizations/${acme.id}/api-keys`, undefined],
      ['POST', `/v1/organizations/${acme.id}/api-keys`, { name: 'a' }],
    ] as const) {
      const response = await gateway.call(method, path, { key, ...(body && { body }) });
      expect([method, path, response.statusCode]).toEqual([method, path, 404]);
    }
    const named = await gateway.call('GET', '/v1/endpoints', { key, organization: acme.id });
    expect(named.statusCode).toBe(404);
    await gateway.call('POST', '/flowcerta/api/v1/exceptions', { key: acme.key, body: anException });
    const lists = ['endpoints', 'events', 'deliveries', 'sources', 'validations', 'exceptions', 'stats/endpoints'];
    for (const path of [
      ...lists,
      `deliveries?endpointId=${mine}`,
      `deliveries?eventId=${event}`,
      'deliveries?text=%7B',
    ]) {
      expect((await gateway.call('GET', `/v1/${path}`, { key })).json().data).toEqual([]);
    }
    expect((await gateway.call('GET', '/v1/exceptions', { key: acme.key })).json().data).toHaveLength(1);
    const theirs = (await gateway.call('GET', '/v1/activity', { key })).body;
    for (const id of [acme.id, mine, event, delivery, source]) expect(theirs).not.toContain(id);
    const aimed = await gateway.call('POST', '/v1/events', { key, body: { type: 'a', data: {}, to: [mine] } });
    expect(aimed.statusCode).toBe(422);
    // Ids are unique in an organization, not beyond.
    expect(
      (await gateway.call('POST', '/v1/events', { key, body: { type: 'a', data: {}, id: 'mine' } })).statusCode,
    ).toBe(202);
  });
});

it('refuses to build with a route that declares no access', async () => {
  const app = buildGateway({ ...gateway.store, adminKey: ADMIN_KEY, logger: gateway.app.log } as never);
  app.register(async (routes) => {
    routes.get('/v1/forgotten', () => 'open to all');
  });
  await expect(app.ready()).rejects.toThrow('route GET /v1/forgotten declares no access');
});

describe('public routes', () => {
  it('tell whether the process lives, and what is missing for it to be ready', async () => {
    expect((await gateway.call('GET', '/health/live', { key: null })).json()).toEqual({ status: 'live' });
    expect((await gateway.call('GET', '/health/ready', { key: null })).statusCode).toBe(200);
    gateway.outside.ready = { store: true, temporal: false };
    const response = await gateway.call('GET', '/health/ready', { key: null });
    gateway.outside.ready = { store: true, temporal: true };
    expect([response.statusCode, response.json()]).toEqual([503, { status: 'not_ready', missing: ['temporal'] }]);
  });

  it('show the reference page under a policy of its own, and refuse everything elsewhere', async () => {
    const page = await gateway.call('GET', '/docs/', { key: null });
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self' 'sha256-[^']+';/);
    const api = await gateway.call('GET', '/health/live', { key: null });
    expect(api.headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect((await gateway.call('GET', '/', { key: null })).headers.location).toBe('/docs/');
  });
});
