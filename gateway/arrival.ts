import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import type { DialectWire, ParsedEvent, ReceivedRequest, Verification } from '../domain/dialects/dialect.ts';
import { ENVELOPE_FIELD } from '../domain/dialects/envelope.ts';
import { undocumentedFields } from '../domain/dialects/undocumented-fields.ts';
import type { PublishRules } from '../store/event-types.ts';
import type { ReceivingSource } from '../store/sources.ts';
import type { PublishItem } from '../store/types.ts';
import { checkEventData } from './check-data.ts';
import { Problem } from './errors.ts';
import { eventTypeName } from './fields.ts';
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
  const data = textOf(event.data);
  if (typeof data !== 'string') return data;
  const oddity = judgeOddity(wire.name, event, data.length, rules);
  if ('outcome' in oddity) return oddity;
  const bodyHash = hash('sha256', arrival.body, 'hex');
  const signedId = source.secrets.length > 0 ? wire.signedId(arrival.headers) : undefined;
  const senderId = [signedId, event.senderId].find((id) => id !== undefined && id !== null && USABLE_ID.test(id));
  return {
    kind: 'admitted',
    item: {
      organizationId: source.organizationId,
      dialect: wire.name,
      type: event.type,
      data,
      occurredAt: event.occurredAt ?? new Date(nowMs).toISOString(),
      // A fresh one: ids of two senders may be the same.
      id: null,
      idempotencyKey: null,
      fingerprint: bodyHash,
      presenceName: event.presenceName,
      userId: event.userId,
      to: null,
      source: { id: source.id, eventId: senderId ?? `sha256:${bodyHash}`, flag: oddity.flag },
    },
    reason: oddity.reason,
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

function textOf(data: Record<string, unknown>): string | Refusal {
  try {
    return dataText(data);
  } catch (error) {
    if (error instanceof Problem) return malformed(error.message);
    throw error;
  }
}

interface Oddity {
  flag: 'unknown_type' | 'schema_mismatch' | 'extra_fields' | null;
  reason: string | null;
}

/** The gravest flag, and in words all that is odd. Refused is only what Waybill reserves for itself. */
function judgeOddity(
  dialect: string,
  event: ParsedEvent,
  dataLength: number,
  rules: PublishRules | null,
): Oddity | Refusal {
  const { type, data } = event;
  const known = eventTypeOf(dialect, type);
  const undocumented = known ? undocumentedFields(known, data).filter((name) => name !== ENVELOPE_FIELD) : [];
  const extra = [...event.extraFields, ...undocumented];
  const reasons = event.brokenRules.map((rule) => `schema_mismatch: ${rule}`);
  if (extra.length > 0) reasons.push(`extra_fields: ${extra.join(', ')}`);
  let flag: Oddity['flag'] =
    event.brokenRules.length > 0 ? 'schema_mismatch' : extra.length > 0 ? 'extra_fields' : null;
  if (!eventTypeName.safeParse(type).success) {
    flag = 'unknown_type';
    reasons.unshift('unknown_type: the type is no dotted name');
  } else {
    const problem = problemOf(() => checkEventData({ dialect, type, data, dataLength, test: false }, rules));
    if (problem?.code === 'unknown_event_type') flag = 'unknown_type';
    else if (problem?.code === 'invalid_event_data') flag = 'schema_mismatch';
    else if (problem) return malformed(problem.message);
    if (problem) reasons.unshift(`${flag}: ${problem.message}`);
  }
  return { flag, reason: reasons.length === 0 ? null : reasons.join('; ') };
}

function problemOf(check: () => void): Problem | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function malformed(reason: string): Refusal {
  return { kind: 'refused', outcome: 'malformed', reason };
}
