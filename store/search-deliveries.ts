import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import { type Db, rowsOf } from './database.ts';
import {
  type DeliveryFilter,
  type DeliveryReader,
  deliveryConditions,
  type StoredDelivery,
} from './read-deliveries.ts';
import { deliveries } from './schema.ts';

/** How far a search has come: the last delivery looked at, and how many were until then. */
export interface SearchPosition {
  id: string;
  searched: number;
}

/** `next` null: all were looked at that are. A page may hold less than its limit, or nothing, and yet have a next one. */
export interface SearchPage {
  rows: StoredDelivery[];
  next: SearchPosition | null;
}

export type DeliverySearch = ReturnType<typeof createDeliverySearch>;

/** Deliveries whose payload is looked at: the newest that the filter leaves. */
export const MOST_SEARCHED = 10_000;
/** After this time a page ends with what it has. */
const PAGE_MS = 1_000;
/** Payloads looked at in one statement: few at first, for they may be of a megabyte each, then as many as take such a time. */
const FIRST_CHUNK = 100;
const MOST_IN_CHUNK = 2_000;
const CHUNK_MS = 100;

/** Looks for text in payloads. There is no index for it: it would cost every publish. */
export function createDeliverySearch(db: Db, reader: Pick<DeliveryReader, 'byIds'>) {
  /**
   * Newest first, those behind `after`. Upper and lower case are the same; the text is found as it is written in JSON, and as it
   * reads.
   */
  return async function search(
    organizationId: string,
    filter: DeliveryFilter,
    text: string,
    page: { limit: number; after: SearchPosition | null },
  ): Promise<SearchPage> {
    const startedAt = performance.now();
    const found: { id: string; searched: number }[] = [];
    let position = page.after;
    let size = FIRST_CHUNK;
    let isOver = false;
    while (!isOver && found.length < page.limit && performance.now() - startedAt < PAGE_MS) {
      const before: number = position?.searched ?? 0;
      const limit = Math.min(size, MOST_SEARCHED - before);
      const chunkAt = performance.now();
      const chunk = await lookAt(organizationId, filter, text, { limit, after: position?.id ?? null });
      size = performance.now() - chunkAt < CHUNK_MS ? Math.min(size * 2, MOST_IN_CHUNK) : Math.max(1, size >> 1);
      found.push(...chunk.found.map(([id, number]) => ({ id, searched: before + number })));
      if (chunk.last !== null) position = { id: chunk.last, searched: before + chunk.count };
      isOver = chunk.count < limit || before + chunk.count >= MOST_SEARCHED;
    }
    const shown = found.slice(0, page.limit);
    const rows = await reader.byIds(
      organizationId,
      shown.map(({ id }) => id),
    );
    // What was found beyond the page is found again by the next.
    const isFull = found.length > page.limit || (found.length === page.limit && !isOver);
    return { rows, next: isFull ? (shown.at(-1) ?? null) : isOver ? null : position };
  };

  /** `found`: the ids with their numbers in the chunk, from 1. */
  async function lookAt(
    organizationId: string,
    filter: DeliveryFilter,
    text: string,
    chunk: { limit: number; after: string | null },
  ): Promise<{ found: [string, number][]; last: string | null; count: number }> {
    const rows = db
      .select({ id: deliveries.id, eventId: deliveries.eventId })
      .from(deliveries)
      .where(
        and(
          eq(deliveries.organizationId, organizationId),
          ...deliveryConditions(filter),
          chunk.after === null ? undefined : lt(deliveries.id, chunk.after),
        ),
      )
      .orderBy(desc(deliveries.id))
      .limit(chunk.limit);
    const [row] = await rowsOf<{ found: [string, number][] | null; last: string | null; count: number }>(
      db,
      sql`with chunk as materialized (
          select c.id, c.event_id, row_number() over (order by c.id desc) as number from ${rows} c
        )
        select (select json_agg(json_build_array(c.id, c.number) order by c.number) from chunk c
            -- Not joined: the planner might read all events instead of these.
            where (select ${holds(text)} from events e where e.organization_id = ${organizationId} and e.id = c.event_id)) as found,
          (select min(id) from chunk) as last, (select count(*)::int from chunk) as count`,
    );
    return { found: row?.found ?? [], last: row?.last ?? null, count: row?.count ?? 0 };
  }
}

/** Whether a payload has the text, in any of its forms. */
function holds(text: string): SQL {
  const forms = [...new Set([text, JSON.stringify(text).slice(1, -1)])];
  // Knowing the capitals of every script takes three times as long.
  const script = isAscii(text) ? sql`collate "C"` : sql``;
  return sql.join(
    forms.map((form) => sql`strpos(lower(e.data ${script}), lower(${form}::text ${script})) > 0`),
    sql` or `,
  );
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
