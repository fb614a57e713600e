import { type SQL, sql } from 'drizzle-orm';
import { type Db, rowsOf, toIso } from './database.ts';

/** A row of a page that goes by organization, then time, then id. */
export interface OrganizationRow {
  organizationId: string;
  id: string;
  /** ISO. */
  at: string;
}

/** Which rows are paged through. In the conditions `o` is the organization and `e` the row. */
export interface OrganizationPages {
  table: SQL;
  /** Column of the time; with the organization before it and the id behind it, an index has it. */
  time: SQL;
  /** Type of the ids, so that a cursor can be compared with them. */
  idType: 'uuid' | 'text';
  organizations: SQL;
  rows: SQL;
}

/**
 * One page by key: each organization's rows are read from its own part of the index, so that what does not apply costs one look per
 * organization. Without locks: whoever changes a row must look again.
 */
export async function pageByOrganization(
  db: Pick<Db, 'execute'>,
  pages: OrganizationPages,
  after: string | null,
  limit: number,
): Promise<{ rows: OrganizationRow[]; next: string | null }> {
  const [organizationId, at, id] = readPosition(after, 3);
  const found = await rowsOf<{ organization_id: string; id: string; at: string }>(
    db,
    sql`select o.id as organization_id, d.id, d.at from organizations o
      cross join lateral (
        select e.id, e.${pages.time} as at from ${pages.table} e
        where e.organization_id = o.id and ${pages.rows} ${
          after === null
            ? sql``
            : sql`and (o.id > ${organizationId} or (e.${pages.time}, e.id) > (${at}::timestamptz, ${id}::${sql.raw(pages.idType)}))`
        }
        order by e.${pages.time}, e.id limit ${limit}::int
      ) d
      where ${pages.organizations} ${after === null ? sql`` : sql`and o.id >= ${organizationId}`}
      order by o.id, d.at, d.id limit ${limit}::int`,
  );
  const rows = found.map((row) => ({ organizationId: row.organization_id, id: row.id, at: toIso(row.at) }));
  const last = rows.at(-1);
  const next = last && rows.length === limit ? position(last.organizationId, last.at, last.id) : null;
  return { rows, next };
}

/** A place in an order of rows, as text. */
export function position(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** The parts of a place; empty texts for the beginning. */
export function readPosition(text: string | null, parts: number): string[] {
  return text === null ? Array<string>(parts).fill('') : JSON.parse(text);
}
