import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { catalogueOf } from '../domain/dialects/catalogues.ts';
import { DIALECT_NAMES } from '../domain/dialects/wires.ts';
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

function publish(body: unknown, headers?: Record<string, string>) {
  return gateway.call('POST', '/v1/events', { key, body, ...(headers && { headers }) });
}

describe('publishing', () => {
  it('keeps the event as it was sent, with times in UTC', async () => {
    const body = {
      type: 'invoice.paid',
      data: { b: 1, a: ['\u0000', '🔑', null], nested: { 'x y': 1.5 } },
      id: 'invoice-17',
      occurredAt: '2026-11-21T10:00:00.5+01:00',
      presenceName: 'p',
      userId: 'u',
    };
    expect((await publish(body)).json()).toEqual({ id: 'invoice-17' });
    const event = (await gateway.call('GET', '/v1/events/invoice-17', { key })).json();
    expect(event).toMatchObject({ ...body, dialect: 'standard', occurredAt: '2026-11-21T09:00:00.500Z' });
    expect(Object.keys(event.data)).toEqual(['b', 'a', 'nested']);
  });

  const examples = DIALECT_NAMES.flatMap((dialect) =>
    (catalogueOf(dialect)?.eventTypes ?? [])
      .filter((type) => !type.reserved)
      .map(({ name, example }) => [dialect, name, example] as const),
  );
  it.each(examples)('%s %s: takes its example', async (dialect, type, data) => {
    expect((await publish({ dialect, type, data })).statusCode).toBe(202);
  });

  it('makes a delivery for each endpoint that matches', async () => {
    const endpoints = [
      {},
      { eventTypes: ['invoice.*'] },
      { eventTypes: ['job.*'] },
      { dialect: '*' },
      { dialect: 'fltr' },
    ];
    for (const endpoint of endpoints) {
      await gateway.call('POST', '/v1/endpoints', { key, body: { url: 'https://a.example', ...endpoint } });
    }
    const { id } = (await publish({ type: 'invoice.paid', data: {} })).json();
    expect((await gateway.call('GET', `/v1/deliveries?eventId=${id}`, { key })).json().data).toHaveLength(3);
  });
});

describe('idempotency', () => {
  const body = { type: 'a', data: { x: 1, y: 2 }, id: 'one' };

  it('the same id: 200 with the first answer, whatever the order of its keys', async () => {
    expect((await publish(body)).statusCode).toBe(202);
    const again = await publish('{"id":"one", "data":{"y":2,"x":1},"type":"a"}');
    expect([again.statusCode, again.json()]).toEqual([200, { id: 'one' }]);
  });

  it('the same id with other content: 409', async () => {
    await publish(body);
    for (const other of [{ data: {} }, { type: 'b' }, { userId: 'u' }, { occurredAt: '2026-01-01T00:00:00Z' }]) {
      const response = await publish({ ...body, ...other });
      expect(response.json()).toMatchObject({ status: 409, code: 'idempotency_conflict', errors: [{ field: 'id' }] });
    }
  });

  it('the same key: 200 with the first id; with other content 409', async () => {
    const event = { type: 'a', data: {} };
    const first = await publish(event, { 'idempotency-key': 'k1' });
    const again = await publish(event, { 'idempotency-key': 'k1' });
    expect([first.statusCode, again.statusCode]).toEqual([202, 200]);
    expect(again.json()).toEqual(first.json());
    const other = await publish({ ...event, type: 'b' }, { 'idempotency-key': 'k1' });
    expect(other.json()).toMatchObject({ status: 409, errors: [{ field: 'Idempotency-Key' }] });
    const fresh = await publish(event, { 'idempotency-key': 'k2' });
    expect(fresh.json().id).not.toBe(first.json().id);
  });

  it('many at once make one event', async () => {
    const statuses = (await Promise.all(Array.from({ length: 20 }, () => publish(body)))).map((r) => r.statusCode);
    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(19);
  });
});

describe('a batch', () => {
  it('judges each event on its own', async () => {
    await publish({ type: 'a', data: {}, id: 'known' });
    const events = [
      { type: 'a', data: {}, id: 'first' },
      { type: 'a', data: [] },
      'no event',
      { type: 'nix', data: {}, dialect: 'fltr' },
      { type: 'a', data: {}, id: 'known' },
      { type: 'b', data: {}, id: 'known' },
      { type: 'a', data: {}, id: 'first' },
      { type: 'a', data: { a: 'x'.repeat(1 << 20) } },
      { type: 'a', data: {}, id: 'last' },
    ];
    const response = await gateway.call('POST', '/v1/events/batch', { key, body: { events } });
    expect(response.statusCode).toBe(202);
    const results = response.json().data.map((r: { id?: string; error?: { code: string } }) => r.id ?? r.error?.code);
    expect(results).toEqual([
      'first',
      'validation_failed',
      'validation_failed',
      'unknown_event_type',
      'known',
      'idempotency_conflict',
      'first',
      'payload_too_large',
      'last',
    ]);
  });
});

describe('event types', () => {
  const path = '/v1/event-types/invoice.paid';
  const schema = { type: 'object', required: ['amount'], properties: { amount: { type: 'integer', minimum: 1 } } };

  it('once registered, data is checked; once deleted, no more', async () => {
    const put = () => gateway.call('PUT', path, { key, body: { description: 'a', schema, example: { amount: 1 } } });
    expect([(await put()).statusCode, (await put()).statusCode]).toEqual([201, 200]);
    expect((await gateway.call('GET', path, { key })).json()).toMatchObject({ schema, origin: 'registered' });
    const wrong = (await publish({ type: 'invoice.paid', data: {} })).json();
    expect(wrong).toMatchObject({ code: 'invalid_event_data', errors: [{ field: 'data.amount' }] });
    expect((await publish({ type: 'invoice.paid', data: { amount: 0 } })).json().errors[0].rule).toContain('>= 1');
    expect((await publish({ type: 'invoice.paid', data: { amount: 5 } })).statusCode).toBe(202);
    expect((await gateway.call('DELETE', path, { key })).statusCode).toBe(204);
    expect((await publish({ type: 'invoice.paid', data: {} })).statusCode).toBe(202);
  });

  it('a schema of draft-07 is taken where it says so', async () => {
    const body = { schema: { $schema: 'http://json-schema.org/draft-07/schema#', ...schema } };
    expect((await gateway.call('PUT', path, { key, body })).statusCode).toBe(201);
    expect((await publish({ type: 'invoice.paid', data: {} })).statusCode).toBe(422);
  });

  it('a schema may refer to itself, and have the $id of another', async () => {
    const $id = 'https://json-schema.org/draft/2020-12/schema';
    const tree = { $id, required: ['name'], properties: { children: { items: { $ref: '#' } } } };
    for (const name of ['one', 'two']) {
      const response = await gateway.call('PUT', `/v1/event-types/${name}`, {
        key,
        body: { schema: { ...tree, title: name } },
      });
      expect(response.statusCode).toBe(201);
      const wrong = await publish({ type: name, data: { name: 'a', children: [{}] } });
      expect(wrong.json().errors[0].field).toBe('data.children.0.name');
    }
  });

  it('a schema that takes for ever harms nobody else', async () => {
    const body = { schema: { properties: { a: { pattern: '^(a+)+$' } } } };
    await gateway.call('PUT', path, { key, body });
    const startedAt = performance.now();
    const response = await publish({ type: 'invoice.paid', data: { a: `${'a'.repeat(40)}!` } });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(response.json()).toMatchObject({ code: 'invalid_event_data', errors: [{ field: 'data' }] });
    expect((await publish({ type: 'invoice.paid', data: { a: 'aaa' } })).statusCode).toBe(202);
  });

  it('a schema that refers to itself without end is survived', async () => {
    await gateway.call('PUT', path, { key, body: { schema: { allOf: [{ $ref: '#' }], required: ['a'] } } });
    expect((await publish({ type: 'invoice.paid', data: {} })).statusCode).toBe(422);
  });

  it('unregistered ones are refused only if the organization says so, at once', async () => {
    const say = (rejectUnknownEventTypes: boolean) =>
      gateway.call('PATCH', `/v1/organizations/${organization}`, { key, body: { rejectUnknownEventTypes } });
    expect((await publish({ type: 'a', data: {} })).statusCode).toBe(202);
    expect((await say(true)).json().rejectUnknownEventTypes).toBe(true);
    expect((await publish({ type: 'a', data: {} })).json()).toMatchObject({ status: 422, code: 'unknown_event_type' });
    const { id } = (await gateway.call('POST', '/v1/endpoints', { key, body: { url: 'https://a.example' } })).json();
    expect((await gateway.call('POST', `/v1/endpoints/${id}/test`, { key })).statusCode).toBe(202);
    await say(false);
    expect((await publish({ type: 'a', data: {} })).statusCode).toBe(202);
  });

  it('are listed with the built-in ones, in pages, with schema and example', async () => {
    await gateway.call('PUT', path, { key, body: {} });
    const names: string[] = [];
    let cursor = '';
    do {
      const page = (await gateway.call('GET', `/v1/event-types?limit=4${cursor}`, { key })).json();
      for (const type of page.data) {
        names.push(`${type.dialect}:${type.name}`);
        if (type.origin === 'built_in') expect(type).toMatchObject({ schema: { type: 'object' }, example: {} });
      }
      cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
    } while (cursor);
    const builtIn = DIALECT_NAMES.flatMap((d) => (catalogueOf(d)?.eventTypes ?? []).map((t) => `${d}:${t.name}`));
    expect(names).toEqual([...builtIn, 'standard:invoice.paid'].sort());
  });
});
