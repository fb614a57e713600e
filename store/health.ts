import { sql } from 'drizzle-orm';
import { HEALTH_HOURS, LEAST_ATTEMPTS } from '../domain/delivery/health.ts';
import { type Db, rowsOf } from './database.ts';
import type { ScanPageRequest } from './scan-types.ts';

/** An endpoint whose failures of the last 24 hours are more than it wants to hear of. */
export interface AlertingEndpoint {
  organizationId: string;
  id: string;
  dialect: string;
  destination: string;
  url: string;
  description: string;
  /** Finished attempts, tests left out. */
  attempts: number;
  failed: number;
  /** Its `alertFailureShare`, 0 to 1. */
  share: number;
}

interface AlertingRow extends Omit<AlertingEndpoint, 'organizationId'> {
  organization_id: string;
  alerting: boolean;
}

/** The bucket that an attempt counts in which finishes now. */
function currentBucket(bucketMs: number) {
  return sql`floor(extract(epoch from now()) * 1000 / ${bucketMs}::float8)::bigint`;
}

/** As text for `real`, which as a float would be a little more or less than the share that was set. */
const isMoreThan = (share: ReturnType<typeof sql>) =>
  sql`failed > ${share}::numeric * attempts and attempts >= ${LEAST_ATTEMPTS}::int`;

/**
 * The part of a finish that keeps the endpoints' health, as CTEs over `i` (with `health_judged`, `counted`), `moved` (with `test`) and
 * `logged` (attempts just written; `is_new`: for the first time): counts each attempt once in its hour, in one aggregated write per group.
 * Not counted are tests, attempts that use up no try since they only waited or searched, and those closed as `worker_lost`: they tell
 * of our worker, not of the endpoint, and a true end that comes later finds them written. Ends with `failing`: the `id` of each endpoint
 * that was disabled now.
 *
 * `judged`: whether any of the group's endpoints may be disabled, as its sender knew: it has a share and does not acknowledge. For
 * the others the statement stays shorter, which is most of what it costs.
 */
export function healthCtes(bucketMs: number, judged: boolean) {
  return sql`counted as (
      insert into endpoint_health (endpoint_id, bucket, attempts, failed)
      select l.endpoint_id, ${currentBucket(bucketMs)}, count(*), count(*) filter (where l.outcome <> 'delivered')
      from logged l join moved m on m.attempt_id = l.id join i on i.attempt_id = l.id where l.is_new and i.counted and not m.test
      group by l.endpoint_id order by l.endpoint_id
      on conflict (endpoint_id, bucket) do update
        set attempts = endpoint_health.attempts + excluded.attempts, failed = endpoint_health.failed + excluded.failed
      returning endpoint_id, bucket, attempts, failed, xmax = 0 as is_new
    ), forgotten as (
      delete from endpoint_health h using counted c
      where c.is_new and h.endpoint_id = c.endpoint_id || '' and h.bucket <= c.bucket - ${HEALTH_HOURS}::int
    ), ${judged ? judgedCtes : sql`failing as (select null::text as id where false)`}`;
}

/** Judges over the hours before and the one that was just counted in, whose row the snapshot does not show yet. */
const judgedCtes = sql`judged as (
      select e.id, e.disable_failure_share as share, c.attempts + o.attempts as attempts, c.failed + o.failed as failed
      from counted c join endpoints e on e.id = c.endpoint_id || '' and e.disable_failure_share is not null
        and e.acknowledge is null and e.disabled_at is null and e.deleted_at is null
        and e.id in (select endpoint_id from i where health_judged)
      cross join lateral (
        select coalesce(sum(h.attempts), 0) as attempts, coalesce(sum(h.failed), 0) as failed from endpoint_health h
        where h.endpoint_id = c.endpoint_id and h.bucket > c.bucket - ${HEALTH_HOURS}::int and h.bucket < c.bucket
      ) o
    ), failing as (
      update endpoints e set disabled_at = now(), version = e.version + 1, updated_at = now(),
        disabled_reason = format('failing: %s of %s attempts failed within 24 hours, more than %s %%', j.failed, j.attempts,
          trim_scale(j.share::numeric * 100))
      from (select * from judged where ${isMoreThan(sql`share`)}) j
      where e.id = j.id and e.disabled_at is null
      returning e.id, e.organization_id
    ), versions as (
      update organizations set endpoints_version = endpoints_version + 1 where id in (select organization_id from failing)
    )`;

/** Forgets how an endpoint fared, so that it is not judged by what it was disabled for. Before its row is locked: finishes lock in this order. */
export async function forgetHealth(tx: Pick<Db, 'execute'>, endpointId: string): Promise<void> {
  await tx.execute(sql`delete from endpoint_health where endpoint_id = ${endpointId}`);
}

/**
 * Endpoints above their `alertFailureShare` over the last 24 hours among the next `limit` of organizations with this scan time; those
 * disabled or deleted left out. `after`: `next` of the page before, null for the first.
 */
export async function listAlerting(
  db: Pick<Db, 'execute'>,
  bucketMs: number,
  { at, after, limit }: Omit<ScanPageRequest, 'now'>,
): Promise<{ endpoints: AlertingEndpoint[]; next: string | null }> {
  const rows = await rowsOf<AlertingRow>(
    db,
    sql`select e.id, e.organization_id, e.dialect, e.destination, e.url, e.description, e.share, h.attempts, h.failed,
        ${isMoreThan(sql`share`)} as alerting
      from (
        select e.*, e.alert_failure_share as share from endpoints e join organizations o on o.id = e.organization_id
        where o.scan_time_zone = ${at.scanTimeZone} and o.scan_hour = ${at.scanHour}::int
          and e.alert_failure_share is not null and e.disabled_at is null and e.deleted_at is null and e.id > ${after ?? ''}
        order by e.id limit ${limit}::int
      ) e
      cross join lateral (
        select coalesce(sum(h.attempts), 0)::int as attempts, coalesce(sum(h.failed), 0)::int as failed from endpoint_health h
        where h.endpoint_id = e.id and h.bucket > ${currentBucket(bucketMs)} - ${HEALTH_HOURS}::int
      ) h order by e.id`,
  );
  const alerting = rows.filter((row) => row.alerting);
  return {
    endpoints: alerting.map(({ organization_id: organizationId, alerting: _, ...rest }) => ({
      organizationId,
      ...rest,
    })),
    next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null,
  };
}
