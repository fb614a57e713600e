import { sql } from 'drizzle-orm';
import { type Db, jsonRowsOf, recordset } from './database.ts';
import type { PublishItem, PublishResult } from './types.ts';

/**
 * The answers to items that a source has published before, by the sender's id; an item of no source, or not found, is absent.
 * One statement for all: a sender, or whoever replays what it once sent, may repeat many at a time.
 */
export async function repeatsOf(
  db: Pick<Db, 'execute'>,
  items: readonly PublishItem[],
): Promise<Map<PublishItem, PublishResult>> {
  const arrivals = items.flatMap((item, n) =>
    item.source ? [{ n, source_id: item.source.id, source_event_id: item.source.eventId }] : [],
  );
  if (arrivals.length === 0) return new Map();
  const rows = await jsonRowsOf<{ n: number; id: string; fingerprint: string }>(
    db,
    sql`asked as (select * from ${recordset(arrivals, 'n integer, source_id text, source_event_id text')})`,
    // The condition on source_id is the index's own.
    sql`select a.n, e.id, e.fingerprint from asked a
      join events e on e.source_id = a.source_id and e.source_event_id = a.source_event_id and e.source_id is not null`,
  );
  return new Map(
    rows.map(({ n, id, fingerprint }) => {
      const item = items[n] as PublishItem;
      const differs = fingerprint === item.fingerprint ? {} : ({ differs: true } as const);
      return [item, { kind: 'repeated', eventId: id, ...differs }];
    }),
  );
}
