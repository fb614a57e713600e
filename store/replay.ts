import { sql } from 'drizzle-orm';
import { matchesEndpoint } from '../domain/delivery/match-endpoint.ts';
import { type Db, rowsOf } from './database.ts';
import type { DirectoryEndpoint } from './endpoint-directory.ts';
import { newId } from './ids.ts';

export type ReplayInclude = 'failed' | 'cancelled' | 'missing';

/** Which of an endpoint's deliveries to bring again; times are ISO and bound the event's creation. */
export interface ReplayRequest {
  organizationId: string;
  endpoint: DirectoryEndpoint;
  since: string;
  until: string;
  include: readonly ReplayInclude[];
  /** Counts only. */
  dryRun: boolean;
}

const PAGE = 500;

/**
 * Brings failed and cancelled deliveries of an endpoint back to waiting, and makes deliveries for events that matched but never
 * got one (published before the endpoint existed). In batches; the dispatcher claims them like any others. Returns counts.
 */
export function createReplay(db: Db, options: { onWaiting: (deliveries: number) => void }) {
  return async function replay(request: ReplayRequest): Promise<Record<ReplayInclude, number>> {
    const counts = { failed: 0, cancelled: 0, missing: 0 };
    for (const status of ['failed', 'cancelled'] as const) {
      if (!request.include.includes(status)) continue;
      counts[status] = request.dryRun
        ? await countEnded(db, request, status)
        : await reviveEnded(db, request, status, options.onWaiting);
    }
    if (request.include.includes('missing')) counts.missing = await addMissing(db, request);
    if (!request.dryRun && counts.missing > 0) options.onWaiting(counts.missing);
    return counts;
  };
}

/** Of the endpoint's deliveries, those of the status whose event falls into the time asked for. */
function ended(request: ReplayRequest, status: string) {
  return sql`d.endpoint_id = ${request.endpoint.id} and d.organization_id = ${request.organizationId} and d.status = ${status}
    and exists (select 1 from events ev where ev.organization_id = d.organization_id and ev.id = d.event_id
      and ev.created_at >= ${request.since}::timestamptz and ev.created_at < ${request.until}::timestamptz)`;
}

async function countEnded(db: Db, request: ReplayRequest, status: string): Promise<number> {
  const [row] = await rowsOf<{ n: number }>(
    db,
    sql`select count(*)::int as n from deliveries d where ${ended(request, status)}`,
  );
  return row?.n ?? 0;
}

async function reviveEnded(
  db: Db,
  request: ReplayRequest,
  status: string,
  onWaiting: (deliveries: number) => void,
): Promise<number> {
  let revived = 0;
  let after = '';
  for (;;) {
    // Each is looked at once: what fails again while this goes on must not be brought again and again.
    const page = await rowsOf<{ id: string }>(
      db,
      sql`select d.id from deliveries d where ${ended(request, status)} and d.id > ${after} order by d.id limit ${PAGE}`,
    );
    if (page.length === 0) return revived;
    after = page.at(-1)?.id ?? after;
    const rows = await rowsOf<{ id: string }>(
      db,
      sql`update deliveries set status = 'pending', reason = null, generation = generation + 1, tries = 0, next_attempt_at = now(),
          workflow_id = null, claimed_at = null, started_at = null, held = false, completed_at = null,
          export_state = case when export_state is not null then 'needed' end
        where id = any(${sql.param(page.map((row) => row.id))}::text[]) and status = ${status}
        returning id`,
    );
    revived += rows.length;
    if (rows.length > 0) onWaiting(rows.length);
  }
}

interface EventRow {
  id: string;
  dialect: string;
  type: string;
  presence_name: string | null;
  user_id: string | null;
  recipients: string[] | null;
  test: boolean;
}

async function addMissing(db: Db, request: ReplayRequest): Promise<number> {
  let added = 0;
  let after = '';
  for (;;) {
    const events = await rowsOf<EventRow>(
      db,
      sql`select ev.id, ev.dialect, ev.type, ev.presence_name, ev.user_id, ev.recipients, ev.test from events ev
        where ev.organization_id = ${request.organizationId} and ev.created_at >= ${request.since}::timestamptz
          and ev.created_at < ${request.until}::timestamptz and ev.id > ${after}
          and not exists (select 1 from deliveries d where d.event_id = ev.id and d.organization_id = ev.organization_id
            and d.endpoint_id = ${request.endpoint.id})
        order by ev.id limit ${PAGE}`,
    );
    if (events.length === 0) return added;
    after = events.at(-1)?.id ?? after;
    const matching = events.filter((event) => {
      const { presence_name: presenceName, user_id: userId, recipients: to } = event;
      return matchesEndpoint({ ...event, presenceName, userId, to }, request.endpoint);
    });
    if (request.dryRun) added += matching.length;
    else if (matching.length > 0) added += await insertMissing(db, request, matching);
  }
}

/** Returns how many were made. */
async function insertMissing(db: Db, request: ReplayRequest, events: EventRow[]): Promise<number> {
  // The condition is looked at again here: two replays at once must not make two deliveries.
  return db.transaction(async (tx) => {
    await tx.execute(sql`select id from endpoints where id = ${request.endpoint.id} for update`);
    const made = await rowsOf<{ id: string }>(
      tx,
      sql`insert into deliveries (id, organization_id, event_id, endpoint_id, event_type, test, next_attempt_at)
      select n.id, ${request.organizationId}, n.event_id, ${request.endpoint.id}, n.type, n.test, now()
      from unnest(${sql.param(events.map(() => newId('dlv')))}::text[], ${sql.param(events.map((e) => e.id))}::text[],
        ${sql.param(events.map((e) => e.type))}::text[], ${sql.param(events.map((e) => e.test))}::boolean[]) as n(id, event_id, type, test)
      where not exists (select 1 from deliveries d where d.event_id = n.event_id and d.organization_id = ${request.organizationId}
        and d.endpoint_id = ${request.endpoint.id})
      returning id`,
    );
    return made.length;
  });
}
