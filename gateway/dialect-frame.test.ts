import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIALECT_NAMES, wireOf } from '../domain/dialects/wires.ts';
import { ADMIN_KEY, anOrganization, type Call, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let organization: string;
let key: string;
let other: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ id: organization, key } = await anOrganization(gateway));
  ({ key: other } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

const url = 'https://hooks.example.com/in';

/** What of each system this file needs: its path of webhooks, a good creation, where the id stands, and how keys are sent. */
const systems = [
  {
    dialect: 'flexorch',
    title: 'FlexOrch',
    path: '/flexorch/v1/webhooks',
    body: { url, events: ['job.completed'] },
    idField: 'id',
    id: /^wh_[0-7][0-9a-hjkmnp-tv-z]{25}$/,
    keyHeader: 'x-api-key',
    error: (code: string) => ({ detail: expect.any(String), code }),
    secret: 'my-own-secret',
    wrongSecret: 'with spaces',
  },
  {
    dialect: 'fltr',
    title: 'FLTR',
    path: '/fltr/v1/webhooks',
    body: { url, events: ['document.processed'] },
    idField: 'webhook_id',
    id: /^wh_[0-7][0-9a-hjkmnp-tv-z]{25}$/,
    keyHeader: 'authorization',
    error: (code: string) => ({ error: { code, message: expect.any(String), details: expect.any(String) } }),
    secret: 'whsec_my-own-secret',
    wrongSecret: 'my-own-secret',
  },
] as const;
type System = (typeof systems)[number];

function call(system: System, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, more: Call = {}) {
  const { key: given = key, headers, ...rest } = more;
  const byHeader = system.keyHeader === 'x-api-key';
  return gateway.call(method, path, {
    ...rest,
    key: byHeader ? null : given,
    headers: { ...(byHeader && given !== null && { 'x-api-key': given }), ...headers },
  });
}

async function aWebhook(system: System, headers: Record<string, string> = {}) {
  const response = await call(system, 'POST', system.path, { body: system.body, headers });
  expect(response.statusCode).toBe(201);
  return response.json();
}

describe.each(systems)('$dialect', (system) => {
  it('answers with Waybill-Version, also where it refuses', async () => {
    const answers = [
      await call(system, 'POST', system.path, { body: system.body }),
      await call(system, 'POST', system.path, { key: null, body: system.body }),
      await call(system, 'POST', system.path, { body: '{' }),
      await call(system, 'GET', `/${system.dialect}/v1/nothing`),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 401, 400, 404]);
    for (const { headers } of answers) expect(headers['waybill-version']).toBe('0.0.0-test');
  });

  it('answers errors in its own look, with the status of ours', async () => {
    const cases = [
      [401, 'unauthorized', await call(system, 'GET', system.path, { key: null })],
      [401, 'unauthorized', await call(system, 'GET', system.path, { key: `wb_${'x'.repeat(43)}` })],
      [400, 'invalid_json', await call(system, 'POST', system.path, { body: '{' })],
      [404, 'not_found', await call(system, 'GET', `/${system.dialect}/v1/nothing`)],
      [404, 'not_found', await call(system, 'GET', `${system.path}/nothing`)],
      [
        415,
        'unsupported_media_type',
        await call(system, 'POST', system.path, { body: 'url=a', headers: { 'content-type': 'text/plain' } }),
      ],
      [413, 'payload_too_large', await call(system, 'POST', system.path, { body: ' '.repeat(1024 * 1024 + 1) })],
      [422, 'validation_failed', await call(system, 'POST', system.path, { body: {} })],
      [422, 'url_not_allowed', await call(system, 'POST', system.path, { body: { ...system.body, url: 'ftp://a' } })],
    ] as const;
    for (const [status, code, response] of cases) {
      expect([response.statusCode, response.json()]).toEqual([status, expect.objectContaining(system.error(code))]);
      expect(response.headers['content-type']).toMatch(/^application\/json/);
    }
  });

  it('answers a fault of ours without its words', async () => {
    const { endpoints } = gateway.store;
    const { list } = endpoints;
    endpoints.list = async () => {
      throw new Error('hunter2');
    };
    const response = await call(system, 'GET', system.path);
    endpoints.list = list;
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject(system.error('internal_error'));
    expect(response.body).not.toContain('hunter2');
  });

  it('calls endpoints webhooks in its texts', async () => {
    const missing = await call(system, 'GET', `${system.path}/wh_${'0'.repeat(26)}`);
    expect(missing.body).toContain('There is no webhook of this id.');
  });

  it('takes the key where its clients put it, and nowhere else', async () => {
    const bearer = { authorization: `Bearer ${key}` };
    const apiKey = { 'x-api-key': key };
    const [right, wrong] = system.keyHeader === 'x-api-key' ? [apiKey, bearer] : [bearer, apiKey];
    expect((await gateway.call('GET', system.path, { key: null, headers: right })).statusCode).toBe(200);
    const refused = await gateway.call('GET', system.path, { key: null, headers: wrong });
    expect(refused.statusCode).toBe(401);
    expect(refused.headers['www-authenticate']).toBe(system.keyHeader === 'x-api-key' ? undefined : 'Bearer');
  });

  it('takes the admin key there too, with the organization it is about', async () => {
    const named = { 'waybill-organization': organization };
    expect((await call(system, 'GET', system.path, { key: ADMIN_KEY, headers: named })).statusCode).toBe(200);
    const unnamed = await call(system, 'GET', system.path, { key: ADMIN_KEY });
    expect([unnamed.statusCode, unnamed.json()]).toEqual([
      400,
      expect.objectContaining(system.error('organization_required')),
    ]);
  });

  it('has ids of its own form, behind which ours stand', async () => {
    const id = (await aWebhook(system))[system.idField];
    expect(id).toMatch(system.id);
    const ours = (await gateway.call('GET', '/v1/endpoints?limit=1', { key })).json().data[0];
    expect(ours).toMatchObject({ id: id.replace('wh_', 'ep_'), dialect: system.dialect });
    const read = await call(system, 'GET', `${system.path}/${id}`);
    expect(read.json()).toMatchObject({ [system.idField]: id, ...system.body });
  });

  it('finds no endpoint of another dialect, and lists none', async () => {
    const standard = (await gateway.call('POST', '/v1/endpoints', { key, body: { url } })).json();
    const shown = standard.id.replace('ep_', 'wh_');
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const body = method === 'PATCH' ? { body: { url } } : {};
      expect((await call(system, method, `${system.path}/${shown}`, body)).statusCode).toBe(404);
    }
    expect((await call(system, 'GET', system.path)).body).not.toContain(shown);
  });

  it('shows nothing to another organization', async () => {
    const id = (await aWebhook(system))[system.idField];
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', '/logs'],
    ] as const) {
      const body = method === 'PATCH' ? { body: { url } } : {};
      const response = await call(system, method, `${system.path}/${id}${path}`, { key: other, ...body });
      expect([method, path, response.statusCode]).toEqual([method, path, 404]);
    }
    expect((await call(system, 'GET', system.path, { key: other })).json().data).toEqual([]);
  });

  it('takes the secret from Waybill-Secret instead of making one', async () => {
    expect((await aWebhook(system, { 'waybill-secret': system.secret })).secret).toBe(system.secret);
    const refused = await call(system, 'POST', system.path, {
      body: system.body,
      headers: { 'waybill-secret': system.wrongSecret },
    });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('Waybill-Secret');
    expect(refused.body).not.toContain(system.wrongSecret);
  });

  it('delivers acknowledged with Waybill-Acknowledge: echo', async () => {
    const asked = (await aWebhook(system, { 'waybill-acknowledge': 'echo' }))[system.idField];
    const plain = (await aWebhook(system))[system.idField];
    for (const [id, acknowledge] of [
      [asked, 'echo'],
      [plain, null],
    ]) {
      const ours = (await gateway.call('GET', `/v1/endpoints/${id.replace('wh_', 'ep_')}`, { key })).json();
      const { maxConcurrency, timeoutMs } = ours;
      expect(ours.acknowledge).toBe(acknowledge);
      expect([maxConcurrency, timeoutMs]).toEqual(acknowledge ? [5, 30_000] : [null, null]);
    }
  });

  it("can be taken over with a change: its secret and its acknowledgement are then the client's, and it stays the same", async () => {
    const { [system.idField]: id } = await aWebhook(system);
    const headers = { 'waybill-secret': system.secret, 'waybill-acknowledge': 'echo' };
    const taken = await call(system, 'PATCH', `${system.path}/${id}`, { body: {}, headers });
    expect([taken.statusCode, taken.json()[system.idField]]).toEqual([200, id]);
    const ours = id.replace('wh_', 'ep_');
    const standing = (await gateway.call('GET', `/v1/endpoints/${ours}`, { key })).json();
    expect(standing).toMatchObject({ acknowledge: 'echo', maxConcurrency: 5, timeoutMs: 30_000 });
    const [secret] = (await gateway.store.endpoints.secretPreviews(organization, [ours])).values();
    expect(system.secret).toContain(secret?.replaceAll(/[^A-Za-z0-9_-]/g, '') ?? 'none');
    const wrong = { headers: { 'waybill-secret': system.wrongSecret }, body: { url: 'https://other.example.com/' } };
    expect((await call(system, 'PATCH', `${system.path}/${id}`, wrong)).statusCode).toBe(422);
    expect((await call(system, 'GET', `${system.path}/${id}`)).json().url).toBe(url);
  });

  it('passes over fields that no document names', async () => {
    const response = await call(system, 'POST', system.path, { body: { ...system.body, from_another_version: 1 } });
    expect(response.statusCode).toBe(201);
    expect(response.json()).not.toHaveProperty('from_another_version');
  });
});

/** Paths of what a product hands in, rather than sets up. */
const DATA = /\/(datasets|validations|exceptions)\b/;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Operation {
  path: string;
  method: Method;
  dialect: string;
  documented: Record<string, unknown>;
}

/** Every operation of the systems' own APIs, as the OpenAPI document lists them. */
async function operations(): Promise<Operation[]> {
  const { paths } = (await gateway.call('GET', '/openapi.json', { key: null })).json();
  return Object.entries(paths as Record<string, Record<string, Record<string, unknown>>>).flatMap(([path, methods]) => {
    const dialect = path.split('/')[1] as string;
    if (!DIALECT_NAMES.includes(dialect)) return [];
    return Object.entries(methods).map(([method, documented]) => ({
      path,
      method: method.toUpperCase() as Method,
      dialect,
      documented,
    }));
  });
}

describe('all of them', () => {
  it('stand in the OpenAPI document under their system, with its key header and errors', async () => {
    const listed = await operations();
    expect(new Set(listed.map(({ dialect }) => dialect))).toEqual(
      new Set(DIALECT_NAMES.filter((name) => name !== 'standard')),
    );
    for (const { path, dialect, documented } of listed) {
      expect([path, documented.tags]).toEqual([path, [wireOf(dialect)?.title]]);
      expect(JSON.stringify(documented.security)).toContain(dialect === 'flexorch' ? 'apiKey' : 'key');
      expect(JSON.stringify(documented.security)).not.toContain('session');
      expect(JSON.stringify(documented.responses)).toMatch(/"default":.*application\/json.*Error"/);
    }
  });

  it('take the scope read for reading, publish for data, manage for everything else', async () => {
    const keyWith = async (...scopes: string[]) =>
      (
        await gateway.call('POST', `/v1/organizations/${organization}/api-keys`, { key, body: { name: 'a', scopes } })
      ).json().key;
    const only = { read: await keyWith('read'), publish: await keyWith('publish'), manage: await keyWith('manage') };
    const without = {
      read: await keyWith('manage', 'publish'),
      publish: await keyWith('read', 'manage'),
      manage: await keyWith('read', 'publish'),
    };
    for (const { path, method, dialect } of await operations()) {
      const scope = method === 'GET' ? 'read' : DATA.test(path) ? 'publish' : 'manage';
      const as = (secret: string) =>
        gateway.call(method, path, {
          key: dialect === 'flexorch' ? null : secret,
          headers: dialect === 'flexorch' ? { 'x-api-key': secret } : {},
        });
      const refused = await as(without[scope]);
      expect([method, path, refused.statusCode]).toEqual([method, path, 403]);
      expect(refused.body).toContain(`lacks the scope ${scope}`);
      // A link into the portal asks for more, since it gives more.
      expect((await as(only[scope])).body).not.toContain(`lacks the scope ${scope}`);
    }
  });
});
