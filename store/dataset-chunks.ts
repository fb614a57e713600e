import { sql } from 'drizzle-orm';
import { type Database, type Db, rowsOf } from './database.ts';

/** Deleted in one transaction: 16 MiB, so that others are not held up. */
const SWEEP_CHUNKS = 16;

/** A version of a dataset. */
export interface DatasetVersion {
  organizationId: string;
  id: string;
  version: number;
}

/**
 * Writes a chunk of the upload `version` and shows that it lives; `false`: a later upload or a deletion has overtaken it. The
 * row's lock makes whoever overtakes wait for this statement, so that no chunk is written behind its sweep.
 */
export async function writeChunk(db: Db, of: DatasetVersion, position: number, body: Uint8Array): Promise<boolean> {
  const { organizationId, id, version } = of;
  const written = await rowsOf(
    db,
    sql`with upload as (
        update datasets set upload_touched_at = now()
        where organization_id = ${organizationId} and id = ${id} and latest_upload = ${version} and version < ${version}
        returning organization_id, id, latest_upload)
      insert into dataset_chunks (organization_id, dataset_id, version, position, body)
      select organization_id, id, latest_upload, ${position}::int, ${body}::bytea from upload returning position`,
  );
  return written.length === 1;
}

/** One chunk; null when there is none. */
export async function readChunk(db: Db, of: DatasetVersion, position: number): Promise<Uint8Array | null> {
  const { organizationId, id, version } = of;
  const [row] = await rowsOf<{ body: Uint8Array }>(
    db,
    sql`select body from dataset_chunks where organization_id = ${organizationId} and dataset_id = ${id}
      and version = ${version} and position = ${position}`,
  );
  return row?.body ?? null;
}

/** Rubbish is every version but the one that is seen and an upload under way, which has the highest number. */
const IS_RUBBISH = sql`c.version <> d.version and c.version < d.latest_upload`;

/**
 * Deletes the chunks of a dataset that nobody will read any more, a few at a time. PGlite has no autovacuum: there the space is made
 * free for what comes next.
 */
export async function sweepChunks({ db, kind }: Database, organizationId: string, id: string): Promise<void> {
  let swept = 0;
  for (;;) {
    const gone = await rowsOf(
      db,
      sql`delete from dataset_chunks where ctid = any(array(
          select c.ctid from dataset_chunks c
          join datasets d on d.organization_id = c.organization_id and d.id = c.dataset_id
          where d.organization_id = ${organizationId} and d.id = ${id} and ${IS_RUBBISH}
          limit ${SWEEP_CHUNKS}))
        returning position`,
    );
    swept += gone.length;
    if (gone.length < SWEEP_CHUNKS) break;
  }
  if (swept > 0 && kind === 'pglite') await db.execute(sql`vacuum dataset_chunks`);
}

/** Datasets that have chunks nobody will read. */
export function datasetsToSweep(db: Db): Promise<{ organization_id: string; id: string }[]> {
  return rowsOf(
    db,
    sql`select distinct d.organization_id, d.id from dataset_chunks c
      join datasets d on d.organization_id = c.organization_id and d.id = c.dataset_id where ${IS_RUBBISH}`,
  );
}
