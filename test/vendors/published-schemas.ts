import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import AjvDraft04 from 'ajv-draft-04';

/**
 * The vendors' own published schemas, as files: the package that has Jira's drags in an editor, and no package has that of Adaptive
 * Cards. `schemas/README.md` says where each is from.
 */
function read(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`schemas/${name}`, import.meta.url), 'utf8'));
}

const adf = new AjvDraft04.default({ strict: false }).compile(read('adf-full.json'));
const adaptiveCard = compileCard();

function compileCard(): ValidateFunction {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addMetaSchema(draft06);
  // It names itself by the address of its meta-schema.
  const { id: _, ...schema } = read('adaptive-card-1.5.json');
  return ajv.compile(schema);
}

/** What the published schema of the Atlassian Document Format finds wrong with a document. */
export function publishedAdfFaults(document: unknown): string[] {
  return faultsOf(adf, document);
}

/** What the published schema of Adaptive Cards 1.5 finds wrong with a card; Teams' own `msteams` is left out, which it forbids. */
export function publishedCardFaults(card: unknown): string[] {
  if (typeof card !== 'object' || card === null) return ['must be an object'];
  const { msteams: _, ...rest } = card as Record<string, unknown>;
  return faultsOf(adaptiveCard, rest);
}

function faultsOf(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ message, instancePath }) => `${message} [json-pointer:${instancePath}]`);
}
