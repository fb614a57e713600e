import { describe, expect, test } from 'vitest';
import { catalogueOf } from '../../domain/dialects/catalogues.ts';
import { anAttempt, anEvent } from '../../domain/dialects/fixtures.ts';
import { DIALECT_NAMES, wireOf } from '../../domain/dialects/wires.ts';
import { RECEIVER_CHECKS, type ReceivedRequest } from './receiver-checks.ts';

const NOW = anAttempt().timestampSeconds;
const SHARED = { sharedHeader: 'opensesame' };

/** What Waybill sends, as it arrives: two pieces of code that know nothing of each other meet here. */
function sent(dialect: string): { request: ReceivedRequest; secret: string; type: string; data: unknown } {
  const wire = wireOf(dialect);
  if (!wire) throw new Error(dialect);
  const secret = wire.secret.format(new Uint8Array(32).fill(7));
  const { name: type, example: data } = catalogueOf(dialect)?.eventTypes[0] ?? {
    name: 'a.type',
    example: { total: 42 },
  };
  const event = anEvent({ dialect, type, data });
  const { body, headers } = wire.render(event, anAttempt({ secrets: [{ scheme: 'hmac', value: secret }] }));
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const request = {
    headers: { ...Object.fromEntries(own), 'x-webhook-secret': 'opensesame' },
    body: Buffer.from(body),
  };
  return { request, secret, type, data };
}

function check(dialect: string, request: ReceivedRequest, secret: string, nowSeconds = NOW) {
  return RECEIVER_CHECKS[dialect]?.(request, { secret, ...SHARED }, nowSeconds);
}

test('there is a check for every dialect', () => {
  expect(Object.keys(RECEIVER_CHECKS).toSorted()).toEqual(DIALECT_NAMES.toSorted());
});

describe.each(DIALECT_NAMES)('a receiver of %s', (dialect) => {
  test('accepts what Waybill sends and reads the event out of it', () => {
    const { request, secret, type, data } = sent(dialect);
    expect(check(dialect, request, secret)).toMatchObject({ type, data });
  });

  // Orion's document knows a shared header only: it proves who sent, not what.
  test.skipIf(dialect === 'orion')('refuses another body and another secret', () => {
    const { request, secret } = sent(dialect);
    const changed = { ...request, body: Buffer.from(request.body.toString().replace(/}$/, ' }')) };
    expect(changed.body.equals(request.body)).toBe(false);
    expect(() => check(dialect, changed, secret)).toThrow(/signature is wrong/i);
    expect(() => check(dialect, request, `${secret.slice(0, -4)}AAA=`)).toThrow(/signature is wrong/i);
  });

  test('refuses a request without its headers', () => {
    const { request, secret } = sent(dialect);
    expect(() => check(dialect, { ...request, headers: {} }, secret)).toThrow(/is missing/);
  });
});

test('a receiver of orion refuses another value of the shared header, without repeating it', () => {
  const { request, secret } = sent('orion');
  const other = { ...request, headers: { ...request.headers, 'x-webhook-secret': 'hunter2' } };
  expect(() => check('orion', other, secret)).toThrow(/^X-Webhook-Secret is wrong$/);
});

test.each(['standard', 'job-status'])('a receiver of %s refuses a replay after five minutes', (dialect) => {
  const { request, secret } = sent(dialect);
  expect(check(dialect, request, secret, NOW + 300)).toBeDefined();
  expect(() => check(dialect, request, secret, NOW + 301)).toThrow(/300 s off/);
});

test.each([
  ['fltr', 'x-fltr-event', 'other.type', /X-FLTR-Event is wrong/],
  ['fltr', 'user-agent', 'curl', /User-Agent is wrong/],
  ['fltr', 'x-fltr-delivery', '', /x-fltr-delivery is missing/],
  ['flowcerta', 'x-flowcerta-event', 'other.type', /X-Flowcerta-Event is wrong/],
  ['flowcerta', 'x-flowcerta-target', 'slack', /X-Flowcerta-Target is wrong/],
  ['job-status', 'svix-signature', 'v1,AAAA', /svix-signature is wrong/],
])('a receiver of %s looks at %s too', (dialect, name, value, reason) => {
  const { request, secret } = sent(dialect);
  expect(() => check(dialect, { ...request, headers: { ...request.headers, [name]: value } }, secret)).toThrow(reason);
});
