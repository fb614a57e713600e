import type { IDataObject } from 'n8n-workflow';
import type { Standing, Wanted } from './system.ts';

/** Whether a listed registration is active and has the address and settings that are wanted. What the list leaves out counts as right. */
export function isAsWanted({ active, url, settings }: Standing, wanted: Wanted): boolean {
  if (!active || url !== wanted.url) return false;
  return Object.entries(wanted.settings).every(
    ([name, value]) => !(name in settings) || textOf(value) === textOf(settings[name]),
  );
}

/** The same text for values that mean the same: fields of objects and names in lists have no order, absent is null. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value as IDataObject).map(
    ([name, inner]) => `${JSON.stringify(name)}:${textOf(inner)}`,
  );
  return `{${fields.sort().join()}}`;
}
