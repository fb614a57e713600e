import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import { CHUNK_BYTES, type Dataset, type DatasetReader, DatasetReplacedError } from '../domain/exports/dataset.ts';
import type { Database } from './database.ts';
import { datasetsToSweep, readChunk, sweepChunks } from './dataset-chunks.ts';
import { type RefusedRecords, writeRecords } from './dataset-upload.ts';
import { datasets } from './schema.ts';

/** `created`: there was none of this id. */
export type PutDatasetResult = { kind: 'stored'; dataset: Dataset; created: boolean } | RefusedRecords;

type ShowResult = Extract<PutDatasetResult, { kind: 'stored' | 'overtaken' }>;

export type DatasetStore = ReturnType<typeof createDatasetStore>;

const columns = {
  id: datasets.id,
  version: datasets.version,
  recordsUrl: datasets.recordsUrl,
  records: datasets.records,
  bytes: datasets.bytes,
  createdAt: datasets.createdAt,
  updatedAt: datasets.updatedAt,
};

/**
 * Datasets. An upload writes its chunks under a version of its own, one statement each, and is seen only once it is complete; what
 * it replaces is deleted afterwards. Whatever is left over by a crash is told by its version (`IS_RUBBISH`). The last
 * upload begun wins.
 */
export function createDatasetStore(database: Database, onFault: (error: unknown) => void) {
  const { db } = database;

  /** Takes the next version; whoever is at an earlier one is overtaken. */
  async function beginUpload(organizationId: string, id: string): Promise<number> {
    const [row] = await db
      .insert(datasets)
      .values({ organizationId, id, latestUpload: 1, uploadTouchedAt: sql`now()` })
      .onConflictDoUpdate({
        target: [datasets.organizationId, datasets.id],
        set: { latestUpload: sql`${datasets.latestUpload} + 1`, uploadTouchedAt: sql`now()` },
      })
      .returning({ version: datasets.latestUpload });
    if (!row) throw new Error('insert into datasets returned no row');
    return row.version;
  }

  /** Makes the version the one that is seen. */
  async function show(
    organizationId: string,
    id: string,
    version: number,
    content: Pick<Dataset, 'recordsUrl' | 'records' | 'bytes'>,
  ): Promise<ShowResult> {
    return db.transaction(async (tx) => {
      const [standing] = await tx
        .select({ version: datasets.version })
        .from(datasets)
        .where(ofUpload(organizationId, id, version))
        .for('update');
      if (!standing) return { kind: 'overtaken' };
      const created = standing.version === 0;
      const set = { ...content, version, uploadTouchedAt: null, updatedAt: sql`now()` };
      const [dataset] = await tx
        .update(datasets)
        .set(created ? { ...set, createdAt: sql`now()` } : set)
        .where(ofUpload(organizationId, id, version))
        .returning(columns);
      return dataset ? { kind: 'stored', dataset, created } : { kind: 'overtaken' };
    });
  }

  /** Gives up an upload, so that its chunks are rubbish; nothing if it was overtaken. */
  async function giveUp(organizationId: string, id: string, version: number): Promise<void> {
    await db
      .update(datasets)
      .set({ latestUpload: sql`${datasets.latestUpload} + 1`, uploadTouchedAt: null })
      .where(ofUpload(organizationId, id, version));
  }

  /** What is not swept now is swept by the next upload or start. */
  const sweep = (organizationId: string, id: string) => sweepChunks(database, organizationId, id).catch(onFault);

  async function get(organizationId: string, id: string): Promise<Dataset | null> {
    const [row] = await db.select(columns).from(datasets).where(seen(organizationId, id));
    return row ?? null;
  }

  const reader: DatasetReader = {
    get,
    async *readChunks(organizationId, id, version) {
      const dataset = await get(organizationId, id);
      if (dataset?.version !== version) throw new DatasetReplacedError(id, version);
      if (dataset.bytes === null) throw new Error(`the records of the dataset ${id} are not kept here`);
      const count = Math.ceil(dataset.bytes / CHUNK_BYTES);
      for (let position = 0; position < count; position++) {
        const body = await readChunk(db, { organizationId, id, version }, position);
        if (body === null) throw new DatasetReplacedError(id, version);
        yield body;
      }
    },
  };

  return {
    ...reader,

    /**
     * Takes records as NDJSON in pieces of any size, `maxBytes` at most, and replaces what was there once all are in. On every other
     * end nothing has changed, also when `chunks` throws, which is thrown on.
     */
    async put(
      organizationId: string,
      id: string,
      chunks: AsyncIterable<Uint8Array>,
      maxBytes: number,
    ): Promise<PutDatasetResult> {
      const version = await beginUpload(organizationId, id);
      await sweep(organizationId, id);
      try {
        const written = await writeRecords(db, { organizationId, id, version }, chunks, maxBytes);
        if (written.kind === 'written') {
          const { records, bytes } = written;
          return await show(organizationId, id, version, { recordsUrl: null, records, bytes });
        }
        await giveUp(organizationId, id, version);
        return written;
      } catch (error) {
        await giveUp(organizationId, id, version).catch(onFault);
        throw error;
      } finally {
        await sweep(organizationId, id);
      }
    },

    /** Replaces what was there by an address that the records are fetched from at the export. */
    async putUrl(organizationId: string, id: string, recordsUrl: string): Promise<ShowResult> {
      const version = await beginUpload(organizationId, id);
      const result = await show(organizationId, id, version, { recordsUrl, records: null, bytes: null });
      await sweep(organizationId, id);
      return result;
    },

    /** By id, those behind the id `after`. */
    async list(organizationId: string, page: { limit: number; after: string | null }): Promise<Dataset[]> {
      const behind = page.after === null ? undefined : gt(datasets.id, page.after);
      return db
        .select(columns)
        .from(datasets)
        .where(and(eq(datasets.organizationId, organizationId), gt(datasets.version, 0), behind))
        .orderBy(asc(datasets.id))
        .limit(page.limit);
    },

    /** `false`: there is none. An upload under way comes to nothing. */
    async remove(organizationId: string, id: string): Promise<boolean> {
      const [row] = await db
        .update(datasets)
        .set({ version: 0, latestUpload: sql`${datasets.latestUpload} + 1`, uploadTouchedAt: null })
        .where(seen(organizationId, id))
        .returning({ id: datasets.id });
      if (row) await sweep(organizationId, id);
      return row !== undefined;
    },

    /**
     * Gives up the uploads that wrote nothing for `idleMs`: their process has died. Returns how to delete what they and
     * other broken-off work left.
     */
    async abandonUploads(idleMs: number): Promise<() => Promise<void>> {
      await db
        .update(datasets)
        .set({ latestUpload: sql`${datasets.latestUpload} + 1`, uploadTouchedAt: null })
        .where(sql`${datasets.uploadTouchedAt} <= now() - ${idleMs} * interval '1 millisecond'`);
      return async () => {
        for (const { organization_id, id } of await datasetsToSweep(db)) await sweep(organization_id, id);
      };
    },
  };
}

function seen(organizationId: string, id: string): SQL | undefined {
  return and(eq(datasets.organizationId, organizationId), eq(datasets.id, id), gt(datasets.version, 0));
}

/** The row while the upload of this version is the latest and not yet complete. */
function ofUpload(organizationId: string, id: string, version: number): SQL | undefined {
  return and(
    eq(datasets.organizationId, organizationId),
    eq(datasets.id, id),
    eq(datasets.latestUpload, version),
    sql`${datasets.version} < ${version}`,
  );
}
