import { z } from 'zod';
import { Problem } from './errors.ts';
import { ID } from './fields.ts';

/** Query fields of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: 'Items on the page.' }),
  cursor: z.string().max(1_000).optional().meta({ description: '`nextCursor` of the page before.' }),
};

/** Schema of a page of `item`; `id` names the component. */
export function pageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z.object(pageFields(item)).meta({ id });
}

/** What every page has, for those that have more. */
export function pageFields<Item extends z.ZodType>(item: Item) {
  return {
    data: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Null on the last page.' }),
  };
}

/**
 * Cuts a page from `limit + 1` rows: the extra one tells whether more follow. The cursor holds the last item's sort key, as
 * base64url of a JSON list; callers must treat it as opaque.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  sortKey: (row: Row) => readonly string[],
  show: (row: Row) => Item,
): { data: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map(show),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(sortKey(last)) : null,
  };
}

/** The cursor of a list that goes on behind this sort key. */
export function encodeCursor(sortKey: readonly string[]): string {
  return Buffer.from(JSON.stringify(sortKey)).toString('base64url');
}

/** The sort key in a cursor, which must have `parts` parts; `null` without a cursor. Throws `invalid_cursor`. */
export function readCursor(cursor: string | undefined, parts: readonly RegExp[]): string[] | null {
  if (cursor === undefined) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === parts.length && parts.every((part, i) => part.test(key[i]))) return key;
  } catch {
    // Not JSON: refused below like any other wrong form.
  }
  throw new Problem('invalid_cursor', 'The cursor was not made by this list.');
}

/** The id in a cursor of a list that is ordered by id alone. */
export function readIdCursor(cursor: string | undefined): string | null {
  return readCursor(cursor, [ID])?.[0] ?? null;
}
