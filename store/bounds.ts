import { sql } from 'drizzle-orm';
import {
  bindingLimit,
  createTurnstile,
  type LimitReason,
  type PlaceTimes,
  type Turnstile,
} from '../domain/delivery/rate-limit.ts';
import { type Db, rowsOf } from './database.ts';
import { type LimitedEndpoint, readPlaces } from './places.ts';

/** What endpoints that bound their attempts can take now, by endpoint id; absent: no such bound. */
export interface Bounds {
  /** Permits left of the concurrency cap. */
  permits: Map<string, number>;
  gates: Map<string, Gate>;
}

/** Lets attempts pass as far as there are places. */
export interface Gate extends Turnstile {
  /** Why those that do not pass have to wait. */
  reason: LimitReason;
}

/**
 * Counts permits and places left under the endpoints' row locks, so that two workers cannot give out the same one. Whoever
 * locks deliveries and endpoints does it in this order.
 */
export async function readBounds(
  tx: Pick<Db, 'execute'>,
  endpointIds: { capped: readonly string[]; limited: readonly string[] },
  times: PlaceTimes,
): Promise<Bounds> {
  const ids = [...new Set([...endpointIds.capped, ...endpointIds.limited])];
  if (ids.length === 0) return { permits: new Map(), gates: new Map() };
  await tx.execute(
    sql`select id from endpoints where id = any(${sql.param(ids)}::text[]) order by id for no key update`,
  );
  return { permits: await permitsLeft(tx, endpointIds.capped), gates: await openGates(tx, endpointIds.limited, times) };
}

async function openGates(
  tx: Pick<Db, 'execute'>,
  ids: readonly string[],
  times: PlaceTimes,
): Promise<Map<string, Gate>> {
  if (ids.length === 0) return new Map();
  const toGate = (endpoint: LimitedEndpoint): Gate => ({
    ...createTurnstile(endpoint, endpoint.begun, endpoint.reserved),
    reason: bindingLimit(endpoint, endpoint.begun),
  });
  return new Map([...(await readPlaces(tx, ids, times))].map(([id, endpoint]) => [id, toGate(endpoint)]));
}

async function permitsLeft(tx: Pick<Db, 'execute'>, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await rowsOf<{ id: string; left: number }>(
    tx,
    sql`select e.id, (e.max_concurrency - (select count(*) from deliveries d where d.endpoint_id = e.id and d.status = 'pending'
        and d.workflow_id is not null and d.open_attempt_id is not null and d.lease_until > now()))::int as left
      from endpoints e where e.id = any(${sql.param([...ids])}::text[]) and e.max_concurrency is not null`,
  );
  return new Map(rows.map((row) => [row.id, row.left]));
}
