import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { type Db, recordset, rowsOf } from './database.ts';
import { events, sourceReceipts, sources } from './schema.ts';

/** What became of an arrival. `unlogged` stands for those that came too fast to be listed one by one. */
export const RECEIPT_OUTCOMES = [
  'accepted',
  'repeated',
  'unverified',
  'malformed',
  'too_large',
  'unsupported_media_type',
  'unlogged',
] as const;
export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

/** An arrival at a source, for the operator. */
export interface Receipt {
  id: string;
  sourceId: string;
  outcome: ReceiptOutcome;
  /** Which check, in words; never a secret. Cut to 500 characters. */
  reason: string | null;
  /** The key that tells repeats; null where it was not read. */
  sourceEventId: string | null;
  eventId: string | null;
  /** As declared where the body was not read. */
  bodyBytes: number;
  /** ISO. */
  receivedAt: string;
}

/** A receipt as it may be listed. */
export interface StoredReceipt extends Omit<Receipt, 'sourceId'> {
  /** The event's; null where there is none. */
  flag: string | null;
}

/** Bounds of a listing: those before the id `after`, of one outcome; null means unbounded. */
export interface ReceiptPage {
  limit: number;
  after: string | null;
  outcome: ReceiptOutcome | null;
}

/** Admitted are those that came of an event, refused the rest: each kind is bounded by itself. */
export type ReceiptKind = 'admitted' | 'refused';

const MAX_REASON_LENGTH = 500;
const MAX_INTEGER = 2_147_483_647;
/** Rows deleted in one transaction. */
const DELETE_AT_ONCE = 500;

/** The kind of an outcome. */
export function kindOf(outcome: ReceiptOutcome): ReceiptKind {
  return outcome === 'accepted' || outcome === 'repeated' ? 'admitted' : 'refused';
}

const COLUMNS =
  'id text, source_id text, outcome text, reason text, source_event_id text, event_id text, body_bytes integer, received_at timestamptz';

/** Writes receipts; those of a source that was deleted meanwhile are dropped. */
export async function insertReceipts(db: Db, receipts: readonly Receipt[]): Promise<void> {
  const rows = receipts.map((receipt) => ({
    id: receipt.id,
    source_id: receipt.sourceId,
    outcome: receipt.outcome,
    reason: receipt.reason === null ? null : plainText(receipt.reason),
    source_event_id: receipt.sourceEventId,
    event_id: receipt.eventId,
    body_bytes: Math.min(receipt.bodyBytes, MAX_INTEGER),
    received_at: receipt.receivedAt,
  }));
  await db.execute(
    sql`insert into source_receipts (id, source_id, outcome, reason, source_event_id, event_id, body_bytes, received_at)
      select i.* from ${recordset(rows, COLUMNS)}
      join sources s on s.id = i.source_id and s.deleted_at is null`,
  );
}

/** What strangers wrote may be part of a reason: no control characters, nothing that the database cannot hold. */
function plainText(reason: string): string {
  return reason.slice(0, MAX_REASON_LENGTH).replaceAll(/[\p{Cc}\p{Cs}]/gu, '?');
}

/** Receipts of a source, newest first; none of another organization's. */
export async function listReceipts(
  db: Db,
  organizationId: string,
  sourceId: string,
  { limit, after, outcome }: ReceiptPage,
): Promise<StoredReceipt[]> {
  const rows = await db
    .select({
      id: sourceReceipts.id,
      outcome: sourceReceipts.outcome,
      reason: sourceReceipts.reason,
      sourceEventId: sourceReceipts.sourceEventId,
      eventId: sourceReceipts.eventId,
      bodyBytes: sourceReceipts.bodyBytes,
      receivedAt: sourceReceipts.receivedAt,
      flag: events.flag,
    })
    .from(sourceReceipts)
    .innerJoin(sources, eq(sources.id, sourceReceipts.sourceId))
    .leftJoin(events, and(eq(events.organizationId, organizationId), eq(events.id, sourceReceipts.eventId)))
    .where(
      and(
        eq(sources.organizationId, organizationId),
        eq(sourceReceipts.sourceId, sourceId),
        outcome === null ? undefined : eq(sourceReceipts.outcome, outcome),
        after === null ? undefined : lt(sourceReceipts.id, after),
      ),
    )
    .orderBy(desc(sourceReceipts.id))
    .limit(limit);
  return rows as StoredReceipt[];
}

/** Deletes all but the newest `kept` receipts of a kind, some at a time. */
export async function trimReceipts(db: Db, sourceId: string, kind: ReceiptKind, kept: number): Promise<void> {
  for (let deleted = DELETE_AT_ONCE; deleted === DELETE_AT_ONCE; ) {
    const rows = await rowsOf(
      db,
      sql`delete from source_receipts where id in (
        select id from source_receipts
        where source_id = ${sourceId} and (outcome in ('accepted', 'repeated')) = ${kind === 'admitted'}
        order by id desc offset ${kept} limit ${DELETE_AT_ONCE}
      ) returning id`,
    );
    deleted = rows.length;
  }
}
