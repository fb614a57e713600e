import type { Schema } from '../../../api/client.ts';

type EndpointFilter = Schema<'EndpointFilter'>;
type Condition = EndpointFilter['conditions'][number];
export type Operator = Condition['operator'];
type Scalar = string | number | boolean | null;

/** Conditions as they are filled in: each value as one text. */
export interface FilterForm {
  match: EndpointFilter['match'];
  conditions: { field: string; operator: Operator; value: string }[];
  /** Empty: of any severity. */
  minSeverity: NonNullable<EndpointFilter['minSeverity']> | '';
}

/** What each operator says, between the field and the value. */
export const OPERATOR_WORDS: Readonly<Record<Operator, string>> = {
  equals: 'is',
  notEquals: 'is not',
  contains: 'contains',
  notContains: 'does not contain',
  startsWith: 'begins with',
  endsWith: 'ends with',
  in: 'is one of',
  notIn: 'is none of',
  greaterThan: 'is more than',
  atLeast: 'is at least',
  lessThan: 'is less than',
  atMost: 'is at most',
  exists: 'is there',
  notExists: 'is not there',
};

/** Whether the operator compares with something. */
export function takesValue(operator: Operator): boolean {
  return operator !== 'exists' && operator !== 'notExists';
}

function takesList(operator: Operator): boolean {
  return operator === 'in' || operator === 'notIn';
}

/** A filter that asks for nothing. */
export function emptyFilter(): FilterForm {
  return { match: 'all', conditions: [], minSeverity: '' };
}

/** A saved filter as the form has it. */
export function readFilter(filter: EndpointFilter | null): FilterForm {
  if (filter === null) return emptyFilter();
  return {
    match: filter.match,
    minSeverity: filter.minSeverity ?? '',
    conditions: filter.conditions.map(({ field, operator, value }) => ({ field, operator, value: showValue(value) })),
  };
}

/** The filter as the API takes it; null when it asks for nothing. */
export function filterOf(form: FilterForm): EndpointFilter | null {
  const conditions = form.conditions.filter(({ field }) => field.trim() !== '').map(conditionOf);
  if (conditions.length === 0 && form.minSeverity === '') return null;
  return { match: form.match, conditions, minSeverity: form.minSeverity === '' ? null : form.minSeverity };
}

function conditionOf({ field, operator, value }: FilterForm['conditions'][number]): Condition {
  if (!takesValue(operator)) return { field: field.trim(), operator };
  if (!takesList(operator)) return { field: field.trim(), operator, value: readScalar(value) };
  return { field: field.trim(), operator, value: readList(value) };
}

/** Values separated by commas; those that hold commas themselves stand in quotes, and then all the others too. */
function readList(text: string): Scalar[] {
  try {
    const values = JSON.parse(`[${text}]`) as unknown[];
    if (values.every((value) => typeof value !== 'object' || value === null)) return values as Scalar[];
  } catch {
    // Plain words without quotes.
  }
  return text.split(',').map(readScalar);
}

/** `true`, `null`, `12` are no texts; whoever means the text writes it in quotes, as in JSON. */
function readScalar(given: string): Scalar {
  const text = given.trim();
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? text : (value as Scalar);
  } catch {
    return text;
  }
}

function showValue(value: Condition['value']): string {
  if (value === undefined) return '';
  if (!Array.isArray(value)) return showScalar(value);
  const needsQuotes = value.some((one) => typeof one === 'string' && one.includes(','));
  return value.map((one) => (needsQuotes ? JSON.stringify(one) : showScalar(one))).join(', ');
}

function showScalar(value: Scalar): string {
  if (typeof value !== 'string') return String(value);
  return readScalar(value) === value ? value : JSON.stringify(value);
}
