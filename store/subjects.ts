import { sql } from 'drizzle-orm';
import type { Remote } from '../domain/destinations/destination.ts';
import { type Db, rowsOf, toIso } from './database.ts';
import type { HeldSubject, SubjectClaim, SubjectStore } from './destination-types.ts';

/** What stands for a subject, for those who only look. */
export interface SubjectReader {
  read(endpointId: string, key: string): Promise<Pick<HeldSubject, 'remote' | 'lastOccurredAt'>>;
}

interface Row {
  remote: string | null;
  last_occurred_at: string | null;
  unsure_searches: number | null;
  unsure_delivery_id: string | null;
}

/**
 * A lease that was left behind, by the same delivery or past its time, means that a request may have been made whose answer nobody
 * saw: whoever takes it over has to look first. `updated_at` is when an attempt last told what came of it: from then on counts the pause
 * before the next search.
 */
export function createSubjectStore(db: Db): SubjectStore & SubjectReader {
  return {
    async lease(claim, { leaseMs, pausesMs }) {
      const { endpointId, key, deliveryId, attemptId } = claim;
      const waitMs = sql`case when s.lease_attempt_id is null and s.remote is null and s.unsure_delivery_id <> ${deliveryId}
        then (${sql.param([...pausesMs])}::float8[])[s.unsure_searches + 1]
          - extract(epoch from now() - s.updated_at)::float8 * 1000 end`;
      const [row] = await rowsOf<Row>(
        db,
        sql`insert into subjects as s (endpoint_id, key, lease_attempt_id, lease_delivery_id, lease_until)
          values (${endpointId}, ${key}, ${attemptId}, ${deliveryId}, now() + ${leaseMs}::float8 * interval '1 millisecond')
          on conflict (endpoint_id, key) do update set lease_attempt_id = excluded.lease_attempt_id,
            lease_delivery_id = excluded.lease_delivery_id, lease_until = excluded.lease_until,
            unsure_searches = case when s.lease_attempt_id is null then s.unsure_searches else coalesce(s.unsure_searches, 0) end,
            unsure_delivery_id = case when s.lease_attempt_id is null then s.unsure_delivery_id
              else coalesce(s.unsure_delivery_id, s.lease_delivery_id) end
          where (s.lease_attempt_id is null or s.lease_until <= now() or s.lease_delivery_id = excluded.lease_delivery_id)
            and coalesce(${waitMs}, 0) <= 0
          returning remote, last_occurred_at, unsure_searches, unsure_delivery_id`,
      );
      if (!row) {
        const [early] = await rowsOf<{ wait_ms: number }>(
          db,
          sql`select ceil(${waitMs})::int as wait_ms from subjects s where s.endpoint_id = ${endpointId} and s.key = ${key} and ${waitMs} > 0`,
        );
        return early ? { kind: 'early', waitMs: early.wait_ms } : { kind: 'busy' };
      }
      const remote: Remote | null = row.remote === null ? null : JSON.parse(row.remote);
      // With the message or ticket known, only a delivery's own comment can be in doubt.
      const concerns = remote === null || row.unsure_delivery_id === deliveryId;
      return {
        kind: 'held',
        remote,
        lastOccurredAt: row.last_occurred_at === null ? null : toIso(row.last_occurred_at),
        searches: concerns ? row.unsure_searches : null,
      };
    },

    async remember(claim, { remote, occurredAt, searches }) {
      const own = sql`(unsure_delivery_id is null or unsure_delivery_id = ${claim.deliveryId} or remote is null)`;
      await db.execute(
        sql`update subjects set
            remote = ${remote === undefined ? sql`remote` : remote === null ? null : JSON.stringify(remote)},
            last_occurred_at = greatest(last_occurred_at, ${occurredAt}::timestamptz),
            unsure_searches = case when ${own} then ${searches}::int else unsure_searches end,
            unsure_delivery_id = case when ${own} then ${searches === null ? null : claim.deliveryId}::text else unsure_delivery_id end,
            updated_at = now()
          where ${held(claim)}`,
      );
    },

    async release(claim) {
      await db.execute(
        sql`update subjects set lease_attempt_id = null, lease_delivery_id = null, lease_until = null where ${held(claim)}`,
      );
    },

    async read(endpointId, key) {
      const [row] = await rowsOf<Pick<Row, 'remote' | 'last_occurred_at'>>(
        db,
        sql`select remote, last_occurred_at from subjects where endpoint_id = ${endpointId} and key = ${key}`,
      );
      return {
        remote: row?.remote ? JSON.parse(row.remote) : null,
        lastOccurredAt: row?.last_occurred_at ? toIso(row.last_occurred_at) : null,
      };
    },
  };
}

function held({ endpointId, key, attemptId }: SubjectClaim) {
  return sql`endpoint_id = ${endpointId} and key = ${key} and lease_attempt_id = ${attemptId}`;
}
