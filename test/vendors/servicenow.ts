import { unclean } from './faults.ts';

/**
 * What a ServiceNow record should not be given: texts longer than their columns, which the platform may cut without a word, a
 * title of several lines, and `[code]`, between which journal fields show HTML.
 */
const COLUMNS: Readonly<Record<string, number>> = {
  short_description: 160,
  description: 4_000,
  work_notes: 4_000,
  close_notes: 4_000,
  correlation_id: 100,
};

/** What is wrong with a record's values; empty for a good one. Columns that are not listed may hold any text. */
export function recordFaults(record: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(record).flatMap(([column, value]) => {
    if (typeof value !== 'string') return [`${column} must be a string`];
    const faults = unclean(value, `/${column}`);
    const max = COLUMNS[column];
    if (max !== undefined && value.length > max) faults.push(`${column} must not exceed ${max} characters`);
    if (column === 'short_description' && /[\r\n]/.test(value)) faults.push('short_description must be one line');
    if (/\[\/?code\]/i.test(value)) faults.push(`${column} must not hold [code]`);
    return faults;
  });
}
