import { sql } from 'drizzle-orm';
import type { PlaceTimes } from '../domain/delivery/rate-limit.ts';
import { type ClaimRequest, playRound } from './claim-round.ts';
import { type Database, type Db, isPending, recordset } from './database.ts';
import type { LimitedQueue } from './limited-queues.ts';
import { takePlaces } from './places.ts';
import { putOff } from './put-off.ts';
import type { ClaimedDelivery, ExportState } from './types.ts';

/** Assigns claimed deliveries to workflows; called inside the claim's transaction, so it does no I/O. */
export type AssignWorkflows = (claimed: ClaimedDelivery[]) => { workflowId: string; deliveries: ClaimedDelivery[] }[];

/**
 * Claims waiting deliveries round-robin by endpoint and writes their workflow ids, before any workflow is started: what is
 * claimed and not started is found again by the reconciler. Deliveries waiting for a retry are claimed before they are due
 * (their workflow holds the timer); those held back (`held`) only once they are. `SKIP LOCKED`: any number of workers.
 *
 * Of endpoints with limits no more is claimed than there are places, in the order of the queue; what is claimed has its place,
 * and the rest is told when theirs free. So what begins side by side cannot overtake, and a queue of 100,000 costs no
 * workflow that begin would refuse. `onDueIn` is called with the milliseconds until the next place frees that somebody waits for.
 */
export function createClaimer(
  { db, kind }: Pick<Database, 'db' | 'kind'>,
  options: { times: PlaceTimes; onDueIn: (ms: number) => void },
) {
  const access = { times: options.times, skipLocked: kind === 'postgres' };
  let cursor = '';

  async function claimIn(tx: Pick<Db, 'execute'>, request: ClaimRequest, assign: AssignWorkflows) {
    const picked = await playRound(tx, request, cursor, access);
    cursor = picked.cursor;
    const groups = picked.deliveries.length > 0 ? assign(picked.deliveries) : [];
    const claimed = groups.flatMap((g) => g.deliveries.map((d) => ({ ...d, workflowId: g.workflowId })));
    if (claimed.length > 0) await tx.execute(writeClaim(claimed));
    if (picked.queues.length > 0) await settleQueues(tx, picked.queues, claimed);
    return groups;
  }

  async function settleQueues(tx: Pick<Db, 'execute'>, queues: LimitedQueue[], claimed: ClaimedDelivery[]) {
    const members = new Set(queues.flatMap((queue) => queue.members.map((member) => member.id)));
    const placed = claimed.filter((delivery) => members.has(delivery.id));
    await takePlaces(
      tx,
      placed.map((d) => ({ deliveryId: d.id, number: d.attemptCount + 1, endpointId: d.endpointId })),
    );
    const soonestMs = await putOff(tx, queues, new Set(placed.map((d) => d.id)), access);
    if (soonestMs !== undefined) options.onDueIn(soonestMs);
  }

  return async function claim(request: ClaimRequest, assign: AssignWorkflows) {
    if (request.limit <= 0) return [];
    // PGlite has one session, so there is nobody to lock out; what changes between the two statements is caught by the
    // second one's condition and by begin.
    return kind === 'pglite' ? claimIn(db, request, assign) : db.transaction((tx) => claimIn(tx, request, assign));
  };
}

function writeClaim(claimed: readonly { id: string; workflowId: string; exportState: ExportState }[]) {
  const members = claimed.map((d) => ({ id: d.id, workflow_id: d.workflowId, export_state: d.exportState }));
  return sql`update deliveries d
    set workflow_id = i.workflow_id, export_state = coalesce(d.export_state, i.export_state),
      claimed_at = now(), started_at = null, held = false, reason = null, reconciled_at = null,
      reconcile_count = 0, own_workflow = d.own_workflow or i.workflow_id = d.id
    from ${recordset(members, 'id text, workflow_id text, export_state text')}
    where d.id = i.id and ${isPending} and d.workflow_id is null`;
}
