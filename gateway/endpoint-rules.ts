import { randomBytes } from 'node:crypto';
import { catalogueOf } from '../domain/dialects/catalogues.ts';
import type { DialectWire, WireRequest } from '../domain/dialects/dialect.ts';
import { ed25519PublicKeyOf, ed25519SecretFromSeed } from '../domain/signing/ed25519.ts';
import type { NewSecret } from '../store/endpoint-secrets.ts';
import { type FieldError, fieldProblem, type Problem } from './errors.ts';
import { DEFAULT_DIALECT } from './fields.ts';

const RANDOM_BYTES = 32;

/** The rule that a URL breaks, in words that do not repeat it; `undefined`: none. */
type UrlRule = (url: URL) => string | undefined;

/**
 * Checks the address of an endpoint, by the dialect's own rule and the guard's (`checkUrl`) too. Throws `url_not_allowed`; the
 * text never repeats the URL, which may hold a secret.
 */
export function checkEndpointUrl(text: string, wire: DialectWire, checkUrl: UrlRule): void {
  checkCalledUrl('url', text, [wire.urlRule, checkUrl]);
}

/**
 * Checks an address that Waybill is to call: http or https, no credentials or fragment, then each of `rules`. Throws
 * `url_not_allowed` for `field`.
 */
export function checkCalledUrl(field: string, text: string, rules: readonly UrlRule[]): URL {
  const refused = (rule: string) => fieldProblem('url_not_allowed', [{ field, rule }]);
  const url = /[\s\p{Cc}]/u.test(text) ? null : URL.parse(text);
  if (url === null) throw refused('must be an absolute URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('must begin with https:// or http://');
  if (url.username !== '' || url.password !== '') throw refused('must not contain a user name or password');
  if (url.hash !== '') throw refused('must not contain a fragment');
  for (const check of rules) {
    const rule = check(url);
    if (rule !== undefined) throw refused(rule);
  }
  return url;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Tab, visible ASCII and the upper half of latin1: RFC 9110, section 5.5. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const RESERVED = new Set([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'user-agent',
]);
const RESERVED_PREFIXES = ['proxy-', 'webhook-', 'svix-', 'waybill-', 'x-waybill-'];
const MAX_HEADER_BYTES = 8 * 1024;

/**
 * Checks custom headers: reserved are the connection's, the signatures', and those the dialect sets itself, for a customer's of
 * that name could pass for the signature. A value of null is one that stays. Throws a problem naming field and rule, never a value.
 */
export function checkHeaders(headers: readonly { name: string; value: string | null }[], wire: DialectWire): void {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  const ownNames = new Set(Object.keys(renderSample(wire, {}).headers).map((name) => name.toLowerCase()));
  headers.forEach(({ name, value }, i) => {
    const lower = name.toLowerCase();
    const refuse = (part: string, rule: string) => errors.push({ field: `headers.${i}.${part}`, rule });
    if (!TOKEN.test(name)) refuse('name', 'must be an HTTP token');
    if (RESERVED.has(lower) || ownNames.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
      refuse('name', 'is reserved');
    }
    if (seen.has(lower)) refuse('name', 'is given twice');
    seen.add(lower);
    if (value !== null && !HEADER_VALUE.test(value)) refuse('value', 'must hold latin1 characters and no line breaks');
  });
  const bytes = headers.reduce((sum, { name, value }) => sum + name.length + (value?.length ?? 0), 0);
  if (bytes > MAX_HEADER_BYTES) errors.push({ field: 'headers', rule: `must not exceed ${MAX_HEADER_BYTES} bytes` });
  if (errors.length > 0) throw fieldProblem('validation_failed', errors);
}

/** The problem where basic authentication and a custom header would both set `Authorization`. */
export function authorizationTwice(): Problem {
  return fieldProblem('validation_failed', [
    { field: 'basicAuth', rule: 'must not be given beside a custom header Authorization' },
  ]);
}

/** Throws `authorizationTwice`, if it is so. */
export function checkAuthorization(headers: readonly { name: string }[], basicAuth: object | null | undefined): void {
  if (basicAuth && headers.some(({ name }) => name.toLowerCase() === 'authorization')) throw authorizationTwice();
}

/** Checks that the dialect can render with these options. Throws a problem with the dialect's own words. */
export function checkOptions(options: Readonly<Record<string, unknown>>, wire: DialectWire): void {
  try {
    renderSample(wire, options);
  } catch (error) {
    throw refuse('options', error instanceof Error ? error.message : 'cannot be rendered');
  }
}

/** A first look at what the dialect writes, with the example of its first event type. */
function renderSample(wire: DialectWire, options: Readonly<Record<string, unknown>>): WireRequest {
  const { name: type, example: data } = catalogueOf(wire.name)?.eventTypes[0] ?? { name: 'type', example: {} };
  return wire.render(
    { id: 'evt', dialect: wire.name, type, data, occurredAt: '1970-01-01T00:00:00.000Z', organizationUuid: '' },
    {
      deliveryId: 'dlv',
      attemptId: 'atm',
      timestampSeconds: 0,
      secrets: [{ scheme: 'hmac', value: wire.secret.format(new Uint8Array(RANDOM_BYTES)) }],
      userAgent: 'Waybill',
      options,
    },
  );
}

/** What the caller says of a secret. */
export interface SecretChoice {
  secret?: string | null | undefined;
  signature?: 'hmac' | 'ed25519' | null | undefined;
}

/** The secret to keep: the caller's if it suits the dialect, else a fresh one. Throws a problem naming the field, never the secret. */
export function chooseSecret(wire: DialectWire, choice: SecretChoice): NewSecret {
  const { secret, signature } = choice;
  const takesEd25519 = wire.name === DEFAULT_DIALECT;
  if (signature === 'ed25519' && !takesEd25519) throw refuse('signature', 'ed25519 is not known to this dialect');
  if (secret === undefined || secret === null) {
    const random = randomBytes(RANDOM_BYTES);
    return signature === 'ed25519'
      ? { scheme: 'ed25519', value: ed25519SecretFromSeed(random) }
      : { scheme: 'hmac', value: wire.secret.format(random) };
  }
  const rule = wire.secret.check(secret);
  if (rule !== undefined) throw refuse('secret', rule);
  const scheme = takesEd25519 && secret.startsWith('whsk_') ? 'ed25519' : 'hmac';
  if (signature && signature !== scheme) throw refuse('secret', `is no ${signature} secret`);
  return { scheme, value: secret };
}

/** What the customer is shown, once: the shared secret, or with ed25519 the public key, by which receivers verify. Null: nothing is signed. */
export function shownSecret(secret: NewSecret | null): { secret: string | null; publicKey: string | null } {
  if (secret === null) return { secret: null, publicKey: null };
  if (secret.scheme === 'hmac') return { secret: secret.value, publicKey: null };
  const publicKey = ed25519PublicKeyOf(secret.value);
  return { secret: publicKey, publicKey };
}

function refuse(field: string, rule: string) {
  return fieldProblem('validation_failed', [{ field, rule }]);
}
