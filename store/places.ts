import { type SQL, sql } from 'drizzle-orm';
import type { PlaceTimes, RateLimits, TakenPlaces } from '../domain/delivery/rate-limit.ts';
import { type Db, recordset, rowsOf } from './database.ts';

/** An endpoint with limits, and which of its places are in use. */
export interface LimitedEndpoint extends RateLimits {
  id: string;
  maxConcurrency: number | null;
  /** `open`: under way, reservations not counted. */
  begun: TakenPlaces;
  /** Places of claimed deliveries whose attempt has not begun. */
  reserved: number;
}

interface PlacesRow {
  id: string;
  rate_per_second: number | null;
  max_per_hour: number | null;
  max_concurrency: number | null;
  in_hour: number;
  in_second: number;
  under_way: number;
  reserved: number;
}

/** Whether `e` has a limit to keep; what is disabled or deleted has only to be cancelled. */
export const isLimitedEndpoint = sql`((e.rate_per_second is not null or e.max_per_hour is not null)
  and e.disabled_at is null and e.deleted_at is null)`;

/** Whether `d` is claimed and its attempt about to begin. A reservation counts only then: whatever else happens to it gives it up. */
export const isAboutToBegin = sql`(d.status = 'pending' and d.workflow_id is not null and d.open_attempt_id is null)`;

/** Places of an endpoint that no time frees: `under_way` and `reserved`. */
export function openPlaces(endpointId: SQL) {
  return sql`(
    select (count(*) filter (where d.attempt_count >= p.number))::int as under_way,
      (count(*) filter (where d.attempt_count < p.number and ${isAboutToBegin}))::int as reserved
    from places p join deliveries d on d.id = p.delivery_id || '' where p.endpoint_id = ${endpointId} and p.stamped_at is null
  )`;
}

/** Since when a stamp still holds its place. */
export function freedBefore(ms: number) {
  return sql`now() - ${ms}::float8 * interval '1 millisecond'`;
}

/**
 * Limits and places of those of the endpoints that have limits. All in one statement: between two, a place could go from open
 * to stamped and be missed by both. The caller holds the endpoints' row locks if it means to give places away.
 */
export async function readPlaces(
  tx: Pick<Db, 'execute'>,
  endpointIds: readonly string[],
  times: PlaceTimes,
): Promise<Map<string, LimitedEndpoint>> {
  const stamped = (ms: number) =>
    sql`(select count(*)::int from places p where p.endpoint_id = e.id and p.stamped_at > ${freedBefore(ms)})`;
  const rows = await rowsOf<PlacesRow>(
    tx,
    sql`select e.id, e.rate_per_second, e.max_per_hour, e.max_concurrency, o.under_way, o.reserved,
        case when e.max_per_hour is null then 0 else ${stamped(times.hourMs)} end as in_hour,
        case when e.rate_per_second is null then 0 else ${stamped(times.secondMs)} end as in_second
      from endpoints e cross join lateral ${openPlaces(sql`e.id`)} o
      where e.id = any(${sql.param([...endpointIds])}::text[]) and (e.rate_per_second is not null or e.max_per_hour is not null)`,
  );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        ratePerSecond: row.rate_per_second,
        maxPerHour: row.max_per_hour,
        maxConcurrency: row.max_concurrency,
        begun: { inHour: row.in_hour, inSecond: row.in_second, open: row.under_way },
        reserved: row.reserved,
      },
    ]),
  );
}

/** A place for the attempt of this number; one that is there already stays as it is. */
export interface NewPlace {
  deliveryId: string;
  number: number;
  endpointId: string;
}

/** Takes places: reserved as long as the attempt has not begun. The caller holds the endpoints' row locks. */
export async function takePlaces(tx: Pick<Db, 'execute'>, places: readonly NewPlace[]): Promise<void> {
  if (places.length === 0) return;
  const rows = places.map((p) => ({ delivery_id: p.deliveryId, number: p.number, endpoint_id: p.endpointId }));
  await tx.execute(sql`insert into places (delivery_id, number, endpoint_id)
    select * from ${recordset(rows, 'delivery_id text, number int, endpoint_id text')} on conflict do nothing`);
}
