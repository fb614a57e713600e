import { sql } from 'drizzle-orm';
import type { DeliveryStatus } from '../domain/delivery/types.ts';
import { closeLostAttempts } from './close-lost.ts';
import { type Db, rowsOf } from './database.ts';
import type { BeginInput, RefusedAttempt } from './types.ts';

interface StoredRow {
  id: string;
  endpoint_id: string;
  status: DeliveryStatus;
  workflow_id: string | null;
  generation: number;
  attempt_count: number;
  open_attempt_id: string | null;
  open_run_id: string | null;
  open_activity_attempt: number | null;
  lease_in_ms: number | null;
  due_in_ms: number | null;
  disabled: boolean;
  deleted: boolean;
  paused: boolean;
  export_needed: boolean;
  max_concurrency: number | null;
}

/** A delivery refused for want of a concurrency permit is looked at again after this long. */
const PERMIT_WAIT_MS = 1_000;

/** Closer than this to its time a delivery counts as due: planning rounds, and no timer is worth so little. */
export const DUE_SLACK_MS = 100;

/**
 * Judges the begins that the first compare-and-set left out: says from where each workflow goes on, closes attempts whose
 * worker is lost, cancels what belongs to a disabled endpoint, lets go what a paused or busy endpoint cannot take now.
 * `admitted` may be begun in the same transaction.
 */
export async function refuse(
  tx: Pick<Db, 'execute'>,
  inputs: BeginInput[],
): Promise<{ refused: RefusedAttempt[]; admitted: BeginInput[] }> {
  const stored = new Map((await readLocked(tx, inputs)).map((row) => [row.id, row]));
  const refused: RefusedAttempt[] = [];
  const candidates: { input: BeginInput; row: StoredRow }[] = [];
  const lost: StoredRow[] = [];
  for (const input of inputs) {
    const row = stored.get(input.id);
    if (!row) {
      refused.push(refusal(input, undefined, 'not_found'));
    } else if (row.status !== 'pending') {
      refused.push(refusal(input, row, 'finished'));
    } else if (row.workflow_id !== input.workflowId) {
      refused.push(refusal(input, row, 'superseded'));
    } else if (row.open_attempt_id !== null && !isLost(row, input)) {
      refused.push({ ...refusal(input, row, 'busy'), dueInMs: Math.max(100, row.lease_in_ms ?? 0) });
    } else if (row.open_attempt_id !== null) {
      lost.push(row);
      candidates.push({ input: { ...input, generation: row.generation, attemptCount: row.attempt_count }, row });
    } else if (
      row.generation !== input.generation ||
      row.attempt_count !== input.attemptCount ||
      (row.due_in_ms ?? 0) > DUE_SLACK_MS
    ) {
      refused.push(refusal(input, row, 'not_due'));
    } else {
      candidates.push({ input, row });
    }
  }
  await closeLostAttempts(
    tx,
    lost.map((row) => row.id),
  );
  const admitted = await admit(tx, candidates, refused);
  return { refused, admitted };
}

/** Open under an earlier try of the same activity, or past its lease: whoever held it is gone. */
function isLost(row: StoredRow, input: BeginInput): boolean {
  const sameRunLater = row.open_run_id === input.runId && (row.open_activity_attempt ?? 0) < input.activityAttempt;
  return sameRunLater || (row.lease_in_ms ?? 0) <= 0;
}

async function admit(
  tx: Pick<Db, 'execute'>,
  candidates: { input: BeginInput; row: StoredRow }[],
  refused: RefusedAttempt[],
): Promise<BeginInput[]> {
  const admitted: BeginInput[] = [];
  const cancelled: string[] = [];
  const paused: string[] = [];
  const crowded: string[] = [];
  const room = await permitsLeft(tx, candidates);
  for (const { input, row } of candidates) {
    const left = room.get(row.endpoint_id);
    if (row.disabled || row.deleted) {
      cancelled.push(row.id);
      refused.push({ ...refusal(input, row, 'finished'), status: 'cancelled' });
    } else if (row.paused) {
      paused.push(row.id);
      refused.push(refusal(input, row, 'released'));
    } else if (row.export_needed) {
      refused.push(refusal(input, row, 'not_exported'));
    } else if (left !== undefined && left <= 0) {
      crowded.push(row.id);
      refused.push(refusal(input, row, 'released'));
    } else {
      if (left !== undefined) room.set(row.endpoint_id, left - 1);
      admitted.push(input);
    }
  }
  await cancelDisabled(tx, cancelled);
  await release(tx, paused, 'endpoint_paused', 0);
  await release(tx, crowded, 'concurrency', PERMIT_WAIT_MS);
  return admitted;
}

/** Permits are counted under the endpoint's row lock, so that two workers cannot give out the same one. */
async function permitsLeft(tx: Pick<Db, 'execute'>, candidates: { row: StoredRow }[]): Promise<Map<string, number>> {
  const capped = [...new Set(candidates.filter((c) => c.row.max_concurrency !== null).map((c) => c.row.endpoint_id))];
  if (capped.length === 0) return new Map();
  await tx.execute(sql`select id from endpoints where id = any(${sql.param(capped)}::text[]) order by id for update`);
  const rows = await rowsOf<{ id: string; left: number }>(
    tx,
    sql`select e.id, (e.max_concurrency - (select count(*) from deliveries d where d.endpoint_id = e.id and d.status = 'pending'
        and d.workflow_id is not null and d.open_attempt_id is not null and d.lease_until > now()))::int as left
      from endpoints e where e.id = any(${sql.param(capped)}::text[])`,
  );
  return new Map(rows.map((row) => [row.id, row.left]));
}

async function readLocked(tx: Pick<Db, 'execute'>, inputs: BeginInput[]): Promise<StoredRow[]> {
  return rowsOf<StoredRow>(
    tx,
    sql`select d.id, d.endpoint_id, d.status, d.workflow_id, d.generation, d.attempt_count, d.open_attempt_id, d.open_run_id,
        d.open_activity_attempt, ceil(extract(epoch from d.lease_until - now()) * 1000)::int as lease_in_ms,
        ceil(extract(epoch from d.next_attempt_at - now()) * 1000)::int as due_in_ms,
        e.disabled_at is not null as disabled, e.deleted_at is not null as deleted, e.paused_at is not null as paused,
        d.export_state is not distinct from 'needed' as export_needed, e.max_concurrency
      from deliveries d join endpoints e on e.id = d.endpoint_id
      where d.id = any(${sql.param(inputs.map((i) => i.id))}::text[]) order by d.id for update of d`,
  );
}

async function cancelDisabled(tx: Pick<Db, 'execute'>, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`update deliveries set status = 'cancelled', reason = 'endpoint_disabled', next_attempt_at = null,
    completed_at = now() where id = any(${sql.param(ids)}::text[])`);
}

async function release(tx: Pick<Db, 'execute'>, ids: string[], reason: string, waitMs: number): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`update deliveries set workflow_id = null, claimed_at = null, started_at = null, held = true,
    reason = ${reason}, next_attempt_at = now() + ${waitMs}::int * interval '1 millisecond'
    where id = any(${sql.param(ids)}::text[])`);
}

function refusal(input: BeginInput, row: StoredRow | undefined, why: RefusedAttempt['why']): RefusedAttempt {
  return {
    kind: 'refused',
    deliveryId: input.id,
    why,
    status: row?.status ?? null,
    generation: row?.generation ?? input.generation,
    attemptCount: row?.attempt_count ?? input.attemptCount,
    dueInMs: Math.max(0, row?.due_in_ms ?? 0),
  };
}
