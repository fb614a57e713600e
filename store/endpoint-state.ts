import { sql } from 'drizzle-orm';
import { type Db, rowsOf } from './database.ts';

/** Sets the flag that claim and begin check; pending deliveries are cancelled afterwards by `cancelPendingOf`. */
export async function disableEndpoints(tx: Pick<Db, 'execute'>, ids: readonly string[], reason: string): Promise<void> {
  await tx.execute(sql`with disabled as (
      update endpoints set disabled_at = now(), disabled_reason = ${reason}, version = version + 1, updated_at = now()
      where id = any(${sql.param([...new Set(ids)])}::text[]) and disabled_at is null returning organization_id
    )
    update organizations set endpoints_version = endpoints_version + 1 where id in (select organization_id from disabled)`);
}

/** Deliveries cancelled in one transaction: short ones, so that publishing is not held up. */
const CANCEL_BATCH = 500;

/** Cancels every pending delivery of an endpoint, in batches; yields the workflows that held them, to be signalled. */
export async function* cancelPendingOf(
  db: Db,
  endpointId: string,
  reason: string,
): AsyncGenerator<{ workflowId: string; ids: string[] }[]> {
  for (;;) {
    const rows = await rowsOf<{ id: string; workflow_id: string | null }>(
      db,
      sql`update deliveries set status = 'cancelled', reason = ${reason}, next_attempt_at = null, completed_at = now()
        where id in (select id from deliveries where endpoint_id = ${endpointId} and status = 'pending' limit ${CANCEL_BATCH})
        returning id, workflow_id`,
    );
    if (rows.length === 0) return;
    const held = Map.groupBy(
      rows.filter((row) => row.workflow_id !== null),
      (row) => row.workflow_id as string,
    );
    yield [...held].map(([workflowId, members]) => ({ workflowId, ids: members.map((m) => m.id) }));
  }
}
