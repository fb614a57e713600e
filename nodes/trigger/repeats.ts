import type { DialectWire } from '../../domain/dialects/dialect.ts';
import { hmacSha256Hex } from '../../domain/signing/hmac.ts';
import type { Received } from './received.ts';

/** Enough for the retries of a busy day, at some 100 kB. */
const MAX_SEEN = 1_000;

/**
 * By address of a trigger, the events that this process of n8n was sent, oldest first. In memory, since n8n (2.40) does not keep what
 * a webhook that starts a run writes to static data. So what n8n was killed over is not taken for a repeat when it comes again.
 */
const seenBy = new Map<string, Set<string>>();

/**
 * Whether this event was sent to the trigger at `url` before, and remembers it. Events are told apart by what the signature covers,
 * since whoever repeats a request may change the rest: the signed id, else the body, which stays the same over retries.
 */
export function isRepeat(url: string, wire: DialectWire, { body, headers }: Received): boolean {
  const key = hmacSha256Hex(wire.name, wire.signedId(headers) ?? body).slice(0, 16);
  const seen = seenBy.get(url) ?? new Set<string>();
  if (seen.has(key)) return true;
  seenBy.set(url, seen.add(key));
  const [oldest] = seen;
  if (seen.size > MAX_SEEN && oldest !== undefined) seen.delete(oldest);
  return false;
}
