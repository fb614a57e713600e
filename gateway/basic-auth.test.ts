import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  key = (await anOrganization(gateway)).key;
});
afterAll(() => gateway.close());

const url = 'https://hooks.example.com/in';
const basicAuth = { username: 'Aladdin', password: 'open sesame' };
const authorization = { name: 'Authorization', value: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' };

const create = (body: object) => gateway.call('POST', '/v1/endpoints', { key, body: { url, ...body } });
const change = (id: string, body: object) => gateway.call('PATCH', `/v1/endpoints/${id}`, { key, body });

/** What a sender would send along now. */
async function sentAlong(id: string) {
  const { version } = (await gateway.call('GET', `/v1/endpoints/${id}`, { key })).json();
  return (await gateway.store.attempts.senderEndpoint(id, version)).headers;
}

it('is kept encrypted, shown without the password, and sent as a header', async () => {
  const created = await create({ basicAuth, headers: [{ name: 'X-A', value: '1' }] });
  const { id } = created.json();
  expect(created.json().basicAuth).toEqual({ username: 'Aladdin', password: '••••' });
  expect((await gateway.call('GET', `/v1/endpoints/${id}`, { key })).body).not.toContain('sesame');
  expect(await sentAlong(id)).toEqual([{ name: 'X-A', value: '1' }, authorization]);
  const row = await gateway.store.db.query.endpoints.findFirst({ where: (e, { eq }) => eq(e.id, id) });
  expect(Buffer.from(row?.basicAuth ?? '').toString('latin1')).not.toContain('sesame');
  expect((await create({})).json().basicAuth).toBeNull();
});

it('changes whole or in the name only, stays when not named, and goes with null', async () => {
  const { id } = (await create({ basicAuth })).json();
  await change(id, { description: 'the same' });
  expect(await sentAlong(id)).toEqual([authorization]);
  const renamed = await change(id, { basicAuth: { username: 'Jasmin', password: '••••' } });
  expect(renamed.json().basicAuth.username).toBe('Jasmin');
  expect(await sentAlong(id)).toEqual([
    { name: 'Authorization', value: `Basic ${Buffer.from('Jasmin:open sesame').toString('base64')}` },
  ]);
  await change(id, { basicAuth });
  expect(await sentAlong(id)).toEqual([authorization]);
  expect((await change(id, { basicAuth: null })).json().basicAuth).toBeNull();
  expect(await sentAlong(id)).toEqual([]);
  const masked = await change(id, { basicAuth: { username: 'a', password: '••••' } });
  expect(masked.json()).toMatchObject({ status: 422, errors: [{ field: 'basicAuth.password' }] });
});

it('and a custom header Authorization exclude each other, in one call and over several', async () => {
  const headers = [{ name: 'authorization', value: 'Token hunter2' }];
  const refused = { status: 422, code: 'validation_failed', errors: [{ field: 'basicAuth' }] };
  expect((await create({ basicAuth, headers })).json()).toMatchObject(refused);
  const withAuth = (await create({ basicAuth })).json().id;
  expect((await change(withAuth, { headers })).json()).toMatchObject(refused);
  const withHeader = (await create({ headers })).json().id;
  expect((await change(withHeader, { basicAuth })).json()).toMatchObject(refused);
  expect((await change(withHeader, { basicAuth, headers: [] })).statusCode).toBe(200);
  const trial = { url, basicAuth, headers };
  expect((await gateway.call('POST', '/v1/endpoints/test', { key, body: trial })).json()).toMatchObject(refused);
});

it.each([
  ['username', { username: 'a:b', password: '' }],
  ['username', { username: 'a\r\nX: y', password: '' }],
  ['password', { username: 'a', password: 'b\r\nX: y' }],
  ['password', { username: 'a' }],
  ['realm', { username: 'a', password: 'b', realm: 'c' }],
])('with a wrong %s is refused', async (field, wrong) => {
  const response = await create({ basicAuth: wrong });
  expect(response.json()).toMatchObject({ status: 422, errors: [{ field: `basicAuth.${field}` }] });
});

it('goes along with the test of an unsaved endpoint, masked in what is shown of it', async () => {
  const response = await gateway.call('POST', '/v1/endpoints/test', { key, body: { url, basicAuth } });
  expect(gateway.sent.at(-1)?.headers.authorization).toBe(authorization.value);
  expect(response.json().exchange.requestHeaders.authorization).toBe('••••');
});
