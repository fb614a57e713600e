import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import type { ParsedEvent } from '../domain/dialects/dialect.ts';
import { ENVELOPE_FIELD } from '../domain/dialects/envelope.ts';
import { undocumentedFields } from '../domain/dialects/undocumented-fields.ts';
import type { PublishRules } from '../store/event-types.ts';
import { checkEventData } from './check-data.ts';
import { Problem, type ProblemCode } from './errors.ts';
import { eventTypeName } from './fields.ts';

type Flag = 'unknown_type' | 'schema_mismatch' | 'extra_fields';

/** How an event departs from what its dialect knows; both null: not at all. */
export interface Oddity {
  /** The gravest. */
  flag: Flag | null;
  /** All of it in words, for the source's log. */
  reason: string | null;
}

interface Finding {
  flag: Flag;
  text: string;
}

/** Rules of publishing that a source only flags. */
const FLAGGED: Partial<Record<ProblemCode, Flag>> = {
  unknown_event_type: 'unknown_type',
  invalid_event_data: 'schema_mismatch',
};

/**
 * Judges an event that a source received. `rules` are the organization's, null in a dialect with a fixed catalogue; `dataLength` is
 * that of the data's JSON. Throws a problem for a type that Waybill reserves for itself.
 */
export function judgeOddity(
  dialect: string,
  event: ParsedEvent,
  dataLength: number,
  rules: PublishRules | null,
): Oddity {
  // In this order the gravest comes first.
  const findings = [
    ...typeAndData(dialect, event, dataLength, rules),
    ...event.brokenRules.map((text) => ({ flag: 'schema_mismatch', text }) as const),
    ...extraFields(dialect, event),
  ];
  return {
    flag: findings[0]?.flag ?? null,
    reason: findings.length === 0 ? null : findings.map(({ flag, text }) => `${flag}: ${text}`).join('; '),
  };
}

function typeAndData(dialect: string, event: ParsedEvent, dataLength: number, rules: PublishRules | null): Finding[] {
  const { type, data } = event;
  // No such type can be in a catalogue or be registered.
  if (!eventTypeName.safeParse(type).success) return [{ flag: 'unknown_type', text: 'the type is no dotted name' }];
  try {
    checkEventData({ dialect, type, data, dataLength, test: false }, rules);
    return [];
  } catch (error) {
    const flag = error instanceof Problem ? FLAGGED[error.code] : undefined;
    if (flag === undefined) throw error;
    return [{ flag, text: (error as Problem).message }];
  }
}

function extraFields(dialect: string, { type, data, extraFields: beside }: ParsedEvent): Finding[] {
  const known = eventTypeOf(dialect, type);
  const within = known ? undocumentedFields(known, data).filter((name) => name !== ENVELOPE_FIELD) : [];
  const names = [...beside, ...within];
  return names.length === 0 ? [] : [{ flag: 'extra_fields', text: names.join(', ') }];
}
