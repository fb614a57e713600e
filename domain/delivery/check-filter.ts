import { readFieldPath } from './field-path.ts';
import type { EndpointFilter, FilterCondition, FilterOperator } from './filter.ts';

/** A fault of a filter: `conditions.1.value`, empty for the whole, and the rule it breaks, which repeats no value. */
export interface FilterFault {
  field: string;
  rule: string;
}

const MAX_CONDITIONS = 20;
const MAX_PATH_LENGTH = 256;
const MAX_TEXT_LENGTH = 1_024;
const MAX_LIST_LENGTH = 100;
/** As JSON. Filters of all endpoints stand in the memory of everyone who publishes. */
const MAX_FILTER_LENGTH = 16_384;

/** Bounds and rules of a filter whose shape is right; empty when it may be used. */
export function checkFilter(filter: EndpointFilter): FilterFault[] {
  const { conditions, minSeverity } = filter;
  if (conditions.length === 0 && minSeverity === null) {
    return [{ field: '', rule: 'must have conditions or minSeverity; null is no filter' }];
  }
  if (conditions.length > MAX_CONDITIONS) {
    return [{ field: 'conditions', rule: `must not be more than ${MAX_CONDITIONS}` }];
  }
  const faults = conditions.flatMap((condition, i) =>
    faultsOf(condition).map(({ field, rule }) => ({ field: `conditions.${i}.${field}`, rule })),
  );
  if (faults.length === 0 && JSON.stringify(filter).length > MAX_FILTER_LENGTH) {
    return [{ field: '', rule: `must not exceed ${MAX_FILTER_LENGTH} characters as JSON` }];
  }
  return faults;
}

function faultsOf({ field, operator, value }: FilterCondition): FilterFault[] {
  const faults: FilterFault[] = [];
  const refuse = (name: string, rule: string | undefined) => {
    if (rule !== undefined) faults.push({ field: name, rule });
  };
  refuse('field', pathRule(field));
  refuse('value', VALUE_RULES[operator](value));
  return faults;
}

function pathRule(field: string): string | undefined {
  if (field.length > MAX_PATH_LENGTH) return `must not exceed ${MAX_PATH_LENGTH} characters`;
  return readFieldPath(field) ? undefined : 'must be a path into data, such as order.items[0].sku or meta["a.b"]';
}

type Value = FilterCondition['value'];
type ValueRule = (value: Value) => string | undefined;

const none: ValueRule = (value) => (value === undefined ? undefined : 'must be absent with this operator');

const scalar: ValueRule = (value) => {
  if (value === undefined || Array.isArray(value)) return 'must be a text, a number, true, false or null';
  return textRule(value);
};

const part: ValueRule = (value) => {
  if (value === '') return 'must not be empty, for every text has an empty part';
  return value === null ? 'must be a text, a number, true or false' : scalar(value);
};

const text: ValueRule = (value) => (typeof value === 'string' ? part(value) : 'must be a text');

const ordered: ValueRule = (value) =>
  typeof value === 'string' || typeof value === 'number' ? textRule(value) : 'must be a number or a text';

const list: ValueRule = (value) => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LIST_LENGTH) {
    return `must be a list of 1 to ${MAX_LIST_LENGTH} values`;
  }
  return value.map(scalar).find((rule) => rule !== undefined);
};

function textRule(value: Value): string | undefined {
  return typeof value === 'string' && value.length > MAX_TEXT_LENGTH
    ? `must not exceed ${MAX_TEXT_LENGTH} characters`
    : undefined;
}

const VALUE_RULES: Readonly<Record<FilterOperator, ValueRule>> = {
  equals: scalar,
  notEquals: scalar,
  contains: part,
  notContains: part,
  startsWith: text,
  endsWith: text,
  in: list,
  notIn: list,
  greaterThan: ordered,
  atLeast: ordered,
  lessThan: ordered,
  atMost: ordered,
  exists: none,
  notExists: none,
};
