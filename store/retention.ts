import { type SQL, sql } from 'drizzle-orm';
import type { Retained } from '../domain/delivery/retained.ts';
import { type Db, recordset, rowsOf } from './database.ts';
import { firstIdAt, type IdPrefix } from './ids.ts';
import { pageByOrganization, position, readPosition } from './row-pages.ts';
import type { RetentionPage } from './scan-types.ts';

/** Rows looked at in one page, and so the most that one transaction deletes. */
const ROWS_PER_PAGE = 500;
/** Validations hold megabytes each, so fewer go at once. */
const VALIDATIONS_PER_PAGE = 50;

type Page = (before: string, after: string | null) => Promise<RetentionPage>;

/** See `ScanStore.deleteRetained`. `healthBucketMs`: see `healthBucketMs()`. `onDeleted` is told how many rows went. */
export function createRetention(db: Db, options: { healthBucketMs: number; onDeleted: (rows: number) => void }) {
  const pages: Record<Retained, Page> = {
    attempts: byId(
      'attempts',
      'id',
      'atm',
      (before) => sql`e.finished_at < ${before} and ${notPending(sql`e.delivery_id`)}`,
    ),
    exports: byId('dataset_exports', 'delivery_id', 'dlv', (before) => deliveryOver(sql`e.delivery_id`, before)),
    // A stamped place frees after an hour; one that is only reserved goes with its delivery.
    places: byId(
      'places',
      'delivery_id',
      'dlv',
      (before) =>
        sql`(e.stamped_at < ${before} or e.stamped_at is null and ${deliveryOver(sql`e.delivery_id`, before)})`,
    ),
    deliveries: byId(
      'deliveries',
      'id',
      'dlv',
      (before) => sql`e.status <> 'pending' and coalesce(e.completed_at, e.created_at) < ${before}
        and not exists (select from attempts a where a.delivery_id = e.id)
        and not exists (select from dataset_exports x where x.delivery_id = e.id)`,
    ),
    idempotency_keys: ofEvents(
      sql`e.idempotency_key is not null`,
      sql`not exists (select from deliveries d
        where d.event_id = e.id and d.organization_id = e.organization_id and d.status = 'pending')`,
      (condition) => sql`update events e set idempotency_key = null where ${condition}`,
    ),
    events: ofEvents(
      sql`true`,
      sql`not exists (select from deliveries d where d.event_id = e.id and d.organization_id = e.organization_id)`,
      (condition) => sql`delete from events e where ${condition}`,
    ),
    validations: (before, after) =>
      pageOver(
        {
          table: sql`validations`,
          time: sql`created_at`,
          idType: 'uuid',
          organizations: sql`true`,
          rows: olderThan(before),
        },
        { after, limit: VALIDATIONS_PER_PAGE },
        (keys) =>
          sql`delete from validations e where (e.organization_id, e.id) in (select i.organization_id, i.id from ${keys})`,
      ),
    source_receipts: byId('source_receipts', 'id', 'rcp', (before) => sql`e.received_at < ${before}`),
    activity: byId('activity', 'id', 'act', (before) => sql`e.at < ${before}`),
    throughput: deleteThroughput,
    portal_sessions: byId(
      'portal_sessions',
      'id',
      'pse',
      (before) => sql`coalesce(e.ended_at, e.expires_at) < ${before}`,
    ),
    portal_links: byId(
      'portal_links',
      'id',
      'lnk',
      (before) => sql`e.expires_at < ${before} and not exists (select from portal_sessions s where s.link_id = e.id)`,
    ),
    endpoint_health: deleteHealth,
    subjects: deleteSubjects,
  };

  /** Pages by a key that holds the time of its making, over what was made before. */
  function byId(table: string, column: string, prefix: IdPrefix, goes: (before: SQL) => SQL): Page {
    const [from, key] = [sql.identifier(table), sql.identifier(column)];
    return async (before, after) => {
      const [behind = ''] = readPosition(after, 1);
      // Several rows may share a key (places), so that a page ends with the last row of its last key.
      const ids = await rowsOf<{ id: string }>(
        db,
        sql`select e.${key} as id from ${from} e where e.${key} > ${behind} and e.${key} < ${firstIdAt(prefix, before)}
          order by e.${key} limit ${ROWS_PER_PAGE}::int`,
      );
      const last = ids.at(-1)?.id;
      if (last === undefined) return { deleted: 0, next: null };
      const deleted = await changedBy(
        sql`delete from ${from} e where e.${key} > ${behind} and e.${key} <= ${last} and ${goes(sql`${before}::timestamptz`)}`,
      );
      return { deleted, next: ids.length === ROWS_PER_PAGE ? position(last) : null };
    };
  }

  function ofEvents(rows: SQL, free: SQL, change: (condition: SQL) => SQL): Page {
    return (before, after) =>
      pageOver(
        {
          table: sql`events`,
          time: sql`created_at`,
          idType: 'text',
          organizations: sql`true`,
          rows: sql`${olderThan(before)} and ${rows}`,
        },
        { after, limit: ROWS_PER_PAGE },
        (keys) =>
          change(
            sql`(e.organization_id, e.id) in (select i.organization_id, i.id from ${keys}) and ${rows} and ${free}`,
          ),
      );
  }

  async function pageOver(
    rows: Parameters<typeof pageByOrganization>[1],
    { after, limit }: { after: string | null; limit: number },
    change: (keys: SQL) => SQL,
  ): Promise<RetentionPage> {
    const page = await pageByOrganization(db, rows, after, limit);
    if (page.rows.length === 0) return { deleted: 0, next: null };
    const keys = page.rows.map(({ organizationId, id }) => ({ organization_id: organizationId, id }));
    const named = recordset(keys, `organization_id text, id ${rows.idType}`);
    return { deleted: await changedBy(change(named)), next: page.next };
  }

  /** An endpoint's own old buckets go with its next attempt; these are of endpoints that have none any more. */
  async function deleteHealth(before: string): Promise<RetentionPage> {
    const deleted = await changedBy(
      sql`delete from endpoint_health e where (e.endpoint_id, e.bucket) in (select endpoint_id, bucket from endpoint_health
        where bucket < ${Math.floor(Date.parse(before) / options.healthBucketMs)}::bigint limit ${ROWS_PER_PAGE}::int)`,
    );
    return { deleted, next: deleted === ROWS_PER_PAGE ? position() : null };
  }

  async function deleteThroughput(before: string): Promise<RetentionPage> {
    const deleted = await changedBy(
      sql`delete from throughput where minute in (select minute from throughput
        where minute < ${Math.floor(Date.parse(before) / 60_000)}::bigint order by minute limit ${ROWS_PER_PAGE}::int)`,
    );
    return { deleted, next: deleted === ROWS_PER_PAGE ? position() : null };
  }

  async function deleteSubjects(before: string): Promise<RetentionPage> {
    const deleted = await changedBy(
      sql`delete from subjects s where (s.endpoint_id, s.key) in (select endpoint_id, key from subjects
        where updated_at < ${before}::timestamptz and (lease_until is null or lease_until < least(now(), ${before}::timestamptz))
        order by updated_at limit ${ROWS_PER_PAGE}::int)`,
    );
    return { deleted, next: deleted === ROWS_PER_PAGE ? position() : null };
  }

  async function changedBy(statement: SQL): Promise<number> {
    const changed = await rowsOf(db, sql`${statement} returning 1`);
    return changed.length;
  }

  return async (what: Retained, before: string, after: string | null): Promise<RetentionPage> => {
    const page = await pages[what](before, after);
    if (page.deleted > 0) options.onDeleted(page.deleted);
    return page;
  };
}

const olderThan = (before: string) => sql`e.created_at < ${before}::timestamptz`;

/** The delivery is not pending; also when it is gone. */
const notPending = (deliveryId: SQL) =>
  sql`not exists (select from deliveries d where d.id = ${deliveryId} and d.status = 'pending')`;

/** The delivery ended before `before`, or is gone. */
const deliveryOver = (deliveryId: SQL, before: SQL) =>
  sql`not exists (select from deliveries d where d.id = ${deliveryId}
    and (d.status = 'pending' or coalesce(d.completed_at, d.created_at) >= ${before}))`;
