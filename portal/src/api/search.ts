/** What stands in an address is anybody's: fields of the wrong form are left out, as if they were absent. */
type Given = Record<string, unknown>;

/** A text that is not empty; numbers count, since `?text=42` is read as one. */
export function searchText(given: Given, name: string): string | undefined {
  const value = given[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One of the values. */
export function searchOneOf<Value extends string>(
  given: Given,
  name: string,
  values: readonly Value[],
): Value | undefined {
  return values.find((value) => value === given[name]);
}

/** The fields that are there, for search parameters of a route. */
export function present<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
