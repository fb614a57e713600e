import { catalogueOf, eventTypeOf } from '../domain/dialects/catalogues.ts';
import { eventTypeKey, type PublishRules } from '../store/event-types.ts';
import { zodFieldErrors } from './error-handler.ts';
import { type FieldError, fieldProblem } from './errors.ts';
import { DEFAULT_DIALECT } from './fields.ts';
import { checkAgainstSchema } from './json-schema.ts';

/**
 * Whether a type may be published with this `data`. Closed dialects know their types; in open ones the organization's registered
 * types are checked, and `rules.rejectUnknownEventTypes` refuses the rest in `standard`. Throws a problem naming the field. `dataLength`: of its JSON.
 */
export function checkEventData(
  event: { dialect: string; type: string; data: Record<string, unknown>; dataLength: number },
  rules: PublishRules | null,
): void {
  const catalogue = catalogueOf(event.dialect);
  if (catalogue && !catalogue.open) {
    const definition = eventTypeOf(event.dialect, event.type);
    if (!definition) {
      const names = catalogue.eventTypes.map((type) => type.name).join(', ');
      throw unknownType(`${event.dialect} has no such event type; it has ${names}`);
    }
    const checked = definition.schema.safeParse(event.data);
    if (!checked.success) refuse(zodFieldErrors(checked.error, ['data']));
    return;
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

function unknownType(rule: string) {
  return fieldProblem('unknown_event_type', [{ field: 'type', rule }]);
}

function refuse(errors: FieldError[]): void {
  if (errors.length > 0) throw fieldProblem('invalid_event_data', errors);
}
