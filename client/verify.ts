import type { DialectWire, ReceivedRequest, SigningSecret } from '../domain/dialects/dialect.ts';
import { DIALECT_NAMES, wireOf } from '../domain/dialects/wires.ts';

export interface VerifyOptions {
  /** `standard`, `flexorch`, `orion`, `fltr`, `job-status` or `flowcerta`. @default 'standard' */
  dialect?: string;
  /** The endpoint's secret as it was shown; several while one is being changed. A public key (`whpk_…`) where it signs with ed25519. */
  secret?: string | readonly string[];
  /** In place of a secret, where the sender proves itself by a header of yours: its name and value. */
  header?: { name: string; value: string };
  /** Unix time. @default now */
  nowSeconds?: number;
}

/** An event out of a request that has been verified. */
export interface ReceivedWebhook {
  /** Stays the same when the event is sent again: what has this id has been handled. Null where the dialect signs and names none. */
  id: string | null;
  type: string;
  data: Record<string, unknown>;
  /** ISO 8601, UTC; null where the body tells no time. */
  occurredAt: string | null;
}

/** The request does not come from the sender, or tells no event: answer 401. The message is for your log, not for the caller. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

type AnyHeaders = Headers | Readonly<Record<string, string | string[] | undefined>>;

/**
 * Checks a webhook the way its system's document tells receivers to, in constant time, and reads it. `body` must be the raw body:
 * what a JSON parser made of it cannot be checked. Throws `WebhookVerificationError`; `TypeError` for options that cannot be meant.
 */
export function verify(
  request: { headers: AnyHeaders; body: string | Uint8Array },
  options: VerifyOptions,
): ReceivedWebhook {
  const { dialect = 'standard', nowSeconds = Math.floor(Date.now() / 1_000) } = options;
  const wire = wireOf(dialect);
  if (!wire) throw new TypeError(`dialect must be one of ${DIALECT_NAMES.join(', ')}`);
  const received: ReceivedRequest = { headers: lowerCased(request.headers), body: request.body };
  const verification = options.header
    ? verifyHeader(wire, received, options.header)
    : wire.verify(received, secretsOf(options), nowSeconds);
  if (!verification.valid) throw new WebhookVerificationError(verification.reason);
  const text = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
  const event = wire.parse(text);
  if (event.kind === 'unparsable') throw new WebhookVerificationError(event.reason);
  const { type, data, occurredAt, senderId } = event;
  return { id: wire.signedId(received.headers) ?? senderId, type, data, occurredAt };
}

function verifyHeader(wire: DialectWire, received: ReceivedRequest, header: { name: string; value: string }) {
  if (!wire.verifyHeader) throw new TypeError(`${wire.name} is verified by its signature: give the secret`);
  // An empty value would let through whoever sends an empty header.
  if (header.value === '') throw new TypeError('header.value must not be empty');
  return wire.verifyHeader(received, header);
}

function secretsOf({ secret }: VerifyOptions): SigningSecret[] {
  const values = typeof secret === 'string' ? [secret] : (secret ?? []);
  if (values.length === 0 || values.includes('')) throw new TypeError('secret must be given, and must not be empty');
  return values.map((value) => ({ scheme: /^wh[sp]k_/.test(value) ? 'ed25519' : 'hmac', value }));
}

function lowerCased(headers: AnyHeaders): Record<string, string | undefined> {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]),
  );
}
