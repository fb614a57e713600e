/** A field that was changed; `from` and `to` are absent where its values are not to be shown. */
export interface FieldChange {
  field: string;
  from?: unknown;
  to?: unknown;
}

/** Values up to this length, as JSON, are worth reading in a list. */
const LONGEST_SHOWN = 500;

/**
 * What differs between two states of a thing, by field. `shown`: fields whose values anybody may see who may see the thing;
 * `named`: fields of which only the name is told. Long values are named only.
 */
export function changesBetween<Thing extends object>(
  before: Thing,
  after: Thing,
  fields: { shown: readonly (keyof Thing & string)[]; named: readonly (keyof Thing & string)[] },
): FieldChange[] {
  const differs = (field: keyof Thing) => JSON.stringify(before[field]) !== JSON.stringify(after[field]);
  const change = (field: keyof Thing & string): FieldChange => {
    const values = { from: before[field], to: after[field] };
    return JSON.stringify(values).length <= LONGEST_SHOWN ? { field, ...values } : { field };
  };
  return [...fields.shown.filter(differs).map(change), ...fields.named.filter(differs).map((field) => ({ field }))];
}
