import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrganization, type Call, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  key = (await anOrganization(gateway)).key;
});
afterAll(() => gateway.close());

const event = { type: 'invoice.paid', data: {} };
const url = 'https://hooks.example.com/in';
const nested = `{"type":"a","data":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`;

/** What is sent, and what must come back: status, code, field, and a part of the rule. */
type Row = [name: string, path: string, body: unknown, status: number, code: string, field?: string, rule?: string];

const bodies: Row[] = [
  ['not JSON', '/v1/events', '{"type":', 400, 'invalid_json'],
  ['a key that could poison objects', '/v1/events', '{"type":"a","data":{},"__proto__":{}}', 400, 'invalid_json'],
  ['no body', '/v1/events', '', 422, 'validation_failed', 'body', 'is required'],
  ['a body of another type', '/v1/events', [], 422, 'validation_failed', 'body', 'expected object'],
  ['a missing field', '/v1/events', { data: {} }, 422, 'validation_failed', 'type', 'is required'],
  ['a wrong type', '/v1/events', { ...event, data: [] }, 422, 'validation_failed', 'data', 'expected record'],
  ['an unknown field', '/v1/events', { ...event, tpye: 1 }, 422, 'validation_failed', 'tpye', 'not a known field'],
  ['an id with a space', '/v1/events', { ...event, id: 'a b' }, 422, 'validation_failed', 'id', '1 to 64'],
  ['a local time', '/v1/events', { ...event, occurredAt: '2026-01-01' }, 422, 'validation_failed', 'occurredAt', 'ISO'],
  [
    'a year before years',
    '/v1/events',
    { ...event, occurredAt: '0000-01-01T00:00:00Z' },
    422,
    'validation_failed',
    'occurredAt',
    '1970',
  ],
  ['NUL in text', '/v1/events', { ...event, userId: 'a\0' }, 422, 'validation_failed', 'userId', 'control'],
  ['an unknown dialect', '/v1/events', { ...event, dialect: 'nix' }, 422, 'validation_failed', 'dialect', 'one of'],
  ['an unknown endpoint', '/v1/events', { ...event, to: ['ep_0'] }, 422, 'validation_failed', 'to', 'ep_0'],
  ['data nested too deep', '/v1/events', nested, 422, 'validation_failed', 'data', '100'],
  ['an event over 1 MiB', '/v1/events', { ...event, data: { a: 'x'.repeat(1 << 20) } }, 413, 'payload_too_large'],
  [
    'an unknown event type',
    '/v1/events',
    { ...event, dialect: 'fltr' },
    422,
    'unknown_event_type',
    'type',
    'fltr has no such',
  ],
  [
    'data against its schema',
    '/v1/events',
    { dialect: 'flexorch', type: 'job.failed', data: { job_id: 1, status: 'x' } },
    422,
    'invalid_event_data',
    'data.job_id',
    'expected string',
  ],
  ['101 events', '/v1/events/batch', { events: Array(101).fill(event) }, 422, 'validation_failed', 'events', '100'],
  ['no events', '/v1/events/batch', { events: [] }, 422, 'validation_failed', 'events', '1'],
  ['a URL that is none', '/v1/endpoints', { url: 'hooks' }, 422, 'url_not_allowed', 'url', 'absolute'],
  ['a URL with a line break', '/v1/endpoints', { url: `${url}\n` }, 422, 'url_not_allowed', 'url', 'absolute'],
  ['a URL that is not http', '/v1/endpoints', { url: 'ftp://a.example' }, 422, 'url_not_allowed', 'url', 'https://'],
  [
    'a URL with credentials',
    '/v1/endpoints',
    { url: 'https://u:hunter2@a.example' },
    422,
    'url_not_allowed',
    'url',
    'password',
  ],
  ['a URL with a fragment', '/v1/endpoints', { url: `${url}#x` }, 422, 'url_not_allowed', 'url', 'fragment'],
  ['a private address', '/v1/endpoints', { url: 'https://10.0.0.1/' }, 422, 'url_not_allowed', 'url', 'private'],
  [
    'http in a dialect of https',
    '/v1/endpoints',
    { url: 'http://a.example', dialect: 'fltr' },
    422,
    'url_not_allowed',
    'url',
    'https',
  ],
  [
    'a bad pattern',
    '/v1/endpoints',
    { url, eventTypes: ['a', '*.b'] },
    422,
    'validation_failed',
    'eventTypes.1',
    'dotted',
  ],
  [
    'a long retry delay',
    '/v1/endpoints',
    { url, retryDelaysMs: [604_800_001] },
    422,
    'validation_failed',
    'retryDelaysMs.0',
    '604800000',
  ],
  ['a short timeout', '/v1/endpoints', { url, timeoutMs: 999 }, 422, 'validation_failed', 'timeoutMs', '1000'],
  [
    'a reserved header',
    '/v1/endpoints',
    { url, headers: [{ name: 'Webhook-Id', value: 'hunter2' }] },
    422,
    'validation_failed',
    'headers.0.name',
    'reserved',
  ],
  [
    'a header of the dialect',
    '/v1/endpoints',
    { url, dialect: 'fltr', headers: [{ name: 'x-fltr-signature', value: 'a' }] },
    422,
    'validation_failed',
    'headers.0.name',
    'reserved',
  ],
  [
    'a header name with a space',
    '/v1/endpoints',
    { url, headers: [{ name: 'a b', value: 'a' }] },
    422,
    'validation_failed',
    'headers.0.name',
    'token',
  ],
  [
    'a header value with a line break',
    '/v1/endpoints',
    { url, headers: [{ name: 'a', value: 'hunter2\r\nb: c' }] },
    422,
    'validation_failed',
    'headers.0.value',
    'line breaks',
  ],
  [
    'a header twice',
    '/v1/endpoints',
    {
      url,
      headers: [
        { name: 'a', value: 'b' },
        { name: 'A', value: 'b' },
      ],
    },
    422,
    'validation_failed',
    'headers.1.name',
    'twice',
  ],
  [
    'headers over 8 KiB',
    '/v1/endpoints',
    { url, headers: [{ name: 'a', value: 'x'.repeat(8_192) }] },
    422,
    'validation_failed',
    'headers',
    '8192',
  ],
  [
    'a secret of the wrong form',
    '/v1/endpoints',
    { url, secret: 'hunter2' },
    422,
    'validation_failed',
    'secret',
    'whsec_',
  ],
  [
    'ed25519 in a dialect without',
    '/v1/endpoints',
    { url, dialect: 'fltr', signature: 'ed25519' },
    422,
    'validation_failed',
    'signature',
    'ed25519',
  ],
  [
    'an option the dialect refuses',
    '/v1/endpoints',
    { url, dialect: 'flowcerta', options: { target: 'pager' } },
    422,
    'validation_failed',
    'options',
    'target',
  ],
];

describe('a bad body is refused with field and rule, and never echoed', () => {
  it.each(bodies)('%s', async (_name, path, body, status, code, field, rule) => {
    const response = await gateway.call('POST', path, { key, body });
    const problem = response.json();
    expect(problem).toMatchObject({ status, code });
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toBe('application/problem+json');
    if (field) {
      expect(problem.errors[0].field).toBe(field);
      expect(problem.detail).toContain(field);
    }
    if (rule) expect(problem.errors[0].rule).toContain(rule);
    expect(response.body).not.toContain('hunter2');
  });
});

const requests: [
  name: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  call: Call,
  status: number,
  code: string,
][] = [
  [
    'text instead of JSON',
    'POST',
    '/v1/events',
    { body: 'a', headers: { 'content-type': 'text/plain' } },
    415,
    'unsupported_media_type',
  ],
  [
    'a form instead of JSON',
    'POST',
    '/v1/events',
    { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported_media_type',
  ],
  ['a cursor of another kind', 'GET', '/v1/deliveries?cursor=bm9wZQ', {}, 400, 'invalid_cursor'],
  [
    'a cursor of another list',
    'GET',
    `/v1/events?cursor=${Buffer.from('["dlv_1"]').toString('base64url')}`,
    {},
    400,
    'invalid_cursor',
  ],
  ['a limit over 100', 'GET', '/v1/deliveries?limit=101', {}, 422, 'validation_failed'],
  ['an unknown filter', 'GET', '/v1/deliveries?endpointID=ep_1', {}, 422, 'validation_failed'],
  ['an unknown status', 'GET', '/v1/deliveries?status=lost', {}, 422, 'validation_failed'],
  [
    'an idempotency key with a space',
    'POST',
    '/v1/events',
    { body: event, headers: { 'idempotency-key': 'a b' } },
    422,
    'validation_failed',
  ],
  ['an id of the wrong form', 'GET', '/v1/deliveries/%00', {}, 404, 'not_found'],
  ['a path that cannot be decoded', 'GET', '/v1/%zz', {}, 400, 'bad_request'],
  ['an unknown path', 'GET', '/v2', {}, 404, 'not_found'],
  ['a type in a closed dialect', 'PUT', '/v1/event-types/a.b?dialect=fltr', { body: {} }, 422, 'validation_failed'],
  [
    'a schema that is none',
    'PUT',
    '/v1/event-types/a.b',
    { body: { schema: { type: 'nix' } } },
    422,
    'validation_failed',
  ],
  [
    'a schema of elsewhere',
    'PUT',
    '/v1/event-types/a.b',
    { body: { schema: { $ref: 'https://a.example/s' } } },
    422,
    'validation_failed',
  ],
  [
    'a schema that answers later',
    'PUT',
    '/v1/event-types/a.b',
    { body: { schema: { $async: true } } },
    422,
    'validation_failed',
  ],
  [
    'an example against its schema',
    'PUT',
    '/v1/event-types/a.b',
    { body: { schema: { required: ['a'] }, example: {} } },
    422,
    'validation_failed',
  ],
];

describe('a bad request is refused by its kind', () => {
  it.each(requests)('%s', async (_name, method, path, call, status, code) => {
    const response = await gateway.call(method, path, { key, ...call });
    expect(response.json()).toMatchObject({ status, code });
    expect(response.statusCode).toBe(status);
  });

  it('bytes that are not UTF-8', async () => {
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      payload: Buffer.from([0x22, 0xff, 0x22]),
    });
    expect(response.json()).toMatchObject({ status: 400, code: 'invalid_json' });
  });
});

it('answers a fault of its own with a request id, which the log has too, and no values', async () => {
  const broken = await anOrganization(gateway);
  await gateway.store.db.execute('alter table event_types rename to event_types_away');
  const response = await gateway.call('PUT', '/v1/event-types/a.b', {
    key: broken.key,
    body: { description: 'hunter2' },
  });
  await gateway.store.db.execute('alter table event_types_away rename to event_types');
  const problem = response.json();
  expect(problem).toMatchObject({ status: 500, code: 'internal_error' });
  expect(gateway.log()).toContain(problem.requestId);
  expect(gateway.log() + response.body).not.toContain('hunter2');
  expect(response.body).not.toContain('    at ');
});
