import { eq, sql } from 'drizzle-orm';
import { type ClaimRow, claimColumns, toClaimed } from './claim-row.ts';
import { closeLostAttempts } from './close-lost.ts';
import { type Db, rowsOf } from './database.ts';
import { settings } from './schema.ts';
import type { ClaimedDelivery } from './types.ts';

/** Workflows that should be running: started again under the same id; "already started" is the good answer. */
export interface OverdueWorkflow {
  workflowId: string;
  deliveries: ClaimedDelivery[];
}

const RELEASE_BATCH = 2_000;
const MAX_WORKFLOWS_PER_PASS = 500;

/** Of a pending delivery `d`: its workflow has yet to begin the attempt that is due. */
const toBegin = sql`d.started_at is null or (d.open_attempt_id is null and d.next_attempt_at <= now())`;

const released = sql`workflow_id = null, claimed_at = null, started_at = null`;

/** What brings deliveries back whose workflow was never started, has vanished, or lived in a Temporal database that is gone. */
export function createRecovery(db: Db) {
  /** Repeats a bounded update until it finds nothing more; returns rows changed. */
  async function inBatches(where: ReturnType<typeof sql>, set: ReturnType<typeof sql>): Promise<number> {
    let changed = 0;
    for (;;) {
      const rows = await rowsOf<{ id: string }>(
        db,
        sql`update deliveries set ${set} where id in (select id from deliveries where ${where} limit ${RELEASE_BATCH}) returning id`,
      );
      changed += rows.length;
      if (rows.length < RELEASE_BATCH) return changed;
    }
  }

  /** Of the given workflows, those that hold no pending delivery (`d`) of which `what` is true. */
  async function without(workflowIds: readonly string[], what: ReturnType<typeof sql>): Promise<string[]> {
    const rows = await rowsOf<{ workflow_id: string }>(
      db,
      sql`select w.workflow_id from unnest(${sql.param([...workflowIds])}::text[]) as w(workflow_id)
        where not exists (select 1 from deliveries d
          where d.workflow_id = w.workflow_id and d.status = 'pending' and (${what}))`,
    );
    return rows.map((row) => row.workflow_id);
  }

  return {
    /**
     * For a starting embedded process, which holds the folder lock and so knows that nobody else is at work: closes every open
     * attempt, and lets go what was claimed but not started or is due, so that it is claimed at once instead of waiting for
     * Temporal's heartbeat timeout. Returns deliveries let go.
     */
    async afterCrash(): Promise<number> {
      for (;;) {
        const open = await rowsOf<{ id: string }>(
          db,
          sql`select id from deliveries where status = 'pending' and workflow_id is not null and open_attempt_id is not null limit ${RELEASE_BATCH}`,
        );
        if (open.length === 0) break;
        await closeLostAttempts(
          db,
          open.map((row) => row.id),
        );
      }
      return inBatches(
        sql`status = 'pending' and workflow_id is not null and (started_at is null or next_attempt_at <= now())`,
        released,
      );
    },

    /**
     * After Temporal's database was lost: everything that a workflow held waits again; what is being attempted right now
     * waits for the end of that attempt, or of its lease if the worker is gone. Returns deliveries let go.
     */
    async afterTemporalLoss(): Promise<number> {
      return inBatches(
        sql`status = 'pending' and workflow_id is not null`,
        sql`${released}, own_workflow = false, held = held or open_attempt_id is not null,
          next_attempt_at = case when open_attempt_id is null then next_attempt_at else greatest(next_attempt_at, lease_until) end`,
      );
    },

    /** Workflows to start again, oldest first; each row's back-off doubles with every pass that found it. */
    async overdue(limits: { claimedMs: number; startedMs: number; backoffMs: number }): Promise<OverdueWorkflow[]> {
      const ids = await rowsOf<{ workflow_id: string }>(
        db,
        sql`select workflow_id from deliveries where status = 'pending' and workflow_id is not null
            and ((started_at is null and claimed_at < now() - ${limits.claimedMs}::float8 * interval '1 millisecond')
              or (started_at is not null and next_attempt_at < now() - ${limits.startedMs}::float8 * interval '1 millisecond'
                and (lease_until is null or lease_until < now())))
            and (reconciled_at is null
              or reconciled_at < now() - ${limits.backoffMs}::float8 * power(2, least(reconcile_count, 8)) * interval '1 millisecond')
          group by workflow_id order by min(claimed_at) limit ${MAX_WORKFLOWS_PER_PASS}`,
      );
      if (ids.length === 0) return [];
      const rows = await rowsOf<ClaimRow & { workflow_id: string }>(
        db,
        sql`update deliveries d set reconciled_at = now(), reconcile_count = reconcile_count + 1 from endpoints e
          where e.id = d.endpoint_id and d.status = 'pending'
            and d.workflow_id = any(${sql.param(ids.map((row) => row.workflow_id))}::text[])
          returning ${claimColumns}, d.workflow_id`,
      );
      return [...Map.groupBy(rows, (row) => row.workflow_id)].map(([workflowId, members]) => ({
        workflowId,
        deliveries: members.map(toClaimed),
      }));
    },

    /** Pending deliveries that a workflow holds, as at their claim. */
    async heldBy(workflowId: string): Promise<ClaimedDelivery[]> {
      const rows = await rowsOf<ClaimRow>(
        db,
        sql`select ${claimColumns} from deliveries d join endpoints e on e.id = d.endpoint_id
          where d.status = 'pending' and d.workflow_id = ${workflowId}`,
      );
      return rows.map(toClaimed);
    },

    /** Writes that Temporal has acknowledged the start, unless an attempt has begun meanwhile, which wrote it too. */
    async markStarted(workflowIds: readonly string[]): Promise<void> {
      await db.execute(sql`update deliveries set started_at = now()
        where status = 'pending' and workflow_id = any(${sql.param([...workflowIds])}::text[]) and started_at is null`);
    },

    /** Of the given workflows, those with an attempt begun since the claim, by any worker, or nothing left to begin. */
    begunOf: (workflowIds: readonly string[]) => without(workflowIds, toBegin),

    /** Of the given workflows, those whose attempts are over, whichever worker made them. */
    attemptedOf: (workflowIds: readonly string[]) =>
      without(workflowIds, sql`${toBegin} or d.open_attempt_id is not null`),

    async readSetting(key: string): Promise<string | null> {
      const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, key));
      return row?.value ?? null;
    },

    async writeSetting(key: string, value: string): Promise<void> {
      await db.insert(settings).values({ key, value }).onConflictDoUpdate({ target: settings.key, set: { value } });
    },
  };
}
