import type { IDataObject } from 'n8n-workflow';
import type { DialectWire } from '../../domain/dialects/dialect.ts';
import { hmacSha256Hex } from '../../domain/signing/hmac.ts';
import type { Received } from './received.ts';

const NAME = 'seen';
/** Enough for the retries of a busy day, at some 20 kB. */
const MAX_SEEN = 1_000;

/**
 * Whether this event was seen before, and remembers it. Events are told apart by what the signature covers, since whoever repeats a
 * request may change the rest: the signed id, else the body, which stays the same over retries.
 */
export function isRepeat(staticData: IDataObject, wire: DialectWire, { body, headers }: Received): boolean {
  const key = hmacSha256Hex(wire.name, wire.signedId(headers) ?? body).slice(0, 16);
  const seen = (staticData[NAME] ?? []) as string[];
  if (seen.includes(key)) return true;
  staticData[NAME] = [...seen, key].slice(-MAX_SEEN);
  return false;
}
