import { sql } from 'drizzle-orm';
import { type Database, type Db, isPending, jsonRowsOf, recordset, rowsOf, toIso } from './database.ts';
import { exportOrderOf } from './export-order.ts';
import type { ClaimedDelivery, ExportState } from './types.ts';

/** How much a claim may take, and from whom. */
export interface ClaimRequest {
  /** Deliveries in all. */
  limit: number;
  /** Bound for single endpoints: how many more may be in flight there. 0 leaves the endpoint out. */
  room: ReadonlyMap<string, number>;
  /** Claims from these endpoints only; absent: from all in turn. */
  only?: readonly string[];
}

/** Assigns claimed deliveries to workflows; called inside the claim's transaction, so it does no I/O. */
export type AssignWorkflows = (claimed: ClaimedDelivery[]) => { workflowId: string; deliveries: ClaimedDelivery[] }[];

/** A claimed row as the database gives it; `claimColumns` selects it. */
export interface ClaimRow {
  id: string;
  organization_id: string;
  endpoint_id: string;
  event_type: string;
  generation: number;
  attempt_count: number;
  tries: number;
  next_attempt_at: string;
  due_in_ms: number;
  own_workflow: boolean;
  export_state: ExportState;
  /** The endpoint's, as JSON text; null when it has none. */
  options: string | null;
  url: string;
  dialect: string;
  retry_count: number | null;
  acknowledged: boolean;
  max_concurrency: number | null;
}

/** Columns of `ClaimRow`, from `d` (deliveries) and `e` (endpoints). */
export const claimColumns = sql`d.id, d.organization_id, e.id as endpoint_id, d.event_type, d.generation, d.attempt_count, d.tries,
  d.next_attempt_at, d.own_workflow, d.export_state, case when e.options <> '{}' then e.options end as options, (extract(epoch from d.next_attempt_at - now()) * 1000)::float8 as due_in_ms, e.url, e.dialect,
  cardinality(e.retry_delays_ms) as retry_count, e.acknowledge is not null as acknowledged, e.max_concurrency`;

/** Endpoints looked at in one claim; the cursor moves on, so that every endpoint has its turn. */
const MAX_ENDPOINTS = 64;
/** So often one claim moves on when nothing could be taken; the next claim goes on from there. */
const MAX_LOOKS = 16;

/**
 * Claims waiting deliveries round-robin by endpoint and writes their workflow ids, before any workflow is started: what is
 * claimed and not started is found again by the reconciler. Deliveries waiting for a retry are claimed before they are due
 * (their workflow holds the timer); those held back (`held`) only once they are. `SKIP LOCKED`: any number of workers.
 */
export function createClaimer({ db, kind }: Pick<Database, 'db' | 'kind'>) {
  let cursor = '';

  async function claimIn(tx: Pick<Db, 'execute'>, request: ClaimRequest, assign: AssignWorkflows) {
    const picked = await pick(tx, request, cursor, kind === 'pglite' ? sql`` : sql`for update skip locked`);
    cursor = picked.cursor;
    if (picked.deliveries.length === 0) return [];
    const groups = assign(picked.deliveries);
    const members = groups.flatMap((g) =>
      g.deliveries.map((d) => ({ id: d.id, workflow_id: g.workflowId, export_state: d.exportState })),
    );
    if (members.length > 0) await tx.execute(writeClaim(members));
    return groups;
  }

  return async function claim(request: ClaimRequest, assign: AssignWorkflows) {
    if (request.limit <= 0) return [];
    // PGlite has one session, so there is nobody to lock out; what changes between the two statements is caught by the
    // second one's condition and by begin.
    return kind === 'pglite' ? claimIn(db, request, assign) : db.transaction((tx) => claimIn(tx, request, assign));
  };
}

function writeClaim(members: { id: string; workflow_id: string; export_state: ExportState }[]) {
  return sql`update deliveries d
    set workflow_id = i.workflow_id, export_state = coalesce(d.export_state, i.export_state),
      claimed_at = now(), started_at = null, held = false, reason = null, reconciled_at = null,
      reconcile_count = 0, own_workflow = d.own_workflow or i.workflow_id = d.id
    from ${recordset(members, 'id text, workflow_id text, export_state text')}
    where d.id = i.id and ${isPending} and d.workflow_id is null`;
}

type Locking = ReturnType<typeof sql>;
type PickedRow = ClaimRow & { place: number };

async function pick(tx: Pick<Db, 'execute'>, request: ClaimRequest, cursor: string, locking: Locking) {
  const isOpen = (id: string) => (request.room.get(id) ?? 1) > 0;
  if (request.only) {
    const rows = await take(tx, request, request.only.filter(isOpen), locking);
    return { deliveries: rows.map(toClaimed), cursor };
  }
  let from = cursor;
  for (let looks = 1; ; looks++) {
    const turn = await lookAround(tx, from);
    const rows = await take(tx, request, turn.filter(isOpen), locking);
    const more = turn.length === MAX_ENDPOINTS;
    if (rows.length > 0 || !more || looks === MAX_LOOKS) {
      return { deliveries: rows.map(toClaimed), cursor: nextCursor(rows, request.limit, turn) };
    }
    from = turn.at(-1) as string;
  }
}

/** The first of each endpoint, then the second of each, and so on, in the order given. */
async function take(tx: Pick<Db, 'execute'>, request: ClaimRequest, endpointIds: string[], locking: Locking) {
  if (endpointIds.length === 0) return [];
  const bounds = [...request.room].filter(([, room]) => room > 0).map(([endpoint_id, room]) => ({ endpoint_id, room }));
  return jsonRowsOf<PickedRow>(
    tx,
    sql`picked as (select ${claimColumns}, d.place
    from unnest(${sql.param(endpointIds)}::text[]) with ordinality as t(endpoint_id, n)
    join endpoints e on e.id = t.endpoint_id and (e.paused_at is null or e.disabled_at is not null or e.deleted_at is not null)
    left join (select * from ${recordset(bounds, 'endpoint_id text, room int')}) as b on b.endpoint_id = t.endpoint_id
    cross join lateral (
      select w.*, (row_number() over (order by w.next_attempt_at, w.id))::int as place from (
        select id, organization_id, event_type, generation, attempt_count, tries, next_attempt_at, own_workflow, export_state
        from deliveries where endpoint_id = t.endpoint_id and status = 'pending' and workflow_id is null
          and (not held or next_attempt_at <= now())
        order by next_attempt_at limit least(b.room, ${request.limit}::int, e.max_concurrency)
        ${locking}
      ) w
    ) d
    order by d.place, t.n limit ${request.limit})`,
    sql`select * from picked`,
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
function nextCursor(rows: PickedRow[], limit: number, turn: string[]): string {
  const last = rows.at(-1);
  const cutShort = rows.length === limit && last?.place === 1;
  if (turn.length === MAX_ENDPOINTS && !cutShort) return turn.at(-1) as string;
  return last?.endpoint_id ?? '';
}

/** A claimed row in the words of the dispatcher. */
export function toClaimed(row: ClaimRow): ClaimedDelivery {
  const exportState = row.export_state ?? (exportOrderOf(row) ? 'needed' : null);
  return {
    id: row.id,
    organizationId: row.organization_id,
    endpointId: row.endpoint_id,
    eventType: row.event_type,
    generation: row.generation,
    attemptCount: row.attempt_count,
    tries: row.tries,
    nextAttemptAt: toIso(row.next_attempt_at),
    dueInMs: row.due_in_ms,
    ownWorkflow: row.own_workflow,
    exportState,
    alone: exportState !== null,
    endpoint: {
      url: row.url,
      dialect: row.dialect,
      retryCount: row.retry_count,
      acknowledged: row.acknowledged,
      maxConcurrency: row.max_concurrency,
    },
  };
}
