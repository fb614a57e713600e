import { sql } from 'drizzle-orm';
import type { DeliveryStatus } from '../domain/delivery/types.ts';
import { Batcher } from './batcher.ts';
import { type Db, longTexts, rowsOf } from './database.ts';
import { disableEndpoints } from './endpoint-state.ts';
import type { FinishInput, FinishResult } from './types.ts';

interface FinishRow {
  delivery_id: string;
  attempt_id: string;
  status: DeliveryStatus;
  generation: number;
  attempt_count: number;
  due_in_ms: number | null;
}

const FIRST_FAULT_WAIT_MS = 50;
const LONGEST_FAULT_WAIT_MS = 2_000;

/**
 * Finishes attempts in groups: writes the log row and moves the delivery on. The fence is the attempt id: a result that comes
 * after its attempt was closed, or for an older generation, is recorded and changes no status, except that a 2xx counts.
 * Delivered is final. A store fault is retried in place until `stop` aborts: the request has been sent and must not be again.
 */
export function createFinish(
  db: Db,
  options: { maxRuns: number; onReleased: (deliveries: number) => void; stop: AbortSignal },
) {
  const batcher = new Batcher<FinishInput, FinishResult>(finishGroup, { maxItems: 200, maxRuns: options.maxRuns });

  async function finishGroup(inputs: FinishInput[]): Promise<FinishResult[]> {
    const disabling = inputs.filter((i) => i.disableEndpoint).map((i) => i.endpointId);
    const rows =
      disabling.length === 0
        ? await writeGroup(db, inputs)
        : await db.transaction(async (tx) => {
            await disableEndpoints(tx, disabling, 'gone');
            return writeGroup(tx, inputs);
          });
    const byAttempt = new Map(rows.map((row) => [row.attempt_id, row]));
    const released = inputs.filter((i) => i.release && i.retryInMs !== null).length;
    if (released > 0) options.onReleased(released);
    return inputs.map((input) => {
      const row = byAttempt.get(input.attemptId);
      if (!row)
        return {
          deliveryId: input.deliveryId,
          status: input.status,
          generation: input.generation,
          attemptCount: input.number,
          dueInMs: null,
        };
      return {
        deliveryId: row.delivery_id,
        status: row.status,
        generation: row.generation,
        attemptCount: row.attempt_count,
        dueInMs: row.status === 'pending' ? Math.max(0, row.due_in_ms ?? 0) : null,
      };
    });
  }

  return async function finish(input: FinishInput): Promise<FinishResult> {
    let waitMs = FIRST_FAULT_WAIT_MS;
    for (;;) {
      try {
        return await batcher.add(input);
      } catch (error) {
        if (options.stop.aborted) throw error;
        await pause(waitMs, options.stop);
        waitMs = Math.min(waitMs * 2, LONGEST_FAULT_WAIT_MS);
      }
    }
  };
}

async function writeGroup(db: Pick<Db, 'execute'>, inputs: FinishInput[]): Promise<FinishRow[]> {
  return rowsOf<FinishRow>(
    db,
    sql`with i as (
      select * from unnest(${sql.param(inputs.map((i) => i.deliveryId))}::text[], ${sql.param(inputs.map((i) => i.attemptId))}::text[],
        ${sql.param(inputs.map((i) => i.generation))}::int[], ${sql.param(inputs.map((i) => i.number))}::int[],
        ${sql.param(inputs.map((i) => i.organizationId))}::text[], ${sql.param(inputs.map((i) => i.endpointId))}::text[],
        ${sql.param(inputs.map((i) => i.workflowId))}::text[], ${sql.param(inputs.map((i) => i.runId))}::text[],
        ${sql.param(inputs.map((i) => i.outcome))}::text[], ${sql.param(inputs.map((i) => i.status))}::text[],
        ${sql.param(inputs.map((i) => i.retryInMs))}::float8[], ${sql.param(inputs.map((i) => i.release))}::boolean[],
        ${sql.param(inputs.map((i) => i.errorCode))}::text[], ${sql.param(inputs.map((i) => i.errorMessage))}::text[],
        ${sql.param(inputs.map((i) => i.statusCode))}::int[], ${sql.param(inputs.map((i) => i.durationMs))}::int[],
        ${sql.param(inputs.map((i) => i.startedAt))}::timestamptz[], ${longTexts(inputs.map((i) => i.exchanges))}
      ) as i(delivery_id, attempt_id, generation, number, organization_id, endpoint_id, workflow_id, run_id, outcome, status, retry_in_ms,
        release, error_code, error_message, status_code, duration_ms, started_at, exchanges)
    ), stored as (
      select d.id, d.status, d.generation, d.attempt_count, d.next_attempt_at,
        d.status = 'pending' and d.generation = i.generation and d.open_attempt_id = i.attempt_id as fenced
      from deliveries d join i on i.delivery_id = d.id for update of d
    ), moved as (
      update deliveries d set
        status = case when i.outcome = 'delivered' then 'delivered' when s.fenced then i.status else d.status end,
        reason = case when i.outcome = 'delivered' then null when s.fenced then i.error_code else d.reason end,
        tries = d.tries + case when s.fenced then 1 else 0 end,
        next_attempt_at = case when i.outcome = 'delivered' then null
          when s.fenced then clock_timestamp() + i.retry_in_ms * interval '1 millisecond' else d.next_attempt_at end,
        workflow_id = case when s.fenced and i.release and i.retry_in_ms is not null then null else d.workflow_id end,
        claimed_at = case when s.fenced and i.release and i.retry_in_ms is not null then null else d.claimed_at end,
        started_at = case when s.fenced and i.release and i.retry_in_ms is not null then null else d.started_at end,
        completed_at = case when i.outcome = 'delivered' or (s.fenced and i.status <> 'pending') then clock_timestamp() else d.completed_at end,
        last_status_code = i.status_code, last_error_code = i.error_code, reconcile_count = 0,
        open_attempt_id = nullif(d.open_attempt_id, i.attempt_id),
        open_run_id = case when d.open_attempt_id = i.attempt_id then null else d.open_run_id end,
        open_activity_attempt = case when d.open_attempt_id = i.attempt_id then null else d.open_activity_attempt end,
        opened_at = case when d.open_attempt_id = i.attempt_id then null else d.opened_at end,
        lease_until = case when d.open_attempt_id = i.attempt_id then null else d.lease_until end
      from i join stored s on s.id = i.delivery_id
      where d.id = i.delivery_id and s.status <> 'delivered'
      returning d.id, d.status, d.generation, d.attempt_count, d.next_attempt_at
    ), logged as (
      insert into attempts (id, organization_id, delivery_id, endpoint_id, number, generation, outcome, error_code, error_message, status_code,
        duration_ms, started_at, workflow_id, run_id, next_attempt_at, exchanges)
      select i.attempt_id, i.organization_id, i.delivery_id, i.endpoint_id, i.number, i.generation, i.outcome, i.error_code, i.error_message,
        i.status_code, i.duration_ms, i.started_at, i.workflow_id, i.run_id,
        case when s.fenced and i.outcome <> 'delivered' then clock_timestamp() + i.retry_in_ms * interval '1 millisecond' end, i.exchanges
      from i join stored s on s.id = i.delivery_id
      on conflict (id) do update set outcome = excluded.outcome, error_code = excluded.error_code, error_message = excluded.error_message,
        status_code = excluded.status_code, duration_ms = excluded.duration_ms, finished_at = now(), exchanges = excluded.exchanges
      returning 1
    )
    select i.delivery_id, i.attempt_id, coalesce(m.status, s.status) as status, coalesce(m.generation, s.generation) as generation,
      coalesce(m.attempt_count, s.attempt_count) as attempt_count,
      ceil(extract(epoch from coalesce(m.next_attempt_at, s.next_attempt_at) - clock_timestamp()) * 1000)::int as due_in_ms
    from i join stored s on s.id = i.delivery_id left join moved m on m.id = i.delivery_id`,
  );
}

function pause(waitMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    stop.addEventListener('abort', done);
  });
}
