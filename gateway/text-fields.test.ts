import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let id: string;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ id, key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

const HALF = 'half \ud83d';
const RULE = 'must not contain half of a surrogate pair';
const event = { type: 'invoice.paid', data: { total: 42 } };
const endpoint = { url: 'https://hooks.example.com/in' };
const exception = {
  ruleId: 'FC-1',
  fileName: 'Main.xaml',
  location: 'Main.xaml:42',
  reason: 'known',
  expiresAt: '2026-05-28T00:00:00.000Z',
  requestedByEmail: 'ops@example.com',
};

it.each([
  ['POST', '/v1/events', { ...event, userId: HALF }, 'userId'],
  ['POST', '/v1/events', { ...event, presenceName: HALF }, 'presenceName'],
  ['POST', '/v1/endpoints', { ...endpoint, url: `${endpoint.url}/${HALF}` }, 'url'],
  ['POST', '/v1/endpoints', { ...endpoint, description: HALF }, 'description'],
  ['POST', '/v1/endpoints', { ...endpoint, userId: HALF }, 'userId'],
  ['POST', '/v1/endpoints', { ...endpoint, presenceName: HALF }, 'presenceName'],
  ['POST', '/v1/endpoints', { ...endpoint, options: { target: HALF } }, 'options.target'],
  ['POST', '/v1/endpoints', { ...endpoint, options: { [HALF]: 1 } }, 'options'],
  ['POST', '/v1/endpoints', { ...endpoint, basicAuth: { username: HALF, password: '' } }, 'basicAuth.username'],
  ['POST', '/v1/endpoints', { ...endpoint, basicAuth: { username: '', password: HALF } }, 'basicAuth.password'],
  ['PUT', '/v1/event-types/a.b', { description: HALF }, 'description'],
  ['POST', '/v1/sources', { name: HALF }, 'name'],
  ['POST', '/v1/organizations/{id}/api-keys', { name: HALF }, 'name'],
  ['PATCH', '/v1/organizations/{id}', { name: HALF }, 'name'],
  ['POST', '/flowcerta/api/v1/exceptions', { ...exception, reason: HALF }, 'reason'],
  ['POST', '/flowcerta/api/v1/exceptions', { ...exception, fileName: HALF }, 'fileName'],
] as const)('half of a surrogate pair is refused: %s %s, case %#', async (method, path, body, field) => {
  const response = await gateway.call(method, path.replace('{id}', id), { key, body });
  expect(response.statusCode).toBe(422);
  const { errors, details } = response.json();
  expect(errors ?? details).toEqual([{ field, rule: expect.stringContaining(RULE) }]);
});

it('in a batch its neighbours are published all the same', async () => {
  const body = { events: [event, { ...event, userId: HALF }, event] };
  const { data } = (await gateway.call('POST', '/v1/events/batch', { key, body })).json();
  const published = { id: expect.stringMatching(/^evt_/) };
  expect(data).toEqual([published, { error: expect.objectContaining({ status: 422 }) }, published]);
});

it('whole pairs are text, and in data a half stays as it is', async () => {
  const response = await gateway.call('POST', '/v1/events', {
    key,
    body: { ...event, data: { note: HALF }, userId: 'whole 😀' },
  });
  expect(response.statusCode).toBe(202);
  const stored = await gateway.call('GET', `/v1/events/${response.json().id}`, { key });
  expect(stored.json()).toMatchObject({ data: { note: HALF }, userId: 'whole 😀' });
});
