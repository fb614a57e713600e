import type { MessageField } from '../destinations/message.ts';
import type { EventData } from './meaning.ts';
import { isObject, labelOf, showValue } from './show-value.ts';

/** Rows of a message; of more it says how many there are. */
const MAX_FIELDS = 12;
/** How deep objects are opened: `error.code` is a row of its own, what lies below the third level is counted. */
const MAX_DEPTH = 3;

/** How a name in data is shown: under a label, also with a form of its own, or not at all. */
export type Shown = string | { label: string; show: (value: unknown) => string } | null;

/**
 * Rows of label and value: first the `known` names in their order, then whatever else `data` holds, under labels made of its
 * names. Empty values are left out. At most 12 rows, the last of which counts the rest.
 */
export function fieldsOf(data: EventData, known: Readonly<Record<string, Shown>> = {}): MessageField[] {
  const named = Object.entries(known).flatMap(([name, shown]) => (shown === null ? [] : rowsOf(shown, data[name])));
  const others = Object.entries(data).filter(([name]) => !Object.hasOwn(known, name));
  const rows = [...named, ...others.flatMap(([name, value]) => rowsBelow(name, value, 1))].filter(({ value }) => value);
  if (rows.length <= MAX_FIELDS) return rows;
  const kept = rows.slice(0, MAX_FIELDS - 1);
  return [...kept, { label: 'More', value: `${rows.length - kept.length} further fields` }];
}

function rowsOf(shown: Exclude<Shown, null>, value: unknown): MessageField[] {
  if (typeof shown === 'string') return rowsBelow(shown, value, 1, shown);
  return [{ label: shown.label, value: shown.show(value) }];
}

function rowsBelow(name: string, value: unknown, depth: number, label = labelOf(name)): MessageField[] {
  if (!isObject(value) || depth === MAX_DEPTH) return [{ label, value: showValue(value) }];
  return Object.entries(value).flatMap(([key, inner]) => rowsBelow(`${name} ${key}`, inner, depth + 1));
}
