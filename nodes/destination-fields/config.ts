import type { IDataObject } from 'n8n-workflow';
import { type DestinationField, isAsked } from '../../domain/destinations/fields.ts';
import { type Kind, moreOf, parameterOf, standsAlone } from './kinds.ts';

/** Reads a parameter of the node; undefined where there is none. */
export type ReadParameter = (name: string) => unknown;

/**
 * The configuration that the node's parameters say, as the API takes it: only fields that are asked for and filled in. Values are
 * checked by the API alone.
 */
export function configOf(kind: Kind, read: ReadParameter): IDataObject {
  const more = (read(moreOf(kind)) ?? {}) as IDataObject;
  const values = kind.fields.map((field) => {
    const given = standsAlone(kind, field) ? read(parameterOf(kind, field)) : more[field.name];
    return [field.name, givenValue(field, given)] as const;
  });
  const filled: IDataObject = Object.fromEntries(values.filter(([, value]) => value !== undefined));
  // A field that is not shown any more keeps its value in the workflow.
  const asked = kind.fields.filter((field) => isAsked(field, filled, kind.fields) && field.name in filled);
  return Object.fromEntries(asked.map(({ name }) => [name, filled[name]]));
}

function givenValue({ kind }: DestinationField, given: unknown): IDataObject[string] | undefined {
  if (given === undefined || given === null) return undefined;
  switch (kind) {
    case 'boolean':
      return given === true;
    case 'number':
      return Number(given);
    case 'list': {
      const entries = (Array.isArray(given) ? given : [given]).map((entry) => String(entry).trim());
      const filled = entries.filter((entry) => entry !== '');
      return filled.length > 0 ? filled : undefined;
    }
    case 'map':
      return mapIn(given);
    default:
      return textIn(given);
  }
}

function mapIn(given: unknown): IDataObject | undefined {
  const { entries = [] } = given as { entries?: { name: string; value: string }[] };
  const named = entries.filter(({ name, value }) => name !== '' && value !== '');
  return named.length > 0 ? Object.fromEntries(named.map(({ name, value }) => [name, value])) : undefined;
}

/** Pickers give an object, those inside a collection always. */
function textIn(given: unknown): string | undefined {
  const value = typeof given === 'object' && given !== null && 'value' in given ? given.value : given;
  const text = String(value ?? '').trim();
  return text === '' ? undefined : text;
}
