import type { ParsedEvent, Unparsable } from './dialect.ts';

/** How a dialect's body is laid out. */
export interface EnvelopeForm {
  /** Field that names the event type. Where a document leaves it open: several, of which the first that is there counts. */
  type: readonly string[];
  /** Field that says when it happened. */
  time: string;
  /** Field with the sender's id of the event; absent: the dialect has none. */
  id?: string;
  /** Fields, of `data` or beside it, that name the event's presence and user; absent: the dialect has none. */
  presence?: string;
  user?: string;
  /** Further fields that belong to the envelope and are not kept. */
  others?: readonly string[];
  /** `true`: no `data` object, the rest of the body is the data. */
  flat?: true;
}

/** Field of the data where those are kept that stand beside `data` and are not the envelope's. */
export const ENVELOPE_FIELD = '_envelope';
/** Fit for a header, since dialects write the type into one. */
const TYPE = /^[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?$/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i;
const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Reads a body into its event. What cannot be one is told apart from what only departs from the document: a body that is JSON
 * and names a type is an event. Without a `data` object everything but type, time and id is taken for data.
 */
export function parseEnvelope(body: string, form: EnvelopeForm): ParsedEvent | Unparsable {
  const fields = objectOf(body);
  if (fields === undefined) return { kind: 'unparsable', reason: 'the body is no JSON object' };
  const typeField = form.type.find((name) => fields[name] !== undefined);
  if (typeField === undefined) return { kind: 'unparsable', reason: `no event type: ${form.type[0]} is missing` };
  const type = fields[typeField];
  if (typeof type !== 'string' || !TYPE.test(type)) {
    return { kind: 'unparsable', reason: `no event type: ${typeField} is not 1 to 128 printable ASCII characters` };
  }
  const occurredAt = toInstant(fields[form.time]);
  const brokenRules = occurredAt === null ? [brokenTime(form.time, fields[form.time])] : [];
  // A time or id that cannot be read stays among the rest.
  const senderId = form.id === undefined ? null : toId(fields[form.id]);
  const own = new Set([
    typeField,
    ...(occurredAt === null ? [] : [form.time]),
    ...(form.id === undefined || senderId === null ? [] : [form.id]),
    ...(form.others ?? []),
  ]);
  const rest = Object.entries(fields).filter(([name]) => !own.has(name));
  const { data } = fields;
  const nameIn = (field: string | undefined) =>
    field === undefined ? null : ((isObject(data) ? toName(data[field]) : null) ?? toName(fields[field]));
  const event = {
    kind: 'event',
    type,
    occurredAt,
    senderId,
    presenceName: nameIn(form.presence),
    userId: nameIn(form.user),
  } as const;
  if (form.flat || !isObject(data)) {
    if (!form.flat) brokenRules.push('data is no object');
    return { ...event, data: Object.fromEntries(rest), extraFields: [], brokenRules };
  }
  const extra = rest.filter(([name]) => name !== 'data');
  return {
    ...event,
    data: extra.length === 0 ? data : { [ENVELOPE_FIELD]: Object.fromEntries(extra), ...data },
    extraFields: extra.map(([name]) => name),
    brokenRules,
  };
}

function objectOf(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    // Not JSON, or nested deeper than the stack: no object either way.
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toId(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Names are one line of at most 256 characters, as publishing has it; anything else stays in the data alone. */
function toName(value: unknown): string | null {
  return typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,256}$/u.test(value) ? value : null;
}

function toInstant(value: unknown): string | null {
  if (typeof value !== 'string' || !ISO_TIME.test(value)) return null;
  const ms = Date.parse(value);
  return ms >= 0 && ms <= LAST_INSTANT_MS ? new Date(ms).toISOString() : null;
}

function brokenTime(name: string, value: unknown): string {
  return value === undefined
    ? `${name} is missing`
    : `${name} is no time in ISO 8601 with an offset, from 1970 to 9999`;
}
