import { sql } from 'drizzle-orm';
import type { PlaceTimes } from '../domain/delivery/rate-limit.ts';
import { type ClaimRow, claimColumns, toClaimed } from './claim-row.ts';
import { type Db, isPending, jsonRowsOf, recordset, rowsOf } from './database.ts';
import { type LimitedQueue, openQueues, type Turn } from './limited-queues.ts';
import { isLimitedEndpoint } from './places.ts';
import type { ClaimedDelivery } from './types.ts';

/** How much a claim may take, and from whom. */
export interface ClaimRequest {
  /** Deliveries in all. */
  limit: number;
  /** Bound for single endpoints: how many more may be in flight there. 0 leaves the endpoint out. */
  room: ReadonlyMap<string, number>;
  /** Claims from these endpoints only; absent: from all in turn. */
  only?: readonly string[];
}

/** Endpoints looked at in one claim; the cursor moves on, so that every endpoint has its turn. */
const MAX_ENDPOINTS = 64;
/** So often one claim moves on when nothing could be taken; the next claim goes on from there. */
const MAX_LOOKS = 16;

/** A row's standing in its round: `place` within its endpoint, `turn` of the endpoint. */
type Picked<Row> = Row & { endpoint_id: string; place: number; turn: number };
type PickedRow = Picked<ClaimRow>;

/** How rows are locked and places counted. */
export interface Access {
  times: PlaceTimes;
  skipLocked: boolean;
}

/** What a claim may take. */
export interface Round {
  deliveries: ClaimedDelivery[];
  /** Queues that were opened: what of them is not claimed has to be told its time. */
  queues: LimitedQueue[];
  /** Where the next round begins. */
  cursor: string;
}

/** Picks deliveries for one claim, beginning with the endpoints behind the cursor. */
export async function playRound(
  tx: Pick<Db, 'execute'>,
  request: ClaimRequest,
  cursor: string,
  access: Access,
): Promise<Round> {
  const isOpen = (id: string) => (request.room.get(id) ?? 1) > 0;
  if (request.only) {
    const taken = await take(tx, request, request.only.filter(isOpen), access);
    return { deliveries: taken.deliveries, queues: taken.queues, cursor };
  }
  const queues: LimitedQueue[] = [];
  let from = cursor;
  for (let looks = 1; ; looks++) {
    const turn = await lookAround(tx, from);
    const taken = await take(tx, request, turn.filter(isOpen), access);
    queues.push(...taken.queues);
    const more = turn.length === MAX_ENDPOINTS;
    if (taken.deliveries.length > 0 || !more || looks === MAX_LOOKS) {
      return { deliveries: taken.deliveries, queues, cursor: nextCursor(taken.order, request.limit, turn) };
    }
    from = turn.at(-1) as string;
  }
}

/** The first of each endpoint, then the second of each, and so on, in the order given. */
async function take(tx: Pick<Db, 'execute'>, request: ClaimRequest, endpointIds: string[], access: Access) {
  const { rows, limited } = await takeUnlimited(tx, request, endpointIds, access);
  if (limited.length === 0) return { deliveries: rows.map(toClaimed), order: rows, queues: [] };
  const queues = await openQueues(tx, limited, request, access);
  const offered = queues.flatMap(({ endpoint, turn, offered }) =>
    offered.map((id, n) => ({ id, endpoint_id: endpoint.id, place: n + 1, turn })),
  );
  const order: Picked<{ id: string }>[] = [...rows, ...offered]
    .toSorted((a, b) => a.place - b.place || a.turn - b.turn)
    .slice(0, request.limit);
  const known = new Map<string, ClaimRow>(rows.map((row) => [row.id, row]));
  for (const row of await readOffered(tx, order, known, access)) known.set(row.id, row);
  const deliveries = order.flatMap(({ id }) => known.get(id) ?? []).map(toClaimed);
  return { deliveries, order, queues };
}

/** From endpoints without limits; those with limits that have something due are named, for their queues to be opened. */
async function takeUnlimited(
  tx: Pick<Db, 'execute'>,
  request: ClaimRequest,
  endpointIds: string[],
  { skipLocked }: Access,
): Promise<{ rows: PickedRow[]; limited: Turn[] }> {
  if (endpointIds.length === 0) return { rows: [], limited: [] };
  const bounds = [...request.room].filter(([, room]) => room > 0).map(([endpoint_id, room]) => ({ endpoint_id, room }));
  const [answer] = await rowsOf<{ rows: string | null; limited: string | null }>(
    tx,
    sql`with turns as (
      select e.*, t.n as turn, ${isLimitedEndpoint} as limited
      from unnest(${sql.param(endpointIds)}::text[]) with ordinality as t(endpoint_id, n)
      join endpoints e on e.id = t.endpoint_id and (e.paused_at is null or e.disabled_at is not null or e.deleted_at is not null)
    ), picked as (select ${claimColumns}, d.place, e.turn
    from turns e
    left join (select * from ${recordset(bounds, 'endpoint_id text, room int')}) as b on b.endpoint_id = e.id
    cross join lateral (
      select w.*, (row_number() over (order by w.next_attempt_at, w.id))::int as place from (
        select id, organization_id, event_type, generation, attempt_count, tries, next_attempt_at, own_workflow, export_state
        from deliveries where endpoint_id = e.id and status = 'pending' and workflow_id is null
          and (not held or next_attempt_at <= now())
        order by next_attempt_at limit least(b.room, ${request.limit}::int, e.max_concurrency)
        ${skipLocked ? sql`for update skip locked` : sql``}
      ) w
    ) d
    where not e.limited
    order by d.place, e.turn limit ${request.limit}), limited as (
      select e.id as "endpointId", e.turn from turns e where e.limited and exists (
        select 1 from deliveries d where d.endpoint_id = e.id and d.status = 'pending' and d.workflow_id is null
          and d.next_attempt_at <= now())
    )
    select (select json_agg(picked)::text from picked) as rows, (select json_agg(limited)::text from limited) as limited`,
  );
  return {
    rows: answer?.rows ? JSON.parse(answer.rows) : [],
    limited: answer?.limited ? JSON.parse(answer.limited) : [],
  };
}

async function readOffered(
  tx: Pick<Db, 'execute'>,
  order: readonly { id: string }[],
  known: ReadonlyMap<string, unknown>,
  { skipLocked }: Access,
): Promise<ClaimRow[]> {
  const ids = order.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  if (ids.length === 0) return [];
  return jsonRowsOf<ClaimRow>(
    tx,
    sql`offered as (select ${claimColumns} from deliveries d join endpoints e on e.id = d.endpoint_id
      where d.id = any(${sql.param(ids)}::text[]) and ${isPending} and d.workflow_id is null ${skipLocked ? sql`for update of d skip locked` : sql``})`,
    sql`select * from offered`,
  );
}

/** Endpoints with something waiting, from the cursor on and round to it: two loose index scans. */
async function lookAround(tx: Pick<Db, 'execute'>, cursor: string): Promise<string[]> {
  const waiting = sql`status = 'pending' and workflow_id is null`;
  const rows = await rowsOf<{ endpoint_id: string }>(
    tx,
    sql`with recursive after_cursor(endpoint_id, n) as (
      (select endpoint_id, 1 from deliveries where ${waiting} and endpoint_id > ${cursor} order by endpoint_id limit 1)
      union all
      select (select d.endpoint_id from deliveries d where ${waiting} and d.endpoint_id > a.endpoint_id order by d.endpoint_id limit 1), a.n + 1
      from after_cursor a where a.endpoint_id is not null and a.n < ${MAX_ENDPOINTS}
    ), up_to_cursor(endpoint_id, n) as (
      (select endpoint_id, 1 from deliveries where ${waiting} and endpoint_id <= ${cursor} order by endpoint_id limit 1)
      union all
      select (select d.endpoint_id from deliveries d where ${waiting} and d.endpoint_id > u.endpoint_id and d.endpoint_id <= ${cursor}
        order by d.endpoint_id limit 1), u.n + 1
      from up_to_cursor u where u.endpoint_id is not null and u.n < ${MAX_ENDPOINTS}
    )
    select endpoint_id, n from after_cursor where endpoint_id is not null
    union all select endpoint_id, n + ${MAX_ENDPOINTS}::int from up_to_cursor where endpoint_id is not null
    order by n limit ${MAX_ENDPOINTS}`,
  );
  return rows.map((row) => row.endpoint_id);
}

/**
 * Where the next claim begins. If the limit cut the first round short, behind the last endpoint served; else every endpoint
 * looked at had its share, and it is behind the last of them: those with nothing to give (paused, without room) must not
 * keep the ones behind them from ever being seen.
 */
function nextCursor(rows: readonly Picked<object>[], limit: number, turn: string[]): string {
  const last = rows.at(-1);
  const cutShort = rows.length === limit && last?.place === 1;
  if (turn.length === MAX_ENDPOINTS && !cutShort) return turn.at(-1) as string;
  return last?.endpoint_id ?? '';
}
