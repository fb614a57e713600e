import { sql } from 'drizzle-orm';
import type { Db } from './database.ts';

/**
 * Closes open attempts whose worker is gone as `worker_lost`: the number is used, the retry is not. If the worker was only
 * slow, its finish finds the row by attempt id and writes the true outcome over it.
 */
export async function closeLostAttempts(tx: Pick<Db, 'execute'>, deliveryIds: readonly string[]): Promise<void> {
  if (deliveryIds.length === 0) return;
  await tx.execute(sql`with lost as (
      select * from deliveries where id = any(${sql.param([...deliveryIds])}::text[]) and open_attempt_id is not null
    ), logged as (
      insert into attempts (id, organization_id, delivery_id, endpoint_id, number, generation, outcome, error_code, error_message,
        started_at, workflow_id, run_id)
      select open_attempt_id, organization_id, id, endpoint_id, attempt_count, generation, 'worker_lost', 'worker_lost',
        'the worker stopped between begin and finish; the request may have been sent', opened_at, workflow_id, open_run_id
      from lost on conflict (id) do nothing
    ), stamped as (
      -- The request may have been sent until just now.
      update places p set stamped_at = clock_timestamp() from lost
      where p.delivery_id = lost.id || '' and p.number = lost.attempt_count and p.stamped_at is null
    )
    update deliveries d set open_attempt_id = null, open_run_id = null, open_activity_attempt = null, opened_at = null, lease_until = null
    from lost where d.id = lost.id`);
}
