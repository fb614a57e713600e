import { type SQL, sql } from 'drizzle-orm';
import type { DeliveryStatus } from '../domain/delivery/types.ts';
import { type Action, writeDown } from './activity.ts';
import { type Db, rowsOf } from './database.ts';
import { exportOrderOf, type OrderRow } from './export-order.ts';

/**
 * What a control call did. `signal`: the workflow that must look again, null when the store alone decides.
 * `wrong_state`: the delivery's status does not allow the call.
 */
export type ControlResult =
  | { kind: 'done'; signal: string | null }
  | { kind: 'not_found' }
  | { kind: 'wrong_state'; status: DeliveryStatus };

interface ChangedRow {
  id: string;
  workflow_id: string | null;
  event_type: string;
}

/** Cancel, retry now and resend: committed here first; the workflow is told afterwards and asks the store. */
export function createControl(db: Db, options: { onWaiting: (deliveries: number) => void }) {
  async function statusOf(organizationId: string, id: string): Promise<ControlResult> {
    const [row] = await rowsOf<{ status: DeliveryStatus }>(
      db,
      sql`select status from deliveries where organization_id = ${organizationId} and id = ${id}`,
    );
    return row ? { kind: 'wrong_state', status: row.status } : { kind: 'not_found' };
  }

  /** Runs an update of at most one delivery and writes it down. */
  function changed(organizationId: string, action: Action, update: SQL): Promise<ChangedRow[]> {
    return db.transaction(async (tx) => {
      const rows = await rowsOf<ChangedRow>(tx, sql`${update} returning id, workflow_id, event_type`);
      const toDeed = ({ id, event_type: name }: ChangedRow) => ({ organizationId, action, subject: { id, name } });
      await writeDown(tx, rows.map(toDeed));
      return rows;
    });
  }

  /** Also one that was never claimed, since it was cancelled before: nobody has looked at its endpoint's options. */
  async function needsExport(organizationId: string, id: string): Promise<boolean> {
    const [row] = await rowsOf<OrderRow & { had: boolean }>(
      db,
      sql`select d.event_type, d.export_state is not null as had, e.dialect, e.options from deliveries d
        join endpoints e on e.id = d.endpoint_id where d.organization_id = ${organizationId} and d.id = ${id}`,
    );
    return row !== undefined && (row.had || exportOrderOf(row) !== undefined);
  }

  return {
    /** Ends a pending delivery. An attempt under way is not called back; if it succeeds, that counts. */
    async cancel(organizationId: string, id: string): Promise<ControlResult> {
      const [row] = await changed(
        organizationId,
        'delivery.cancelled',
        sql`update deliveries set status = 'cancelled', reason = 'cancelled', next_attempt_at = null, completed_at = now()
          where organization_id = ${organizationId} and id = ${id} and status = 'pending'`,
      );
      return row ? { kind: 'done', signal: row.workflow_id } : statusOf(organizationId, id);
    },

    /**
     * Makes a pending delivery due now. One in a carrier leaves it and is claimed anew, so that the others keep their time.
     * A concurrency cap is not bypassed: begin asks for the permit again.
     */
    async retryNow(organizationId: string, id: string): Promise<ControlResult> {
      const [row] = await changed(
        organizationId,
        'delivery.retried',
        sql`update deliveries set next_attempt_at = now(), held = false,
            workflow_id = case when workflow_id = id then id end,
            claimed_at = case when workflow_id = id then claimed_at end,
            started_at = case when workflow_id = id then started_at end
          where organization_id = ${organizationId} and id = ${id} and status = 'pending' and open_attempt_id is null`,
      );
      if (row && row.workflow_id === null) options.onWaiting(1);
      if (row) return { kind: 'done', signal: row.workflow_id };
      const standing = await statusOf(organizationId, id);
      // Pending with an open attempt: it is being retried this moment.
      return standing.kind === 'wrong_state' && standing.status === 'pending'
        ? { kind: 'done', signal: null }
        : standing;
    },

    /**
     * Sends an ended delivery again: a new generation restarts the schedule, ids stay. Claimed at once for its own workflow;
     * the caller signals with start, and if that is lost the reconciler starts it. An export is looked for again, and made again
     * if its file is gone.
     */
    async resend(organizationId: string, id: string): Promise<ControlResult> {
      const exportState = (await needsExport(organizationId, id)) ? 'needed' : null;
      const [row] = await changed(
        organizationId,
        'delivery.resent',
        sql`update deliveries set status = 'pending', reason = null, generation = generation + 1, tries = 0, next_attempt_at = now(),
            workflow_id = id, own_workflow = true, claimed_at = now(), started_at = null, held = false, completed_at = null,
            export_state = ${exportState}, reconciled_at = null, reconcile_count = 0
          where organization_id = ${organizationId} and id = ${id} and status <> 'pending'
            and exists (select 1 from endpoints e where e.id = endpoint_id and e.disabled_at is null and e.deleted_at is null)`,
      );
      return row ? { kind: 'done', signal: row.id } : statusOf(organizationId, id);
    },

    /** Cancels what a workflow still holds, after a cancel in Temporal's UI. Returns the ids cancelled. */
    async cancelHeldBy(workflowId: string, ids: readonly string[]): Promise<string[]> {
      const rows = await rowsOf<{ id: string }>(
        db,
        sql`update deliveries set status = 'cancelled', reason = 'cancelled_in_temporal', next_attempt_at = null, completed_at = now()
          where id = any(${sql.param([...ids])}::text[]) and workflow_id = ${workflowId} and status = 'pending' returning id`,
      );
      return rows.map((row) => row.id);
    },
  };
}
