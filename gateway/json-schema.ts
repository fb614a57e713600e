import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { OutOfTimeError, runBounded } from './bounded-run.ts';
import type { FieldError } from './errors.ts';

const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const COMPILED_SCHEMAS = 1_000;
/** A large schema takes some 100 ms to compile. */
const COMPILE_LIMIT_MS = 1_000;

// The package is CommonJS: under Node its default export is the function, in its types the module.
const addFormats = ajvFormats as unknown as typeof ajvFormats.default;
const CLASSES = { draft2020: Ajv2020, draft7: Ajv };
// Only these know the meta-schemas. Schemas themselves are compiled apart, since an instance remembers every `$id` it sees:
// two organizations may use the same, or that of a meta-schema.
const quiet = { strict: false, logger: false } as const;
const META = { draft2020: new Ajv2020(quiet), draft7: new Ajv(quiet) };

interface CompiledSchema {
  validate: ValidateFunction;
  /** Whether some `data` could keep it busy for long. */
  mayTakeLong: boolean;
}

const compiled = new Map<string, CompiledSchema>();

/** Keywords whose cost can grow faster than schema times data: backtracking, comparing in pairs, branching references. */
const COSTLY = /"(pattern|patternProperties|uniqueItems|\$ref|\$dynamicRef|\$recursiveRef)"/;
const CHEAP_SCHEMA_LENGTH = 4 * 1024;
const CHEAP_DATA_LENGTH = 64 * 1024;
/** One organization's schema must not hold up the publishes of all others for longer, in milliseconds. */
const LIMIT_MS = 250;

/**
 * The rules that `data` breaks, against a JSON Schema (text) that `checkSchema` has accepted. `dataLength` is that of its JSON,
 * in characters: what could take long runs under a time limit, and running out of it is a broken rule too.
 */
export function checkAgainstSchema(schema: string, data: unknown, dataLength: number): FieldError[] {
  const { validate, mayTakeLong } = compile(schema);
  try {
    const bounded = mayTakeLong || dataLength > CHEAP_DATA_LENGTH;
    if (bounded ? runBounded(() => validate(data), LIMIT_MS) : validate(data)) return [];
  } catch (error) {
    // RangeError: a schema that refers to itself without end overflows the stack.
    if (!(error instanceof OutOfTimeError || error instanceof RangeError)) throw error;
    return [{ field: 'data', rule: 'takes too long to check against the schema of its type' }];
  }
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
    if (error instanceof OutOfTimeError) return 'takes too long to compile';
    return error instanceof Error ? error.message : 'is not a JSON Schema';
  }
}

function compile(schema: string): CompiledSchema {
  const known = compiled.get(schema);
  if (known) return known;
  const parsed: unknown = JSON.parse(schema);
  const validate = runBounded(() => compileApart(parsed as object), COMPILE_LIMIT_MS);
  const made = { validate, mayTakeLong: schema.length > CHEAP_SCHEMA_LENGTH || COSTLY.test(schema) };
  if (compiled.size >= COMPILED_SCHEMAS) compiled.clear();
  compiled.set(schema, made);
  return made;
}

function compileApart(schema: object): ValidateFunction {
  const draft = isDraft7(schema) ? 'draft7' : 'draft2020';
  if (!META[draft].validateSchema(schema)) throw new Error(META[draft].errorsText(META[draft].errors));
  // Refs into the network are not followed: they are errors.
  const ajv = new CLASSES[draft]({ ...quiet, meta: false, validateSchema: false, inlineRefs: false });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  // The library's own extension: such a schema answers a promise, which would pass for "valid".
  if ('$async' in validate) throw new Error('$async is no keyword of JSON Schema');
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
