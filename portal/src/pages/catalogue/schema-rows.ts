/** A field of a payload, as a table shows it. */
export interface SchemaRow {
  /** `order.items[].sku`. */
  path: string;
  type: string;
  isRequired: boolean;
  description: string;
}

interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  format?: string;
  description?: string;
}

/** Beyond it a table helps nobody; the schema itself is shown below it. */
const MAX_DEPTH = 5;

/** The fields of an object schema, each parent before its own. Parts that a table cannot say are in the schema itself. */
export function schemaRows(schema: Record<string, unknown>): SchemaRow[] {
  return rowsOf(schema as JsonSchema, '', 0);
}

function rowsOf(schema: JsonSchema, prefix: string, depth: number): SchemaRow[] {
  if (depth > MAX_DEPTH) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const row = {
      path,
      type: typeWords(field),
      isRequired: schema.required?.includes(name) ?? false,
      description: field.description ?? '',
    };
    const inner = field.items ? rowsOf(field.items, `${path}[]`, depth + 1) : rowsOf(field, path, depth + 1);
    return [row, ...inner];
  });
}

function typeWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeWords).join(' | ');
  if (schema.items) return `list of ${typeWords(schema.items)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'anything');
  return schema.format ? `${type} (${schema.format})` : type;
}
