import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrganization, type Call, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;
let other: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key } = await anOrganization(gateway));
  other = (await anOrganization(gateway)).key;
});
afterAll(() => gateway.close());

const PATH = '/flexorch/v1/connectors';
const CONNECTOR = {
  name: 'Warehouse',
  endpoint_url: 'https://s3.example.com',
  region: 'eu-central-1',
  bucket: 'exports',
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  secret_access_key: 'hunter2/secret+key',
  path_style: true,
};

const call = (method: Parameters<TestGateway['call']>[0], url: string, body?: unknown, apiKey = key) =>
  gateway.call(method, url, { key: null, headers: { 'x-api-key': apiKey }, body } satisfies Call);
const created = async (changes: object = {}, apiKey = key) =>
  (await call('POST', PATH, { ...CONNECTOR, ...changes }, apiKey)).json();

describe('FlexOrch: connectors', () => {
  test('have integer ids, and are answered without their keys', async () => {
    const answer = await call('POST', PATH, CONNECTOR);
    expect(answer.statusCode).toBe(201);
    const { access_key_id: _, secret_access_key: __, ...shown } = CONNECTOR;
    const connector = answer.json();
    expect(connector).toEqual({
      ...shown,
      id: expect.any(Number),
      access_key_id: 'AKIA••••MPLE',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: expect.any(String),
    });
    expect(Number.isInteger(connector.id)).toBe(true);
    expect((await call('GET', `${PATH}/${connector.id}`)).json()).toEqual(connector);
    expect((await created()).id).toBe(connector.id + 1);
  });

  test('have defaults for Amazon, or for another server', async () => {
    const { bucket, access_key_id, secret_access_key } = CONNECTOR;
    const least = { bucket, access_key_id, secret_access_key };
    const amazon = (await call('POST', PATH, least)).json();
    expect(amazon).toMatchObject({
      name: 'exports',
      region: 'us-east-1',
      endpoint_url: 'https://s3.us-east-1.amazonaws.com',
      path_style: false,
    });
    const moved = await call('PATCH', `${PATH}/${amazon.id}`, { region: 'eu-west-1' });
    expect(moved.json()).toMatchObject({ endpoint_url: 'https://s3.eu-west-1.amazonaws.com', region: 'eu-west-1' });
    const elsewhere = await call('POST', PATH, { ...least, endpoint_url: 'https://s3.example.com/' });
    expect(elsewhere.json()).toMatchObject({ endpoint_url: 'https://s3.example.com', path_style: true });
  });

  test.each<[string, object, number]>([
    ['endpoint_url', { endpoint_url: 'nonsense' }, 422],
    ['endpoint_url', { endpoint_url: 'ftp://s3.example.com' }, 422],
    ['endpoint_url', { endpoint_url: 'https://user:word@s3.example.com' }, 422],
    ['endpoint_url', { endpoint_url: 'https://s3.example.com/bucket' }, 422],
    ['endpoint_url', { endpoint_url: 'https://10.0.0.1' }, 422],
    ['region', { region: 'eu/central' }, 422],
    ['bucket', { bucket: '../other' }, 422],
    ['bucket', { bucket: 'arn:aws:s3:::bucket' }, 422],
    ['access_key_id', { access_key_id: 'a\r\nx: 1' }, 422],
    ['secret_access_key', { secret_access_key: '' }, 422],
    ['path_style', { path_style: 'yes' }, 422],
  ])('are refused for a wrong %s, without repeating it: %j', async (field, change, status) => {
    const answer = await call('POST', PATH, { ...CONNECTOR, ...change });
    expect(answer.statusCode).toBe(status);
    expect(answer.json().errors[0].field).toBe(field);
    expect(answer.body).not.toMatch(/hunter2|user:word/);
    expect((await call('PATCH', `${PATH}/1`, change)).statusCode).toBe(status);
  });

  test('are listed by id, page by page', async () => {
    const { key } = await anOrganization(gateway);
    for (const name of ['one', 'two', 'three']) await created({ name }, key);
    const first = (await call('GET', `${PATH}?limit=2`, undefined, key)).json();
    expect(first.data.map((c: { id: number }) => c.id)).toEqual([1, 2]);
    const second = (await call('GET', `${PATH}?limit=2&cursor=${first.next_cursor}`, undefined, key)).json();
    expect(second.data.map((c: { name: string }) => c.name)).toEqual(['three']);
    expect(second.next_cursor).toBeNull();
  });

  test('are changed field by field; a secret that is not given stays', async () => {
    const { id } = await created();
    const changed = await call('PATCH', `${PATH}/${id}`, { bucket: 'another', access_key_id: 'AKIANEWNEWNEWNEW' });
    expect(changed.json()).toMatchObject({ id, bucket: 'another', name: 'Warehouse', access_key_id: 'AKIA••••WNEW' });
    await call('POST', `${PATH}/${id}/test`);
    expect(gateway.checked.at(-1)).toEqual({
      url: CONNECTOR.endpoint_url,
      region: CONNECTOR.region,
      bucket: 'another',
      pathStyle: true,
      accessKeyId: 'AKIANEWNEWNEWNEW',
      secretAccessKey: CONNECTOR.secret_access_key,
    });
  });

  test('tell in a test call what is wrong, stored or not', async () => {
    const { id } = await created();
    expect((await call('POST', `${PATH}/${id}/test`)).json()).toEqual({ ok: true, error: null });
    const message = 'The secret access key does not belong to the access key id';
    gateway.outside.bucket = { kind: 'refused', code: 'wrong_secret_key', message };
    const stored = await call('POST', `${PATH}/${id}/test`);
    expect(stored.json()).toEqual({ ok: false, error: { code: 'wrong_secret_key', message, temporary: false } });
    gateway.outside.bucket = { kind: 'unavailable', code: 'connection_refused', message: 'refused' };
    const unsaved = await call('POST', `${PATH}/test`, { ...CONNECTOR, bucket: 'unsaved' });
    expect(unsaved.json()).toMatchObject({ ok: false, error: { code: 'connection_refused', temporary: true } });
    expect(gateway.checked.at(-1)).toMatchObject({ bucket: 'unsaved' });
    gateway.outside.bucket = { kind: 'ok', value: null };
  });

  test('are not deleted while a webhook exports to them', async () => {
    const { id } = await created();
    const webhook = await call('POST', '/flexorch/v1/webhooks', {
      url: 'https://your-app.com/hooks/flexorch',
      events: ['dataset.ready'],
      auto_export: { connector_id: id, format: 'jsonl', prefix: 'exports/' },
    });
    expect(webhook.statusCode).toBe(201);
    const refused = await call('DELETE', `${PATH}/${id}`);
    expect(refused.statusCode).toBe(409);
    expect(refused.json()).toMatchObject({
      code: 'connector_in_use',
      detail: expect.stringContaining(webhook.json().id),
    });
    await call('DELETE', `/flexorch/v1/webhooks/${webhook.json().id}`);
    expect((await call('DELETE', `${PATH}/${id}`)).statusCode).toBe(204);
    expect((await call('GET', `${PATH}/${id}`)).statusCode).toBe(404);
  });

  test('are not found by others, nor under ids that are no integers', async () => {
    const { key: owner } = await anOrganization(gateway);
    for (const _ of [1, 2, 3]) await created({}, owner);
    for (const id of [3, 0, '01', '1.0', 'x', '9999999999', '99999999999']) {
      for (const [method, path, body] of [
        ['GET', `${PATH}/${id}`],
        ['PATCH', `${PATH}/${id}`, { bucket: 'mine-now' }],
        ['DELETE', `${PATH}/${id}`],
        ['POST', `${PATH}/${id}/test`],
      ] as const) {
        expect((await call(method, path, body, other)).statusCode, `${method} ${path}`).toBe(404);
      }
    }
  });

  test('are nothing for a key that may only read or publish', async () => {
    const { id, key: owner } = await anOrganization(gateway);
    const made = await gateway.call('POST', `/v1/organizations/${id}/api-keys`, {
      body: { name: 'reader', scopes: ['read', 'publish'] },
    });
    const reader: string = made.json().key;
    expect(reader).toMatch(/^wb_/);
    await created({}, owner);
    expect((await call('GET', `${PATH}/1`, undefined, reader)).statusCode).toBe(200);
    for (const [method, path] of [
      ['POST', PATH],
      ['POST', `${PATH}/test`],
      ['POST', `${PATH}/1/test`],
      ['PATCH', `${PATH}/1`],
      ['DELETE', `${PATH}/1`],
    ] as const) {
      expect((await call(method, path, CONNECTOR, reader)).statusCode, `${method} ${path}`).toBe(403);
    }
  });

  test('leave no secret in the log', () => {
    expect(gateway.log()).not.toMatch(/hunter2|IOSFODNN/);
  });
});
