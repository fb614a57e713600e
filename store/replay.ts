import { sql } from 'drizzle-orm';
import { writeDown } from './activity.ts';
import { type Db, rowsOf } from './database.ts';
import type { DirectoryEndpoint } from './endpoint-directory.ts';
import { addMissing } from './replay-missing.ts';

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
    if (!request.dryRun) await note(db, request);
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

/** Before it is begun: it takes its time, and what was asked for is known. */
async function note(db: Db, { organizationId, endpoint, since, until, include }: ReplayRequest): Promise<void> {
  const changes = [
    { field: 'since', to: since },
    { field: 'until', to: until },
    { field: 'include', to: include },
  ];
  await writeDown(db, [
    { organizationId, action: 'endpoint.replayed', subject: { id: endpoint.id, name: null }, changes },
  ]);
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
