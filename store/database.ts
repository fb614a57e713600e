import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import { PgliteClient } from './pglite/client.ts';
import * as schema from './schema.ts';

/** One type for both drivers; raw `execute` results are read through `rowsOf`. */
export type Db = PgDatabase<PgQueryResultHKT, typeof schema>;

/** An open database with its migrations applied. */
export interface Database {
  db: Db;
  /** `pglite`: one process, one session, no autovacuum. */
  kind: 'postgres' | 'pglite';
  close(): Promise<void>;
}

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));
const MIGRATION_LOCK = 8420;
/** A database that drops packets must not hold up a start for minutes. */
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * Every hot statement reads by key; until the first analyze the planner would take full scans for batches of keys. And none is worth
 * compiling, which its guess at batches would have it do: 100 ms for a statement of 5.
 */
const PLANNER = '-c enable_seqscan=off -c jit=off';

// node-postgres gives int8 as text, PGlite as a number; counts are small enough for numbers.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Opens Postgres and migrates it under an advisory lock, so that several processes may start at once. */
export async function openPostgres(connectionString: string, maxConnections = 10): Promise<Database> {
  const pool = new pg.Pool({
    connectionString,
    max: maxConnections,
    application_name: 'waybill',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: PLANNER,
  });
  // An idle connection that breaks (server restart) must not end the process: the pool opens another.
  pool.on('error', () => undefined);
  try {
    const lock = await pool.connect();
    try {
      await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      const migrator = drizzlePostgres({ client: lock, schema, casing: 'snake_case' });
      await migratePostgres(migrator, { migrationsFolder });
      await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    } finally {
      lock.release();
    }
  } catch (error) {
    // Ends the session, and with it the lock: others that start must not wait for it.
    await pool.end();
    throw error;
  }
  const db = drizzlePostgres({ client: pool, schema, casing: 'snake_case' }) as unknown as Db;
  return { db, kind: 'postgres', close: () => pool.end() };
}

/** Opens PGlite in `dataDir` (null: in memory). The caller holds the folder's lock: two processes on one folder corrupt it. */
export async function openPglite(dataDir: string | null): Promise<Database> {
  const client = new PgliteClient(dataDir);
  const db = drizzlePglite({ client: client as unknown as PGlite, schema, casing: 'snake_case' });
  try {
    await migratePglite(db, { migrationsFolder });
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
  return { db: db as unknown as Db, kind: 'pglite', close: () => client.close() };
}

/** Rows of a raw statement. Times are the driver's text (`toIso`), bytea is Uint8Array on both. */
export async function rowsOf<Row>(db: Pick<Db, 'execute'>, statement: ReturnType<typeof sql>): Promise<Row[]> {
  const result = (await db.execute(statement)) as unknown as { rows: Row[] };
  return result.rows;
}

/**
 * Rows as one JSON parameter, to be selected from; `columns` names each with its type. Cheaper than an array a column: one
 * text crosses to the database's thread instead of thousands, and nothing has to be quoted as an array literal.
 */
export function recordset(rows: readonly object[], columns: string) {
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as ${sql.raw(`i(${columns})`)}`;
}

/**
 * Rows of a hot statement, as one JSON text from the database: fields of rows are parsed and copied between threads one by one,
 * which at 15 columns costs more than the statement. `ctes` stand at the top level (`a as (…), b as (…)`), `select` reads
 * them. Times come as ISO text with an offset (`toIso`).
 */
export async function jsonRowsOf<Row>(
  db: Pick<Db, 'execute'>,
  ctes: ReturnType<typeof sql>,
  select: ReturnType<typeof sql>,
): Promise<Row[]> {
  const [answer] = await rowsOf<{ rows: string | null }>(
    db,
    sql`with ${ctes} select json_agg(r)::text as rows from (${select}) r`,
  );
  return answer?.rows ? JSON.parse(answer.rows) : [];
}

/**
 * Whether `d` is pending, in words that fit no partial index. Where rows are named by id, the planner would else take all that
 * is pending for the shorter way as long as it believes there is little, and compare each with each (26 ms for 100 instead of 3).
 */
export const isPending = sql`d.status || '' = 'pending'`;

/** A driver's text for a time as ISO 8601 in UTC with milliseconds. */
export function toIso(value: string): string {
  return new Date(value).toISOString();
}
