import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';

/** Deliveries published between two passes. */
const EVERY_DELIVERIES = 20_000;

/**
 * Keeps PGlite's tables in shape: it has no autovacuum, and without one dead rows pile up and plans decay to full scans
 * (1,460 deliveries a second with it, 400 to 700 without). Postgres looks after itself. Call it with what was written.
 */
export function createMaintenance(database: Database, onFault: (error: unknown) => void): (deliveries: number) => void {
  let written = 0;
  return (deliveries) => {
    written += deliveries;
    if (database.kind !== 'pglite' || written < EVERY_DELIVERIES) return;
    written = 0;
    database.db.execute(sql`vacuum analyze deliveries, events, attempts`).then(() => undefined, onFault);
  };
}
