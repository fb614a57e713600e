import type { DestinationField } from './form-model.ts';

/** A field as it is filled in: text; lines of a list in one text; rows of a map. */
export type ConfigValue = string | boolean | { key: string; value: string }[];
export type ConfigValues = Readonly<Record<string, ConfigValue>>;

/** Whether a field is asked for, given the others: as the server decides it. */
export function isAsked(field: DestinationField, values: ConfigValues, fields: readonly DestinationField[]): boolean {
  if (!field.when) return true;
  const { field: other, in: wanted } = field.when;
  const given = values[other];
  const standing = given === undefined || given === '' ? fields.find(({ name }) => name === other)?.default : given;
  return wanted.includes(String(standing));
}

/** A saved configuration as the form has it. */
export function readConfig(
  fields: readonly DestinationField[],
  config: Readonly<Record<string, unknown>>,
): ConfigValues {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = config[field.name];
      return value === undefined || value === null ? [] : [[field.name, readValue(field, value)]];
    }),
  );
}

function readValue({ kind }: DestinationField, value: unknown): ConfigValue {
  if (kind === 'boolean') return value === true;
  if (kind === 'list' && Array.isArray(value)) return value.join('\n');
  if (kind === 'map' && typeof value === 'object') {
    return Object.entries(value as object).map(([key, text]) => ({ key, value: String(text) }));
  }
  return String(value);
}

/** The configuration as the API takes it: what is empty or not asked for is left out. */
export function configOf(fields: readonly DestinationField[], values: ConfigValues): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      if (!isAsked(field, values, fields)) return [];
      const value = apiValueOf(field, values[field.name]);
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
}

function apiValueOf({ kind }: DestinationField, value: ConfigValue | undefined): unknown {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') {
    const rows = value.filter(({ key }) => key.trim() !== '');
    return rows.length === 0 ? undefined : Object.fromEntries(rows.map((row) => [row.key.trim(), row.value]));
  }
  const text = kind === 'secret' ? value : value.trim();
  if (text === '') return undefined;
  if (kind === 'number') return Number(text);
  return kind === 'list'
    ? text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    : text;
}
