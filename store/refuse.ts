import { sql } from 'drizzle-orm';
import type { LimitReason, PlaceTimes } from '../domain/delivery/rate-limit.ts';
import type { DeliveryStatus } from '../domain/delivery/types.ts';
import { type Gate, readBounds } from './bounds.ts';
import { closeLostAttempts } from './close-lost.ts';
import { type Db, rowsOf } from './database.ts';
import { isLimitedEndpoint } from './places.ts';
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
  /** Whether a limit of the endpoint counts it. */
  limited: boolean;
  /** The claim took a place for its next attempt. */
  reserved: boolean;
}

/** A begin that nothing but a bound of its endpoint can keep from being made. */
interface Candidate {
  input: BeginInput;
  row: StoredRow;
}

/** What `refuse` found; `admitted` may be begun in the same transaction, the `limited` of them by delivery id take a place. */
export interface Refusals {
  refused: RefusedAttempt[];
  admitted: BeginInput[];
  limited: ReadonlySet<string>;
}

/** A delivery refused for want of a concurrency permit is looked at again after this long. */
const PERMIT_WAIT_MS = 1_000;

/** Closer than this to its time a delivery counts as due: planning rounds, and no timer is worth so little. */
export const DUE_SLACK_MS = 100;

/**
 * Judges the begins that the first compare-and-set left out: says from where each workflow goes on, closes attempts whose
 * worker is lost, cancels what belongs to a disabled endpoint, lets go what a paused, busy or limited endpoint cannot take now.
 */
export async function refuse(tx: Pick<Db, 'execute'>, inputs: BeginInput[], times: PlaceTimes): Promise<Refusals> {
  const stored = new Map((await readLocked(tx, inputs)).map((row) => [row.id, row]));
  const refused: RefusedAttempt[] = [];
  const candidates: Candidate[] = [];
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
  const admitted = await admit(tx, candidates, refused, times);
  const limited = new Set(admitted.filter(({ row }) => row.limited).map(({ row }) => row.id));
  return { refused, admitted: admitted.map(({ input }) => input), limited };
}

/** Open under an earlier try of the same activity, or past its lease: whoever held it is gone. */
function isLost(row: StoredRow, input: BeginInput): boolean {
  const sameRunLater = row.open_run_id === input.runId && (row.open_activity_attempt ?? 0) < input.activityAttempt;
  return sameRunLater || (row.lease_in_ms ?? 0) <= 0;
}

async function admit(
  tx: Pick<Db, 'execute'>,
  candidates: Candidate[],
  refused: RefusedAttempt[],
  times: PlaceTimes,
): Promise<Candidate[]> {
  const admitted: Candidate[] = [];
  const cancelled: string[] = [];
  const paused: string[] = [];
  const crowded: string[] = [];
  const queued = new Map<LimitReason, string[]>();
  const idsOf = (members: Candidate[]) => [...new Set(members.map(({ row }) => row.endpoint_id))];
  const capped = idsOf(candidates.filter(({ row }) => row.max_concurrency !== null));
  const limited = idsOf(candidates.filter(({ row }) => row.limited));
  const { permits, gates } = await readBounds(tx, { capped, limited }, times);
  for (const candidate of candidates) {
    const { input, row } = candidate;
    const left = permits.get(row.endpoint_id);
    const gate = row.limited ? gates.get(row.endpoint_id) : undefined;
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
    } else if (gate && !letPass(gate, row)) {
      queued.set(gate.reason, [...(queued.get(gate.reason) ?? []), row.id]);
      refused.push(refusal(input, row, 'released'));
    } else {
      if (left !== undefined) permits.set(row.endpoint_id, left - 1);
      admitted.push(candidate);
    }
  }
  await cancelDisabled(tx, cancelled);
  await release(tx, paused, 'endpoint_paused', 0);
  await release(tx, crowded, 'concurrency', PERMIT_WAIT_MS);
  // Due at once: the next claim finds their places in the queue and tells them their times.
  for (const [reason, ids] of queued) await release(tx, ids, reason, 0);
  return admitted;
}

/** A first attempt that has no place yet waits for its turn even if there is one: those before it may not have been claimed. */
function letPass(gate: Gate, row: StoredRow): boolean {
  return (row.reserved || row.attempt_count > 0) && gate.pass(row.reserved);
}

async function readLocked(tx: Pick<Db, 'execute'>, inputs: BeginInput[]): Promise<StoredRow[]> {
  return rowsOf<StoredRow>(
    tx,
    sql`select d.id, d.endpoint_id, d.status, d.workflow_id, d.generation, d.attempt_count, d.open_attempt_id, d.open_run_id,
        d.open_activity_attempt, ceil(extract(epoch from d.lease_until - now()) * 1000)::int as lease_in_ms,
        ceil(extract(epoch from d.next_attempt_at - now()) * 1000)::int as due_in_ms,
        e.disabled_at is not null as disabled, e.deleted_at is not null as deleted, e.paused_at is not null as paused,
        d.export_state is not distinct from 'needed' as export_needed, e.max_concurrency,
        ${isLimitedEndpoint} and not d.test as limited,
        exists (select 1 from places p where p.delivery_id = d.id and p.number = d.attempt_count + 1 and p.stamped_at is null) as reserved
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
