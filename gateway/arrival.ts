import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { DialectWire, ParsedEvent, ReceivedRequest, Verification } from '../domain/dialects/dialect.ts';
import type { PublishRules } from '../store/event-types.ts';
import type { ReceivingSource } from '../store/sources.ts';
import type { PublishItem } from '../store/types.ts';
import { Problem } from './errors.ts';
import { judgeOddity } from './oddity.ts';
import { dataText } from './publishing.ts';

/** A request to a source's address, as it came: header names in lower case, the body's bytes. */
export interface Arrival {
  headers: ReceivedRequest['headers'];
  body: Buffer;
}

/** Why an arrival is no event; `reason` is for the source's log, never for the sender. */
export interface Refusal {
  kind: 'refused';
  outcome: 'unverified' | 'malformed';
  reason: string;
}

/** An event to publish. `reason` tells what is odd about it; null: nothing. */
export interface Admission {
  kind: 'admitted';
  item: PublishItem & Required<Pick<PublishItem, 'source'>>;
  reason: string | null;
}

/** Ids that are kept as they are: one line that any database and reader can hold. */
const USABLE_ID = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/**
 * Judges what arrived, in this order: is it the sender's, is it an event, is it odd. `rules` are the organization's, null in a
 * dialect with a fixed catalogue. The key that tells repeats lies under the signature: the id that a header's signature covers, else
 * one in the body, else the body's SHA-256.
 */
export function judgeArrival(
  source: ReceivingSource,
  wire: DialectWire,
  arrival: Arrival,
  rules: PublishRules | null,
  nowMs: number,
): Admission | Refusal {
  const verification = verify(source, wire, arrival, Math.floor(nowMs / 1000));
  if (!verification.valid) return { kind: 'refused', outcome: 'unverified', reason: verification.reason };
  const event = read(wire, arrival.body);
  if ('outcome' in event) return event;
  try {
    const data = dataText(event.data);
    const { flag, reason } = judgeOddity(wire.name, event, data.length, rules);
    return { kind: 'admitted', item: toItem(source, wire, arrival, event, { data, flag }, nowMs), reason };
  } catch (error) {
    if (error instanceof Problem) return malformed(error.message);
    throw error;
  }
}

/** An event that is to be published as it came, but for its id: a fresh one, since ids of two senders may be the same. */
function toItem(
  source: ReceivingSource,
  wire: DialectWire,
  arrival: Arrival,
  event: ParsedEvent,
  { data, flag }: { data: string; flag: string | null },
  nowMs: number,
): Admission['item'] {
  const bodyHash = hash('sha256', arrival.body, 'hex');
  const signedId = source.secrets.length > 0 ? wire.signedId(arrival.headers) : undefined;
  const senderId = [signedId, event.senderId].find((id) => id !== undefined && id !== null && USABLE_ID.test(id));
  return {
    organizationId: source.organizationId,
    dialect: wire.name,
    type: event.type,
    data,
    occurredAt: event.occurredAt ?? new Date(nowMs).toISOString(),
    id: null,
    idempotencyKey: null,
    fingerprint: bodyHash,
    presenceName: event.presenceName,
    userId: event.userId,
    to: null,
    source: { id: source.id, eventId: senderId ?? `sha256:${bodyHash}`, flag },
  };
}

/** Everything that the source has to verify with must agree; with nothing, nobody is believed. */
function verify(source: ReceivingSource, wire: DialectWire, arrival: Arrival, nowSeconds: number): Verification {
  const { secrets, headers } = source;
  const checks = headers.map((header) => wire.verifyHeader?.(arrival, header) ?? unverifiable);
  if (secrets.length > 0) checks.push(wire.verify(arrival, secrets, nowSeconds));
  return checks.find((check) => !check.valid) ?? checks[0] ?? unverifiable;
}

const unverifiable: Verification = { valid: false, reason: 'the source has nothing to verify with: set its secret' };

function read(wire: DialectWire, body: Buffer): ParsedEvent | Refusal {
  if (!isUtf8(body)) return malformed('the body is not UTF-8');
  const event = wire.parse(body.toString('utf8'));
  return event.kind === 'event' ? event : malformed(event.reason);
}

function malformed(reason: string): Refusal {
  return { kind: 'refused', outcome: 'malformed', reason };
}
