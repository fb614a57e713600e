import { sql } from 'drizzle-orm';
import { toIso } from './database.ts';
import { exportOrderOf } from './export-order.ts';
import type { ClaimedDelivery, ExportState } from './types.ts';

/** A claimed row as the database gives it; `claimColumns` selects it. */
export interface ClaimRow {
  id: string;
  organization_id: string;
  endpoint_id: string;
  event_type: string;
  generation: number;
  attempt_count: number;
  tries: number;
  next_attempt_at: string;
  due_in_ms: number;
  own_workflow: boolean;
  export_state: ExportState;
  /** The endpoint's, as JSON text; null when it has none. */
  options: string | null;
  url: string;
  dialect: string;
  retry_count: number | null;
  acknowledged: boolean;
  max_concurrency: number | null;
  native: boolean;
}

/** Columns of `ClaimRow`, from `d` (deliveries) and `e` (endpoints). */
export const claimColumns = sql`d.id, d.organization_id, e.id as endpoint_id, d.event_type, d.generation, d.attempt_count, d.tries,
  d.next_attempt_at, d.own_workflow, d.export_state, case when e.options <> '{}' then e.options end as options, (extract(epoch from d.next_attempt_at - now()) * 1000)::float8 as due_in_ms, e.url, e.dialect,
  cardinality(e.retry_delays_ms) as retry_count, e.acknowledge is not null as acknowledged, e.max_concurrency, e.destination <> 'webhook' as native`;

/** A claimed row in the words of the dispatcher. */
export function toClaimed(row: ClaimRow): ClaimedDelivery {
  const exportState = row.export_state ?? (exportOrderOf(row) ? 'needed' : null);
  return {
    id: row.id,
    organizationId: row.organization_id,
    endpointId: row.endpoint_id,
    eventType: row.event_type,
    generation: row.generation,
    attemptCount: row.attempt_count,
    tries: row.tries,
    nextAttemptAt: toIso(row.next_attempt_at),
    dueInMs: row.due_in_ms,
    ownWorkflow: row.own_workflow,
    exportState,
    alone: exportState !== null || row.native,
    endpoint: {
      url: row.url,
      dialect: row.dialect,
      retryCount: row.retry_count,
      acknowledged: row.acknowledged,
      maxConcurrency: row.max_concurrency,
      native: row.native,
    },
  };
}
