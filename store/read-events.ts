import { and, desc, eq, gte, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Unmatched } from '../domain/delivery/unmatched.ts';
import type { Db } from './database.ts';
import { events } from './schema.ts';

/** An event as it may be listed. Times are ISO. */
export interface StoredEvent {
  id: string;
  dialect: string;
  type: string;
  presenceName: string | null;
  userId: string | null;
  /** Published to try an endpoint out. */
  test: boolean;
  /** The source it came in by, and the sender's own id of it; both null where it was published through the API. */
  sourceId: string | null;
  sourceEventId: string | null;
  /** What is odd about it, though it was accepted; null: nothing. */
  flag: string | null;
  /** Why nothing was delivered; null: something was, or is going to be. */
  unmatched: Unmatched | null;
  occurredAt: string;
  createdAt: string;
}

/** Bounds of a listing; null means unbounded. `since` is included, `until` is not. */
export interface EventFilter {
  dialect: string | null;
  type: string | null;
  /** Only those that matched nothing. */
  unmatched: boolean;
  since: string | null;
  until: string | null;
}

/** The last row of the page before: events are ordered by creation, then id, since ids may be the caller's own. */
export interface EventPosition {
  createdAt: string;
  id: string;
}

export type EventReader = ReturnType<typeof createEventReader>;

const columns = {
  id: events.id,
  dialect: events.dialect,
  type: events.type,
  presenceName: events.presenceName,
  userId: events.userId,
  test: events.test,
  sourceId: events.sourceId,
  sourceEventId: events.sourceEventId,
  flag: events.flag,
  unmatched: events.unmatched,
  occurredAt: events.occurredAt,
  createdAt: events.createdAt,
};

/** Reads published events. */
export function createEventReader(db: Db) {
  return {
    /** Newest first, without `data`. */
    async list(
      organizationId: string,
      filter: EventFilter,
      page: { limit: number; after: EventPosition | null },
    ): Promise<StoredEvent[]> {
      const rows = await db
        .select(columns)
        .from(events)
        .where(and(eq(events.organizationId, organizationId), ...conditions(filter), before(page.after)))
        .orderBy(desc(events.createdAt), desc(events.id))
        .limit(page.limit);
      return rows as StoredEvent[];
    },

    /** With `data` as JSON text. */
    async get(organizationId: string, id: string): Promise<(StoredEvent & { data: string }) | null> {
      const [row] = await db
        .select({ ...columns, data: events.data })
        .from(events)
        .where(and(eq(events.organizationId, organizationId), eq(events.id, id)));
      return (row as (StoredEvent & { data: string }) | undefined) ?? null;
    },

    /** Why the event was delivered to nobody; null also where there is no such event. */
    async unmatched(organizationId: string, id: string): Promise<Unmatched | null> {
      const [row] = await db
        .select({ unmatched: events.unmatched })
        .from(events)
        .where(and(eq(events.organizationId, organizationId), eq(events.id, id)));
      return (row?.unmatched as Unmatched | null | undefined) ?? null;
    },
  };
}

function conditions(filter: EventFilter): (SQL | undefined)[] {
  return [
    filter.dialect === null ? undefined : eq(events.dialect, filter.dialect),
    filter.type === null ? undefined : eq(events.type, filter.type),
    filter.unmatched ? isNotNull(events.unmatched) : undefined,
    filter.since === null ? undefined : gte(events.createdAt, filter.since),
    filter.until === null ? undefined : lt(events.createdAt, filter.until),
  ];
}

function before(after: EventPosition | null): SQL | undefined {
  if (after === null) return undefined;
  return sql`(${events.createdAt}, ${events.id}) < (${after.createdAt}::timestamptz, ${after.id})`;
}
