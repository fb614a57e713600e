import { catalogueOf, eventTypeOf } from '../domain/dialects/catalogues.ts';
import { eventTypeKey, type PublishRules } from '../store/event-types.ts';
import { zodFieldErrors } from './error-handler.ts';
import { type FieldError, fieldProblem, type Problem } from './errors.ts';
import { DEFAULT_DIALECT } from './fields.ts';
import { checkAgainstSchema } from './json-schema.ts';

/** An event to be checked. `dataLength`: of its JSON. `test`: only its sender's own endpoint gets it. */
interface CheckedEvent {
  dialect: string;
  type: string;
  data: Record<string, unknown>;
  dataLength: number;
  test: boolean;
}

/**
 * Whether a type may be published with this `data`. Closed dialects know their types; in open ones the organization's registered
 * types are checked, and `rules.rejectUnknownEventTypes` refuses the rest in `standard`. What is reserved to Waybill can only be
 * tested. Throws a problem naming the field.
 */
export function checkEventData(event: CheckedEvent, rules: PublishRules | null): void {
  const catalogue = catalogueOf(event.dialect);
  const definition = eventTypeOf(event.dialect, event.type);
  if (definition?.reserved && !event.test) throw reservedType('type');
  if (definition && (definition.reserved || !catalogue?.open)) {
    const checked = definition.schema.safeParse(event.data);
    if (!checked.success) refuse(zodFieldErrors(checked.error, ['data']));
    return;
  }
  if (catalogue && !catalogue.open) {
    const names = catalogue.eventTypes.map((type) => type.name).join(', ');
    throw unknownType(`${event.dialect} has no such event type; it has ${names}`);
  }
  const schema = rules?.schemas.get(eventTypeKey(event.dialect, event.type));
  if (schema === undefined && event.dialect === DEFAULT_DIALECT && rules?.rejectUnknownEventTypes) {
    throw unknownType('is not registered, and the organization rejects unknown event types');
  }
  if (schema) refuse(checkAgainstSchema(schema, event.data, event.dataLength));
}

/** Whether the dialect takes types beside its catalogue. */
export function isOpenDialect(dialect: string): boolean {
  return catalogueOf(dialect)?.open === true;
}

/** The answer where someone publishes or registers a type that Waybill alone raises. */
export function reservedType(field: string): Problem {
  return fieldProblem('reserved_event_type', [{ field, rule: 'is reserved: Waybill alone raises it' }]);
}

function unknownType(rule: string) {
  return fieldProblem('unknown_event_type', [{ field: 'type', rule }]);
}

function refuse(errors: FieldError[]): void {
  if (errors.length > 0) throw fieldProblem('invalid_event_data', errors);
}
