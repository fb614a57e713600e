import { sql } from 'drizzle-orm';
import { type Db, rowsOf } from './database.ts';
import type { OccurringEndpoint } from './endpoint-occurrences.ts';

/** An endpoint just disabled. */
export interface DisabledEndpoint extends OccurringEndpoint {
  reason: string;
}

const disabledColumns = sql`id, organization_id as "organizationId", dialect, destination, url, description, version,
  disabled_reason as reason`;

/**
 * Sets the flag that claim and begin check; pending deliveries are cancelled afterwards by `cancelPendingOf`. Yields those that
 * were not disabled before.
 */
export async function disableEndpoints(
  tx: Pick<Db, 'execute'>,
  ids: readonly string[],
  reason: string,
): Promise<DisabledEndpoint[]> {
  return rowsOf<DisabledEndpoint>(
    tx,
    sql`with disabled as (
      update endpoints set disabled_at = now(), disabled_reason = ${reason}, version = version + 1, updated_at = now()
      where id = any(${sql.param([...new Set(ids)])}::text[]) and disabled_at is null returning *
    ), versions as (
      update organizations set endpoints_version = endpoints_version + 1 where id in (select organization_id from disabled)
    )
    select ${disabledColumns} from disabled`,
  );
}

/** Endpoints that this transaction has disabled already. */
export async function readDisabled(tx: Pick<Db, 'execute'>, ids: readonly string[]): Promise<DisabledEndpoint[]> {
  return rowsOf<DisabledEndpoint>(
    tx,
    sql`select ${disabledColumns} from endpoints where id = any(${sql.param([...new Set(ids)])}::text[])`,
  );
}

/** Deliveries changed in one transaction: short ones, so that publishing is not held up. */
const BATCH = 500;

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
        where id in (select id from deliveries where endpoint_id = ${endpointId} and status = 'pending' limit ${BATCH})
        returning id, workflow_id`,
    );
    if (rows.length === 0) return;
    yield heldIn(rows);
  }
}

/**
 * Makes due at once what waits because the endpoint's configuration was refused, after it was repaired; in batches, like
 * `cancelPendingOf`. What is under way this moment follows its own schedule.
 */
export async function* hurryRefusedOf(
  db: Db,
  endpointId: string,
): AsyncGenerator<{ workflowId: string; ids: string[] }[]> {
  for (;;) {
    const rows = await rowsOf<{ id: string; workflow_id: string | null }>(
      db,
      sql`update deliveries set next_attempt_at = now(), held = false, workflow_id = case when workflow_id = id then id end,
          claimed_at = case when workflow_id = id then claimed_at end, started_at = case when workflow_id = id then started_at end
        where id in (select id from deliveries where endpoint_id = ${endpointId} and status = 'pending' and open_attempt_id is null
          and next_attempt_at > now() and reason = 'bad_configuration' limit ${BATCH})
        returning id, workflow_id`,
    );
    if (rows.length === 0) return;
    yield heldIn(rows);
  }
}

/** Members by the workflow that holds them; those that none holds are left out. */
function heldIn(rows: readonly { id: string; workflow_id: string | null }[]): { workflowId: string; ids: string[] }[] {
  const held = Map.groupBy(
    rows.filter((row) => row.workflow_id !== null),
    (row) => row.workflow_id as string,
  );
  return [...held].map(([workflowId, members]) => ({ workflowId, ids: members.map((m) => m.id) }));
}
