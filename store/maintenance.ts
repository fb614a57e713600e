import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';

/** Deliveries published before the first pass: of tables that were never analysed the planner knows only the size. */
const FIRST_AFTER_DELIVERIES = 1_000;
/** Deliveries published between two passes, once the distance has doubled from pass to pass. */
const EVERY_DELIVERIES = 10_000;

/**
 * Keeps PGlite's tables in shape: it has no autovacuum, and without one dead rows pile up and plans decay to full scans
 * (1,460 deliveries a second with it, 400 to 700 without). Postgres looks after itself. Call it with what was written.
 */
export function createMaintenance(database: Database, onFault: (error: unknown) => void): (deliveries: number) => void {
  let written = 0;
  let due = FIRST_AFTER_DELIVERIES;
  return (deliveries) => {
    written += deliveries;
    if (database.kind !== 'pglite' || written < due) return;
    written = 0;
    due = Math.min(due * 2, EVERY_DELIVERIES);
    database.db
      .execute(
        sql`vacuum analyze deliveries, events, attempts, source_receipts, validations, risk_exceptions, places, endpoint_health, subjects`,
      )
      .then(() => undefined, onFault);
  };
}
