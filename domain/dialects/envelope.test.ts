import { describe, expect, test } from 'vitest';
import { catalogueOf } from './catalogues.ts';
import type { DialectWire, ParsedEvent } from './dialect.ts';
import { anAttempt, anEvent, hmac } from './fixtures.ts';
import { DIALECT_NAMES, wireOf } from './wires.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ATTEMPT = anAttempt({ secrets: [hmac(SECRET)] });

function wireNamed(name: string): DialectWire {
  const wire = wireOf(name);
  if (!wire) throw new Error(`no dialect ${name}`);
  return wire;
}

function parsed(dialect: string, body: unknown): ParsedEvent {
  const event = wireNamed(dialect).parse(typeof body === 'string' ? body : JSON.stringify(body));
  if (event.kind !== 'event') throw new Error(event.reason);
  return event;
}

const EXAMPLES = DIALECT_NAMES.flatMap((dialect) => [
  ...(catalogueOf(dialect)?.eventTypes ?? []).map(({ name, example }) => [dialect, name, example] as const),
  [dialect, 'of.no-catalogue', { nested: { list: [1, null, '🔑'] } }] as const,
]);

describe('reading is the inverse of rendering', () => {
  test.each(EXAMPLES)('%s %s', (dialect, type, data) => {
    for (const occurredAt of ['2024-01-15T10:30:00.000Z', '2024-01-15T10:30:00.250Z']) {
      const event = anEvent({ dialect, type, data, occurredAt });
      const read = parsed(dialect, wireNamed(dialect).render(event, ATTEMPT).body);
      expect(read).toMatchObject({ type, data, occurredAt, extraFields: [], brokenRules: [] });
      expect(read.data).toEqual(data);
    }
  });

  test.each([
    ['fltr', 'evt_01J2Z9'],
    ['orion', 'evt_01J2Z9'],
    ['flexorch', null],
    ['flowcerta', null],
    ['standard', null],
    ['job-status', null],
  ])("%s: the body's id is %s", (dialect, senderId) => {
    const { body } = wireNamed(dialect).render(anEvent({ dialect }), ATTEMPT);
    expect(parsed(dialect, body).senderId).toBe(senderId);
  });

  test.each([
    ['standard', 'evt_01J2Z9'],
    ['job-status', 'evt_01J2Z9'],
    ['orion', 'evt_01J2Z9'],
    ['flexorch', undefined],
    ['fltr', undefined],
    ['flowcerta', undefined],
  ])('%s: the id under the signature is %s', (dialect, id) => {
    const { headers } = wireNamed(dialect).render(anEvent({ dialect }), ATTEMPT);
    expect(wireNamed(dialect).signedId(headers)).toBe(id);
  });
});

test('job-status: the id is that of the headers which are verified', () => {
  const both = { 'svix-id': 'of-svix', 'webhook-id': 'of-webhook' };
  expect(wireNamed('job-status').signedId(both)).toBe('of-svix');
  expect(wireNamed('job-status').signedId({ 'webhook-id': 'of-webhook' })).toBe('of-webhook');
});

describe("the documents' own bodies", () => {
  test('fltr: the sample without an id', () => {
    const data = { document_id: 'doc_test123', dataset_id: 'ds_test456', chunks_created: 10, status: 'ready' };
    const body = { event: 'document.processed', timestamp: '2024-01-10T12:00:00Z', data };
    expect(parsed('fltr', body)).toEqual({
      kind: 'event',
      type: 'document.processed',
      data,
      occurredAt: '2024-01-10T12:00:00.000Z',
      senderId: null,
      presenceName: null,
      userId: null,
      extraFields: [],
      brokenRules: [],
    });
  });

  test("flowcerta: the sender's orgId is the envelope's and not kept", () => {
    const body = { event: 'a.b', orgId: '0000', occurredAt: '2026-05-22T04:00:00.000Z', data: { x: 1 } };
    expect(parsed('flowcerta', body)).toMatchObject({ data: { x: 1 }, extraFields: [], brokenRules: [] });
  });

  test.each([
    ['in data', { event: 'a', data: { presence_name: 'p', user_id: 'u' } }],
    ['beside data', { event: 'a', data: {}, presence_name: 'p', user_id: 'u' }],
    ['in a body without data', { type: 'a', presence_name: 'p', user_id: 'u' }],
  ])('orion: presence and user %s', (_, body) => {
    expect(parsed('orion', body)).toMatchObject({ type: 'a', presenceName: 'p', userId: 'u' });
  });

  test.each([7, '', 'two\nlines', 'x'.repeat(257), '\ud800', null, {}])('orion: no presence is %j', (presence_name) => {
    expect(parsed('orion', { event: 'a', data: { presence_name } }).presenceName).toBeNull();
  });

  test('presence and user are names in orion alone', () => {
    const body = { type: 'a', timestamp: '2024-01-15T10:30:00Z', data: { presence_name: 'p', user_id: 'u' } };
    expect(parsed('standard', body)).toMatchObject({ presenceName: null, userId: null });
  });
});

describe('what departs from the document is kept and told', () => {
  const TIME = '2024-01-15T10:30:00Z';

  test('fields beside data', () => {
    const event = parsed('standard', { type: 'a', timestamp: TIME, data: { x: 1 }, object: 'event', attempt: 2 });
    expect(event.data).toEqual({ x: 1, _envelope: { object: 'event', attempt: 2 } });
    expect(event.extraFields).toEqual(['object', 'attempt']);
  });

  test("a field _envelope of the sender's own data wins", () => {
    const event = parsed('fltr', { event: 'a', timestamp: TIME, data: { _envelope: null }, more: 1 });
    expect(event.data).toEqual({ _envelope: null });
    expect(event.extraFields).toEqual(['more']);
  });

  test.each([
    ['missing', { amount: 1 }, { amount: 1 }],
    ['a list', { data: [1] }, { data: [1] }],
    ['null', { data: null, more: true }, { data: null, more: true }],
  ])('data that is %s: the rest of the body is taken for it', (_, rest, data) => {
    const event = parsed('job-status', { type: 'a', timestamp: TIME, ...rest });
    expect(event).toMatchObject({ data, extraFields: [], brokenRules: ['data is no object'] });
  });

  test.each([
    ['2024-01-15T10:30:00+02:00', '2024-01-15T08:30:00.000Z'],
    ['2024-01-15T10:30:00.123456Z', '2024-01-15T10:30:00.123Z'],
    ['2024-01-15T10:30Z', '2024-01-15T10:30:00.000Z'],
  ])('the time %s', (timestamp, occurredAt) => {
    expect(parsed('flexorch', { event: 'a', timestamp })).toMatchObject({ occurredAt, data: {}, brokenRules: [] });
  });

  test.each([1_705_314_605, '2024-01-15T10:30:00', 'yesterday', '2024-13-15T10:30:00Z', '1969-12-31T23:59:59Z', null])(
    'a time that cannot be used stays in the body: %j',
    (timestamp) => {
      const brokenRules = ['timestamp is no time in ISO 8601 with an offset, from 1970 to 9999'];
      const flat = parsed('flexorch', { event: 'a', timestamp });
      expect(flat).toMatchObject({ occurredAt: null, data: { timestamp }, brokenRules });
      const enveloped = parsed('fltr', { event: 'a', timestamp, data: {} });
      expect(enveloped).toMatchObject({ occurredAt: null, data: { _envelope: { timestamp } }, brokenRules });
    },
  );

  test('a time that is missing', () => {
    const event = parsed('fltr', { event: 'a', data: {} });
    expect(event).toMatchObject({ occurredAt: null, brokenRules: ['timestamp is missing'] });
  });

  test.each([
    [42, '42', {}],
    ['evt_1', 'evt_1', {}],
    ['', null, { _envelope: { id: '' } }],
    [null, null, { _envelope: { id: null } }],
    [{}, null, { _envelope: { id: {} } }],
  ])('the id %j', (id, senderId, data) => {
    expect(parsed('fltr', { id, event: 'a', timestamp: TIME, data: {} })).toMatchObject({ senderId, data });
  });

  test.each(['a', 'orders/create', 'User created!', 'x'.repeat(128)])(
    'the type %s, though publishing has none such',
    (type) => {
      expect(parsed('standard', { type }).type).toBe(type);
    },
  );

  test('a key that could poison objects is a key like any other', () => {
    const { data } = parsed('fltr', '{"event":"a","data":{"x":1},"__proto__":{"polluted":true}}');
    expect(JSON.stringify(data)).toBe('{"_envelope":{"__proto__":{"polluted":true}},"x":1}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('what tells no event', () => {
  test.each(['', '{', 'null', '7', '"text"', '[]', '\ufeff{}', '{"event":"a"} trailing', '['.repeat(200_000)])(
    'a body that is no JSON object, case %#',
    (body) => {
      for (const dialect of DIALECT_NAMES) {
        expect(wireNamed(dialect).parse(body)).toEqual({ kind: 'unparsable', reason: 'the body is no JSON object' });
      }
    },
  );

  test.each([
    ['standard', 'type'],
    ['job-status', 'type'],
    ['orion', 'event'],
    ['flexorch', 'event'],
    ['fltr', 'event'],
    ['flowcerta', 'event'],
  ])('%s: a body without %s', (dialect, field) => {
    const reason = `no event type: ${field} is missing`;
    expect(wireNamed(dialect).parse('{"data":{}}')).toEqual({ kind: 'unparsable', reason });
  });

  test.each([7, '', ' a', 'a ', 'two\nlines', 'größe', 'x'.repeat(129), ['a'], null])('the type %j', (event) => {
    const reason = 'no event type: event is not 1 to 128 printable ASCII characters';
    expect(wireNamed('fltr').parse(JSON.stringify({ event, data: {} }))).toEqual({ kind: 'unparsable', reason });
  });
});
