import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONAL_TYPES } from '../domain/delivery/operational.ts';
import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let organization: string;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
});
beforeEach(async () => {
  ({ id: organization, key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

const exampleOf = (type: string) => eventTypeOf('standard', type)?.example;
const created = async (path: string, body: unknown, by = key) =>
  (await gateway.call('POST', path, { key: by, body })).json();
/** Types of the events published to an endpoint, newest first. */
async function typesFor(endpointId: string, by = key): Promise<string[]> {
  const page = await gateway.call('GET', `/v1/deliveries?endpointId=${endpointId}`, { key: by });
  return page.json().data.map((delivery: { eventType: string }) => delivery.eventType);
}

describe('reserved types', () => {
  it.each(OPERATIONAL_TYPES)('%s cannot be published by hand, alone or in a batch', async (type) => {
    const event = { type, data: exampleOf(type) };
    const refused = { status: 422, code: 'reserved_event_type', errors: [{ field: 'type' }] };
    const response = await gateway.call('POST', '/v1/events', { key, body: event });
    expect([response.statusCode, response.json()]).toMatchObject([422, refused]);
    expect(await created('/v1/events/batch', { events: [event] })).toMatchObject({ data: [{ error: refused }] });
    const { data } = (await gateway.call('GET', '/v1/events', { key })).json();
    expect(data).toEqual([]);
  });

  it('are free in other dialects', async () => {
    const event = { dialect: 'orion', type: 'delivery.failed', data: {} };
    expect((await gateway.call('POST', '/v1/events', { key, body: event })).statusCode).toBe(202);
  });

  it('cannot be registered', async () => {
    const response = await gateway.call('PUT', '/v1/event-types/delivery.failed', { key, body: {} });
    expect(response.json()).toMatchObject({ status: 422, code: 'reserved_event_type', errors: [{ field: 'name' }] });
  });

  it('are listed as built in, with schema and example', async () => {
    const { data } = (await gateway.call('GET', '/v1/event-types?dialect=standard', { key })).json();
    expect(data.map((type: { name: string }) => type.name)).toEqual([...OPERATIONAL_TYPES].sort());
    const shown = (await gateway.call('GET', '/v1/event-types/delivery.failed', { key })).json();
    expect(shown).toMatchObject({ origin: 'built_in', example: exampleOf('delivery.failed') });
    expect(Object.keys(shown.schema.properties)).toContain('delivery');
  });
});

describe('a test event', () => {
  const anEndpoint = async (eventTypes: string[] | null): Promise<string> =>
    (await created('/v1/endpoints', { url: 'https://hooks.example.com', eventTypes })).id;

  it('is of a type the endpoint names, with its example', async () => {
    const id = await anEndpoint(['delivery.recovered']);
    const test = await created(`/v1/endpoints/${id}/test`, {});
    const event = (await gateway.call('GET', `/v1/events/${test.id}`, { key })).json();
    expect(event).toMatchObject({ type: 'delivery.recovered', data: exampleOf('delivery.recovered') });
  });

  it.each([
    ['everything', null],
    ['a prefix', ['endpoint.*']],
  ])('is none of ours for an endpoint that takes %s', async (_, eventTypes) => {
    const id = await anEndpoint(eventTypes);
    await created(`/v1/endpoints/${id}/test`, {});
    expect(await typesFor(id)).toEqual(['waybill.test']);
  });

  it('may be of a reserved type that is asked for, if its data fits', async () => {
    const id = await anEndpoint(null);
    await created(`/v1/endpoints/${id}/test`, { type: 'delivery.failed' });
    expect(await typesFor(id)).toEqual(['delivery.failed']);
    const wrong = await created(`/v1/endpoints/${id}/test`, { type: 'delivery.failed', data: {} });
    expect(wrong).toMatchObject({ status: 422, code: 'invalid_event_data' });
  });
});

it('the calls of docs/operational-events.md work as written', async () => {
  const page = readFileSync(new URL('../docs/operational-events.md', import.meta.url), 'utf8');
  const calls = [
    ...page.matchAll(/```sh\ncurl -s http:\/\/127\.0\.0\.1:8420(\S+) .*?\$(KEY|ADMIN)".*?-d '(.*?)'\n```/gs),
  ];
  const answers = await Promise.all(
    calls.map(([, path = '', who, body = '']) =>
      gateway.call('POST', path, { body, ...(who === 'KEY' && { key }) }).then((response) => response.json()),
    ),
  );
  expect(answers).toMatchObject([
    { eventTypes: ['delivery.failed', 'delivery.recovered', 'endpoint.disabled'] },
    { name: 'Operations', watchesInstallation: true },
  ]);
});

describe('watching the installation', () => {
  it('is off, shown, and set by the admin key alone', async () => {
    const path = `/v1/organizations/${organization}`;
    const body = { watchesInstallation: true };
    expect((await gateway.call('GET', path, { key })).json()).toMatchObject({ watchesInstallation: false });
    const refused = await gateway.call('PATCH', path, { key, body });
    expect(refused.json()).toMatchObject({ status: 403, code: 'missing_scope' });
    expect((await gateway.call('PATCH', path, { key, body: { name: 'Still mine' } })).statusCode).toBe(200);
    expect((await gateway.call('PATCH', path, { body })).json()).toMatchObject(body);
    expect((await gateway.call('GET', path, { key })).json()).toMatchObject({ name: 'Still mine', ...body });
    const off = { watchesInstallation: false };
    expect((await gateway.call('PATCH', path, { body: off })).json()).toMatchObject(off);
  });

  it('brings what happens in another organization to endpoints that name it', async () => {
    const response = await gateway.call('POST', '/v1/organizations', {
      body: { name: 'Operations', watchesInstallation: true },
    });
    const watching = response.json();
    expect(watching.watchesInstallation).toBe(true);
    const url = 'https://hooks.example.com/ops';
    const listener = await created('/v1/endpoints', { url, eventTypes: ['endpoint.created'] }, watching.key);
    const { id } = await created('/v1/endpoints', { url });

    expect(await typesFor(listener.id, watching.key)).toEqual(['endpoint.created']);
    const { data } = (await gateway.call('GET', '/v1/events?type=endpoint.created', { key: watching.key })).json();
    const event = (await gateway.call('GET', `/v1/events/${data[0].id}`, { key: watching.key })).json();
    expect(event.data).toMatchObject({ organization: { id: organization, name: 'Acme' }, endpoint: { id } });
    expect((await gateway.call('GET', `/v1/events/${data[0].id}`, { key })).statusCode).toBe(404);
  });
});
