import { SEVERITIES, type Severity } from '../destinations/message.ts';
import type { EventData } from '../dialects/meaning.ts';
import { meaningOf } from '../dialects/meanings.ts';
import { readFieldPath, valuesAt } from './field-path.ts';

/** How a field is compared, as the API spells it. */
export const FILTER_OPERATORS = [
  'equals',
  'notEquals',
  'contains',
  'notContains',
  'startsWith',
  'endsWith',
  'in',
  'notIn',
  'greaterThan',
  'atLeast',
  'lessThan',
  'atMost',
  'exists',
  'notExists',
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

export type FilterScalar = string | number | boolean | null;

export interface FilterCondition {
  /** Where in `data`, see `readFieldPath`. */
  field: string;
  operator: FilterOperator;
  /** Absent with `exists` and `notExists`, a list with `in` and `notIn`; `check-filter.ts` has the rules. */
  value?: FilterScalar | FilterScalar[] | undefined;
}

/** What an event must have, besides its type, for an endpoint to get it. */
export interface EndpointFilter {
  /** Whether each condition must hold or one is enough; without conditions, nothing is asked of data. */
  match: 'all' | 'any';
  conditions: FilterCondition[];
  /** Events that are less severe are left out, whatever `match` says. Null: none is. */
  minSeverity: Severity | null;
}

/** An event as it is published; `data` is the JSON text of an object. */
export interface FilterableEvent {
  id: string;
  dialect: string;
  type: string;
  data: string;
  occurredAt: string;
}

/**
 * Whether the event passes a filter; null passes everything. Data is parsed once and only for a filter, as the meaning is only
 * for one that asks for severity: most events meet neither.
 */
export function filtering(event: FilterableEvent): (filter: EndpointFilter | null) => boolean {
  let parsed: EventData | undefined;
  let found: Severity | undefined;
  const data = () => {
    parsed ??= JSON.parse(event.data) as EventData;
    return parsed;
  };
  const severity = () => {
    found ??= meaningOf({ ...event, data: data() }).severity;
    return found;
  };
  return (filter) => filter === null || (isSevere(filter.minSeverity, severity) && passesConditions(filter, data()));
}

function isSevere(least: Severity | null, severity: () => Severity): boolean {
  return least === null || SEVERITIES.indexOf(severity()) <= SEVERITIES.indexOf(least);
}

function passesConditions({ match, conditions }: EndpointFilter, data: EventData): boolean {
  if (conditions.length === 0) return true;
  const holds = (condition: FilterCondition) => conditionHolds(condition, data);
  return match === 'all' ? conditions.every(holds) : conditions.some(holds);
}

type Comparison = (found: unknown, value: FilterCondition['value']) => boolean;

const COMPARISONS = {
  equals: (found, value) => found === value,
  contains: (found, value) => (isText(found) ? isText(value) && found.includes(value) : isAmong(value, found)),
  startsWith: (found, value) => isText(found) && isText(value) && found.startsWith(value),
  endsWith: (found, value) => isText(found) && isText(value) && found.endsWith(value),
  in: (found, value) => isAmong(found, value),
  greaterThan: (found, value) => order(found, value) > 0,
  atLeast: (found, value) => order(found, value) >= 0,
  lessThan: (found, value) => order(found, value) < 0,
  atMost: (found, value) => order(found, value) <= 0,
  exists: () => true,
} satisfies Partial<Record<FilterOperator, Comparison>>;

/** Each holds exactly when its opposite does not, so also where there is no such field. */
const OPPOSITES = {
  notEquals: 'equals',
  notContains: 'contains',
  notIn: 'in',
  notExists: 'exists',
} satisfies Partial<Record<FilterOperator, keyof typeof COMPARISONS>>;

function conditionHolds({ field, operator, value }: FilterCondition, data: EventData): boolean {
  const opposite = operator in OPPOSITES ? OPPOSITES[operator as keyof typeof OPPOSITES] : undefined;
  const comparison: Comparison = COMPARISONS[opposite ?? (operator as keyof typeof COMPARISONS)];
  const path = readFieldPath(field);
  const found = path !== undefined && valuesAt(data, path).some((one) => comparison(one, value));
  return opposite ? !found : found;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isAmong(value: unknown, list: unknown): boolean {
  return Array.isArray(list) && list.includes(value);
}

/** Below, at or above 0 for two numbers or two texts (by UTF-16 units, as ISO times sort); NaN, which is neither, for all else. */
function order(found: unknown, value: unknown): number {
  const comparable = (typeof found === 'number' && typeof value === 'number') || (isText(found) && isText(value));
  if (!comparable) return Number.NaN;
  if (found === value) return 0;
  return found > value ? 1 : -1;
}
