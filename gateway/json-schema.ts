import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { FieldError } from './errors.ts';

const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const COMPILED_SCHEMAS = 1_000;

// The package is CommonJS: under Node its default export is the function, in its types the module.
const addFormats = ajvFormats as unknown as typeof ajvFormats.default;
// `addUsedSchema: false`: two organizations may use the same `$id`. Refs into the network are not followed.
const options = { strict: false, allErrors: false, addUsedSchema: false, inlineRefs: false, validateFormats: true };
const draft2020 = new Ajv2020(options);
const draft7 = new Ajv(options);
addFormats(draft2020);
addFormats(draft7);

const compiled = new Map<string, ValidateFunction>();

/** The rules that `data` breaks, against a JSON Schema (text) that `checkSchema` has accepted. */
export function checkAgainstSchema(schema: string, data: unknown): FieldError[] {
  const validate = compile(schema);
  if (validate(data)) return [];
  return (validate.errors ?? []).map((error) => ({
    field: ['data', ...error.instancePath.split('/').slice(1), ...missing(error.params)].join('.'),
    rule: error.message ?? error.keyword,
  }));
}

/** Why a JSON Schema (text) cannot be used; `undefined` if it can. Draft 2020-12, or draft-07 where `$schema` says so. */
export function checkSchema(schema: string): string | undefined {
  try {
    compile(schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'is not a JSON Schema';
  }
}

function compile(schema: string): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const parsed: unknown = JSON.parse(schema);
  const ajv = isDraft7(parsed) ? draft7 : draft2020;
  const validate = ajv.compile(parsed as object);
  if (compiled.size >= COMPILED_SCHEMAS) compiled.clear();
  compiled.set(schema, validate);
  return validate;
}

function isDraft7(schema: unknown): boolean {
  const dialect = (schema as { $schema?: unknown } | null)?.$schema;
  return typeof dialect === 'string' && DRAFT_7.test(dialect);
}

/** The name of a missing field belongs into the path: `data.amount is required` beats `data must have property amount`. */
function missing(params: Record<string, unknown>): string[] {
  return typeof params.missingProperty === 'string' ? [params.missingProperty] : [];
}
