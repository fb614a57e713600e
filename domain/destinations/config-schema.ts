import { z } from 'zod';
import type { ConfigFault, Destination } from './destination.ts';
import { type DestinationField, isAsked } from './fields.ts';

const MAX_LENGTH = 1_024;
const MAX_ENTRIES = 100;

/** The schema of a destination's configuration, drawn from its fields: for validation and for the API's description alike. */
export function configSchema(fields: readonly DestinationField[]): z.ZodObject {
  const shape = fields.map((field) => {
    const schema = valueSchema(field).meta({ title: field.label, description: field.help });
    // What is asked for only sometimes is required by `configFaults`.
    return [field.name, field.required && !field.when ? schema : schema.optional()];
  });
  return z.strictObject(Object.fromEntries(shape));
}

function valueSchema(field: DestinationField): z.ZodType {
  const text = textSchema(field.maxLength ?? MAX_LENGTH);
  const values = field.options?.map((option) => option.value) ?? [];
  switch (field.kind) {
    case 'boolean':
      return z.boolean();
    case 'number':
      return z.int().min(0).max(1_000_000);
    case 'select':
      return z.enum(values as [string, ...string[]]);
    case 'list':
      return z.array(text).max(MAX_ENTRIES);
    case 'map':
      return values.length > 0
        ? z.strictObject(Object.fromEntries(values.map((name) => [name, text.optional()])))
        : z
            .record(textSchema(256), textSchema(field.maxLength ?? 8_192, true))
            .refine((map) => Object.keys(map).length <= MAX_ENTRIES, `has at most ${MAX_ENTRIES} entries`);
    default:
      return text;
  }
}

/** Not empty, since an empty text would be sent as one; `lines`: may have several. */
function textSchema(maxLength: number, lines = false) {
  const allowed = lines ? /^[^\0]*$/ : /^\P{Cc}*$/u;
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(allowed, lines ? 'must not contain NUL' : 'must not contain control characters')
    .refine((text) => text.isWellFormed(), 'must not contain half of a character');
}

/**
 * The rules that a configuration breaks once each field is of its kind: fields that are missing, or given though they are not
 * asked for, then the destination's own.
 */
export function configFaults(destination: Destination, config: Readonly<Record<string, unknown>>): ConfigFault[] {
  const { fields } = destination;
  const faults = fields.flatMap((field): ConfigFault[] => {
    const asked = isAsked(field, config, fields);
    const given = config[field.name] !== undefined;
    if (asked && field.required && !given) return [{ field: field.name, rule: 'is required' }];
    return asked || !given ? [] : [{ field: field.name, rule: onlyWith(field) }];
  });
  return faults.length > 0 ? faults : destination.check(withDefaults(fields, config));
}

function onlyWith({ when }: DestinationField): string {
  return `is only for ${when?.field} ${when?.in.join(' or ')}`;
}

/** With what absent fields mean. */
export function withDefaults(
  fields: readonly DestinationField[],
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const defaults = fields.flatMap((field) => (field.default === undefined ? [] : [[field.name, field.default]]));
  return { ...Object.fromEntries(defaults), ...config };
}
