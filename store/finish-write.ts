import { sql } from 'drizzle-orm';
import type { DeliveryStatus } from '../domain/delivery/types.ts';
import { type Db, jsonRowsOf, recordset, rowsOf } from './database.ts';
import { healthCtes } from './health.ts';
import type { FinishInput } from './types.ts';

/** A delivery as it stands after one of its attempts has been finished. */
export interface FinishRow {
  delivery_id: string;
  attempt_id: string;
  status: DeliveryStatus;
  /** This attempt ended it as failed. */
  failed_now: boolean;
  generation: number;
  attempt_count: number;
  due_in_ms: number | null;
  endpoint_id: string;
  /** The endpoint was disabled by this group, for its failures. */
  endpoint_failing: boolean;
}

const COLUMNS = `delivery_id text, attempt_id text, generation int, number int, organization_id text, endpoint_id text, workflow_id text,
  run_id text, outcome text, status text, retry_in_ms float8, release boolean, error_code text, error_message text, status_code int,
  duration_ms int, started_at timestamptz, exchanges text, health_judged boolean, counted boolean, accepted boolean, remote text`;

/** False, not null, when no attempt is open: `tries` is counted with it. */
const isOpen = sql`(d.open_attempt_id is not distinct from i.attempt_id)`;
/** Whether the result is that of the delivery's open attempt; decides in the same statement that writes. */
const fenced = sql`(d.status = 'pending' and d.generation = i.generation and ${isOpen})`;
const letGo = sql`(${fenced} and i.release and i.retry_in_ms is not null)`;

/**
 * Writes ends in one statement. `leave_out`: a delivery that had failed and would be delivered now stays as it is, and yields no
 * row, for nothing tells beforehand that it is one.
 */
export async function writeEnds(
  db: Pick<Db, 'execute'>,
  inputs: readonly FinishInput[],
  recoveries: 'leave_out' | 'write',
  bucketMs: number,
): Promise<FinishRow[]> {
  return jsonRowsOf<FinishRow>(
    db,
    sql`i as (select * from ${recordset(inputs.map(toRow), COLUMNS)}), moved as (
      update deliveries d set
        status = case when d.status = 'delivered' or i.outcome = 'delivered' then 'delivered' when ${fenced} then i.status else d.status end,
        reason = case when d.status = 'delivered' then d.reason when i.outcome = 'delivered' then case when i.accepted then 'accepted' end when ${fenced} then i.error_code else d.reason end,
        tries = d.tries + (${fenced} and i.counted)::int,
        next_attempt_at = case when i.outcome = 'delivered' then null
          when ${fenced} then clock_timestamp() + i.retry_in_ms * interval '1 millisecond' else d.next_attempt_at end,
        workflow_id = case when ${letGo} then null else d.workflow_id end,
        claimed_at = case when ${letGo} then null else d.claimed_at end,
        started_at = case when ${letGo} then null else d.started_at end,
        completed_at = case when d.status = 'delivered' then d.completed_at
          when i.outcome = 'delivered' or (${fenced} and i.status <> 'pending') then clock_timestamp() else d.completed_at end,
        last_status_code = case when d.status = 'delivered' then d.last_status_code else i.status_code end,
        last_error_code = case when d.status = 'delivered' then d.last_error_code else i.error_code end,
        failed_by = case when d.status = 'delivered' or i.outcome = 'delivered' then null
          when ${fenced} and i.status = 'failed' then i.attempt_id else d.failed_by end,
        open_attempt_id = nullif(d.open_attempt_id, i.attempt_id),
        open_run_id = case when ${isOpen} then null else d.open_run_id end,
        open_activity_attempt = case when ${isOpen} then null else d.open_activity_attempt end,
        opened_at = case when ${isOpen} then null else d.opened_at end,
        lease_until = case when ${isOpen} then null else d.lease_until end
      from i where d.id = i.delivery_id and (${recoveries === 'write'} or i.outcome <> 'delivered' or d.failed_by is null)
      returning d.id, i.attempt_id, d.status, d.generation, d.attempt_count, d.next_attempt_at, d.open_attempt_id, d.endpoint_id, d.test,
        d.failed_by is not distinct from i.attempt_id as failed_now
    ), logged as (
      insert into attempts (id, organization_id, delivery_id, endpoint_id, number, generation, outcome, error_code, error_message, status_code,
        duration_ms, started_at, workflow_id, run_id, next_attempt_at, exchanges, remote)
      select i.attempt_id, i.organization_id, i.delivery_id, i.endpoint_id, i.number, i.generation, i.outcome, i.error_code, i.error_message,
        i.status_code, i.duration_ms, i.started_at, i.workflow_id, i.run_id,
        case when i.outcome <> 'delivered' and m.generation = i.generation and m.open_attempt_id is null then m.next_attempt_at end,
        i.exchanges, i.remote
      from i join moved m on m.attempt_id = i.attempt_id
      on conflict (id) do update set outcome = excluded.outcome, error_code = excluded.error_code, error_message = excluded.error_message,
        status_code = excluded.status_code, duration_ms = excluded.duration_ms, finished_at = now(), exchanges = excluded.exchanges, remote = excluded.remote
      returning id, endpoint_id, outcome, xmax = 0 as is_new
    ), stamped as (
      -- Also when it was stamped before, as that of a lost worker: the later time is the safer one.
      update places p set stamped_at = clock_timestamp() from i where p.delivery_id = i.delivery_id || '' and p.number = i.number
    ), ${healthCtes(
      bucketMs,
      inputs.some((i) => i.healthJudged),
    )}`,
    sql`select m.id as delivery_id, m.attempt_id, m.status, m.failed_now, m.generation, m.attempt_count, m.endpoint_id, f.id is not null as endpoint_failing,
      floor(extract(epoch from m.next_attempt_at - clock_timestamp()) * 1000)::int as due_in_ms
    from moved m left join failing f on f.id = m.endpoint_id`,
  );
}

/** Locks those that had failed; returns their ids. */
export async function lockFailed(tx: Pick<Db, 'execute'>, inputs: readonly FinishInput[]): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    tx,
    sql`select id from deliveries where id = any(${sql.param(inputs.map((i) => i.deliveryId))}::text[]) and failed_by is not null
      order by id for update`,
  );
  return rows.map((row) => row.id);
}

function toRow(input: FinishInput) {
  return {
    delivery_id: input.deliveryId,
    attempt_id: input.attemptId,
    generation: input.generation,
    number: input.number,
    organization_id: input.organizationId,
    endpoint_id: input.endpointId,
    workflow_id: input.workflowId,
    run_id: input.runId,
    outcome: input.outcome,
    status: input.status,
    retry_in_ms: input.retryInMs,
    release: input.release,
    error_code: input.errorCode,
    // What no database text can hold would be refused again at every try.
    error_message: input.errorMessage?.replaceAll('\u0000', '\ufffd').toWellFormed() ?? null,
    status_code: input.statusCode,
    duration_ms: input.durationMs,
    started_at: input.startedAt,
    exchanges: input.exchanges,
    health_judged: input.healthJudged,
    counted: input.counted,
    accepted: input.accepted,
    remote: input.remote,
  };
}
