import { createHmac } from 'node:crypto';
import { catalogueOf } from '../../domain/dialects/catalogues.ts';
import type { DialectWire } from '../../domain/dialects/dialect.ts';
import { anAttempt, anEvent, hmac } from '../../domain/dialects/fixtures.ts';
import { wireOf } from '../../domain/dialects/wires.ts';

/** A request as a system sends it. */
export interface SentRequest {
  headers: Record<string, string>;
  body: string | Buffer;
}

/** A wire that is there. */
export function wireNamed(dialect: string): DialectWire {
  const wire = wireOf(dialect);
  if (!wire) throw new Error(`no dialect ${dialect}`);
  return wire;
}

/** A secret in the dialect's own form; `seed` makes another. */
export function aSecret(dialect: string, seed = 7): string {
  return wireNamed(dialect).secret.format(Buffer.alloc(32, seed));
}

/** What the dialect's own system sends for an event, signed now with this secret. */
export function sentBy(
  dialect: string,
  event: { id: string; type: string; data: Record<string, unknown> },
  secret: string,
): SentRequest {
  return wireNamed(dialect).render(
    anEvent({ dialect, ...event }),
    anAttempt({ secrets: [hmac(secret)], timestampSeconds: Math.floor(Date.now() / 1000) }),
  );
}

/** The first event type of a dialect whose payload its document shows, else its first. */
export function anExample(dialect: string): { type: string; data: Record<string, unknown> } {
  const types = catalogueOf(dialect)?.eventTypes.filter((type) => !type.reserved) ?? [];
  const type = types.find(({ origin }) => origin === 'document') ?? types[0];
  return type ? { type: type.name, data: type.example } : { type: 'invoice.paid', data: { total: 42 } };
}

/** Any body, signed as fltr's document does by hand. */
export function signedByFltr(body: string | Buffer, secret: string): SentRequest {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return { headers: { 'content-type': 'application/json', 'x-fltr-signature': signature }, body };
}
