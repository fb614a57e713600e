import { oneLine } from '../destinations/clean-text.ts';
import { cutText } from '../destinations/cut-text.ts';
import { showTime } from '../destinations/show-time.ts';

/** Entries of a list of plain values that are named; of more it says how many. */
const MAX_ENTRIES = 10;
/** Characters of a name in a title. */
const MAX_NAME = 80;

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
/** Words that are written in capitals. */
const CAPITALS: ReadonlySet<string> = new Set(['api', 'id', 'ip', 'pii', 'uri', 'url', 'uuid']);

/**
 * A value of JSON as people read it: times in UTC, yes and no, lists joined, objects and lists of objects by their size.
 * Empty for `null` and what is missing.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return ISO_TIME.test(value) ? showTime(value) : value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return showList(value);
  if (isObject(value)) return countOf(Object.keys(value).length, 'field');
  return value === null || value === undefined ? '' : String(value);
}

/** A name or id within a title: one line, at most 80 characters; empty for what is no text or number. */
export function nameOf(value: unknown): string {
  const named = typeof value === 'string' || typeof value === 'number';
  return named ? cutText(oneLine(String(value)), MAX_NAME) : '';
}

/** `2 PII findings`, `1 job`; `plural` where it is not the noun with an s. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** A number of bytes in powers of 1024: `1 MiB`, `17.3 KiB`. What is no number is shown as it is. */
export function showBytes(value: unknown): string {
  if (typeof value !== 'number' || value < 1_024)
    return typeof value === 'number' ? `${value} bytes` : showValue(value);
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(value) / 10), units.length);
  return `${rounded(value / 1_024 ** power)} ${units[power - 1]}`;
}

/** A duration in milliseconds: `850 ms`, `8.5 s`, `12.3 min`. What is no number is shown as it is. */
export function showDuration(value: unknown): string {
  if (typeof value !== 'number') return showValue(value);
  if (value < 1_000) return `${value} ms`;
  return value < 120_000 ? `${rounded(value / 1_000)} s` : `${rounded(value / 60_000)} min`;
}

/** A label from a name in data: `pii_findings_count` and `piiFindingsCount` are `PII findings count`. */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s._/-]+/)
    .filter(Boolean);
  const shown = words.map((word) => (CAPITALS.has(word.toLowerCase()) ? word.toUpperCase() : word.toLowerCase()));
  const text = shown.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a value of JSON is an object, which has fields of its own. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function showList(entries: readonly unknown[]): string {
  const plain = entries.every((entry) => typeof entry !== 'object' || entry === null);
  if (!plain) return countOf(entries.length, 'entry', 'entries');
  const shown = entries.slice(0, MAX_ENTRIES).map(showValue).filter(Boolean).join(', ');
  const more = entries.length - MAX_ENTRIES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
