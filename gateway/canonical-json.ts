import { createHash } from 'node:crypto';

/** Levels of arrays and objects that a value may have; deeper ones could overflow the stack of whoever parses them. */
export const MAX_DEPTH = 100;

/** Thrown for values nested deeper than `MAX_DEPTH`. */
export class TooDeepError extends Error {
  override readonly name = 'TooDeepError';
}

/** SHA-256 (hex) over the value as JSON with sorted keys: equal for bodies that differ only in spacing and order of keys. */
export function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value, MAX_DEPTH)).digest('hex');
}

function canonicalJson(value: unknown, depth: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (depth === 0) throw new TooDeepError();
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth - 1)).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, depth - 1)}`);
  return `{${members.join(',')}}`;
}
