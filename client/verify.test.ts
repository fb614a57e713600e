import { describe, expect, it } from 'vitest';
import { catalogueOf } from '../domain/dialects/catalogues.ts';
import type { SigningSecret } from '../domain/dialects/dialect.ts';
import { anAttempt, anEvent } from '../domain/dialects/fixtures.ts';
import { DIALECT_NAMES, wireOf } from '../domain/dialects/wires.ts';
import { ed25519PublicKeyOf } from '../domain/signing/ed25519.ts';
import { verify, WebhookVerificationError } from './index.ts';

const NOW_SECONDS = 1_705_314_605;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const SEED = `whsk_${Buffer.alloc(32, 9).toString('base64')}`;

function sent(dialect: string, secret: SigningSecret = { scheme: 'hmac', value: SECRET }) {
  const wire = wireOf(dialect);
  if (!wire) throw new Error(dialect);
  const { name: type = 'order.created', example: data = { total: 42 } } = catalogueOf(dialect)?.eventTypes[0] ?? {};
  const event = anEvent({ dialect, type, data });
  return { event, request: wire.render(event, anAttempt({ secrets: [secret], timestampSeconds: NOW_SECONDS })) };
}

describe.each(DIALECT_NAMES)('a webhook of %s', (dialect) => {
  const { event, request } = sent(dialect);
  const options = { dialect, secret: SECRET, nowSeconds: NOW_SECONDS };

  it('is read once its signature is right, however its headers and its body are given', () => {
    const read = verify(request, options);
    expect(read).toMatchObject({ type: event.type });
    expect(Object.keys(read.data)).not.toEqual([]);
    const bytes = new TextEncoder().encode(request.body);
    const lists = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, [value]]));
    expect(verify({ headers: new Headers(request.headers), body: bytes }, options)).toEqual(read);
    expect(verify({ headers: lists, body: bytes }, options)).toEqual(read);
    expect(verify(request, { ...options, secret: [OTHER, SECRET] })).toEqual(read);
  });

  it.each([
    ['another secret', request, { ...options, secret: OTHER }],
    ['a changed body', { ...request, body: `${request.body} ` }, options],
    ['no headers', { ...request, headers: {} }, options],
  ])('is refused with %s', (_name, changed, how) => {
    expect(() => verify(changed, how)).toThrow(WebhookVerificationError);
  });
});

it.each(['standard', 'job-status', 'orion'])('an old webhook of %s is refused: its time is signed', (dialect) => {
  const { request } = sent(dialect);
  expect(() => verify(request, { dialect, secret: SECRET, nowSeconds: NOW_SECONDS + 301 })).toThrow(
    WebhookVerificationError,
  );
});

it('an ed25519 signature is checked with the public key', () => {
  const { request } = sent('standard', { scheme: 'ed25519', value: SEED });
  const options = { secret: ed25519PublicKeyOf(SEED), nowSeconds: NOW_SECONDS };
  expect(verify(request, options).type).toBe(sent('standard').event.type);
  expect(() => verify({ ...request, body: '{}' }, options)).toThrow(WebhookVerificationError);
});

it("orion's own header is checked in place of a signature", () => {
  const { request } = sent('orion');
  const headers = { ...request.headers, 'X-Webhook-Secret': 'mine' };
  const header = { name: 'X-Webhook-Secret', value: 'mine' };
  expect(verify({ ...request, headers }, { dialect: 'orion', header }).type).toBe(sent('orion').event.type);
  expect(() => verify(request, { dialect: 'orion', header })).toThrow(WebhookVerificationError);
});

it.each([
  ['no secret', {}, 'secret must be given'],
  ['an empty secret', { secret: '' }, 'secret must be given, and must not be empty'],
  ['an unknown dialect', { dialect: 'constructor', secret: SECRET }, 'dialect must be one of standard'],
  ['a header where a signature is sent', { header: { name: 'x', value: 'y' } }, 'verified by its signature'],
  ['an empty header', { dialect: 'orion', header: { name: 'x', value: '' } }, 'header.value must not be empty'],
])('%s is a mistake of the caller', (_name, options, message) => {
  expect(() => verify(sent('standard').request, options)).toThrow(new RegExp(message));
  expect(() => verify(sent('standard').request, options)).toThrow(TypeError);
});
