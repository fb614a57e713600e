import { sql } from 'drizzle-orm';
import { HEALTH_HOURS } from '../domain/delivery/health.ts';
import { type Db, rowsOf, toIso } from './database.ts';
import { firstIdAt } from './ids.ts';

/** How an endpoint fared in one hour. Latencies are whole milliseconds; null where nothing was sampled. */
export interface HourStats {
  /** ISO. */
  startsAt: string;
  delivered: number;
  failed: number;
  latencyP50Ms: number | null;
}

/** How an endpoint fared in the last 24 hours: of attempts, tests left out. */
export interface EndpointStats {
  endpointId: string;
  delivered: number;
  failed: number;
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
  /** 24, oldest first; the last one is under way. */
  hours: HourStats[];
}

export type EndpointStatsReader = ReturnType<typeof createEndpointStats>;

/**
 * Deliveries of each hour whose attempts are timed. The counts are of all; times are of a sample, since the exact ones would take a
 * look at every attempt of the day.
 */
const SAMPLED_PER_HOUR = 5;

interface HourRow {
  endpoint_id: string;
  starts_at: string;
  delivered: number;
  failed: number;
  latencies: number[] | null;
}

/** `bucketMs`: length of the hours that health is counted in, see `healthBucketMs()`. */
export function createEndpointStats(db: Db, bucketMs: number) {
  /** One statement for all of them; those that are not the organization's own are left out. */
  return async function read(organizationId: string, endpointIds: readonly string[]): Promise<EndpointStats[]> {
    if (endpointIds.length === 0) return [];
    const last = Math.floor(Date.now() / bucketMs);
    const hours = Array.from({ length: HEALTH_HOURS }, (_, i) => last - HEALTH_HOURS + 1 + i).map((bucket) => ({
      bucket,
      starts_at: new Date(bucket * bucketMs).toISOString(),
      from_id: firstIdAt('dlv', new Date(bucket * bucketMs).toISOString()),
      to_id: firstIdAt('dlv', new Date((bucket + 1) * bucketMs).toISOString()),
    }));
    const rows = await rowsOf<HourRow>(
      db,
      sql`select e.id as endpoint_id, h.starts_at, coalesce(c.attempts - c.failed, 0) as delivered, coalesce(c.failed, 0) as failed,
          l.latencies
        from endpoints e
        cross join json_to_recordset(${JSON.stringify(hours)}::json)
          as h(bucket bigint, starts_at timestamptz, from_id text, to_id text)
        left join endpoint_health c on c.endpoint_id = e.id and c.bucket = h.bucket
        -- An hour without counted attempts has nothing to sample.
        left join lateral (
          select json_agg(a.duration_ms) as latencies from (
            select d.id from deliveries d
            -- As pairs: the planner would else read the whole hour and sort it, since it takes it for short.
            where (d.endpoint_id, d.id) >= (e.id, h.from_id) and (d.endpoint_id, d.id) < (e.id, h.to_id) and not d.test
            order by d.endpoint_id desc, d.id desc limit ${SAMPLED_PER_HOUR}::int
          ) s
          join attempts a on a.delivery_id = s.id and a.duration_ms is not null
        ) l on c.attempts > 0
        where e.organization_id = ${organizationId} and e.id = any(${sql.param([...endpointIds])}::text[])
        order by e.id desc, h.bucket`,
    );
    return [...Map.groupBy(rows, (row) => row.endpoint_id)].map(([endpointId, ofEndpoint]) => {
      const latencies = ofEndpoint.flatMap((row) => row.latencies ?? []);
      return {
        endpointId,
        delivered: sum(ofEndpoint, 'delivered'),
        failed: sum(ofEndpoint, 'failed'),
        latencyP50Ms: percentile(latencies, 0.5),
        latencyP95Ms: percentile(latencies, 0.95),
        hours: ofEndpoint.map((row) => ({
          startsAt: toIso(row.starts_at),
          delivered: row.delivered,
          failed: row.failed,
          latencyP50Ms: percentile(row.latencies ?? [], 0.5),
        })),
      };
    });
  };
}

function sum(rows: readonly HourRow[], column: 'delivered' | 'failed'): number {
  return rows.reduce((total, row) => total + row[column], 0);
}

/** The smallest value that so large a share does not exceed; null of nothing. */
function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
