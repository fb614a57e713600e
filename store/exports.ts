import { sql } from 'drizzle-orm';
import { wireOf } from '../domain/dialects/wires.ts';
import type { ExportFormat } from '../domain/exports/auto-export.ts';
import { type ExportedFile, exportKey } from '../domain/exports/export-plan.ts';
import { type Db, rowsOf } from './database.ts';
import { exportFailed, readOccurring } from './delivery-occurrences.ts';
import { exportOrderOf, type OrderRow } from './export-order.ts';
import type { Occurrence, Operational } from './operational.ts';
import { DUE_SLACK_MS } from './refuse.ts';
import type { BegunExport, ExportBegin, ExportState, ExportStore, ExportTry, OpenUpload } from './types.ts';

interface StandingRow extends OrderRow {
  organization_id: string;
  status: string;
  workflow_id: string | null;
  generation: number;
  attempt_count: number;
  export_state: ExportState;
  due_in_ms: number | null;
  /** Its endpoint is disabled, deleted or paused. */
  stopped: boolean;
  data: string;
  export_status: string | null;
  connector_number: number;
  bucket: string;
  key: string;
  format: ExportFormat;
  upload_id: string | null;
  records: number | null;
  bytes: number | null;
}

type Tx = Pick<Db, 'execute'>;

/** A try that does not renew for so long is gone; meanwhile the reconciler leaves its delivery alone. */
const LEASE_MS = 60_000;

/**
 * Exports that deliveries wait for. The row of the delivery is the lock; generation and number of the try are the fence, so that
 * a worker that froze and woke up changes nothing any more.
 */
export function createExportStore(db: Db, operational: Operational): ExportStore {
  const asLatest = (which: ExportTry, write: (tx: Tx) => Promise<void>): Promise<boolean> =>
    db.transaction((tx) => writeAsLatest(tx, which, write));

  return {
    begin: (input) => db.transaction((tx) => begin(tx, input)),

    uploadStarted: (which, { connectorId, bucket, key, uploadId }, { format, datasetId }) =>
      asLatest(which, async (tx) => {
        await tx.execute(sql`update dataset_exports set connector_number = ${connectorId}, bucket = ${bucket}, key = ${key},
          upload_id = ${uploadId}, format = ${format}, dataset_id = ${datasetId}, records = null, bytes = null
          where ${isTry(which)}`);
      }),

    async forgetUpload(deliveryId, uploadId) {
      await db.execute(sql`update dataset_exports set upload_id = null
        where delivery_id = ${deliveryId} and upload_id = ${uploadId}`);
    },

    renew: (which) => asLatest(which, (tx) => lease(tx, which.deliveryId)),

    finish: (which, { connectorId, bucket, key, format, records, bytes }) =>
      asLatest(which, async (tx) => {
        await tx.execute(sql`update dataset_exports set status = 'done', reason = null, upload_id = null, completed_at = now(),
          connector_number = ${connectorId}, bucket = ${bucket}, key = ${key}, format = ${format},
          records = ${records}::bigint, bytes = ${bytes}::bigint where ${isTry(which)}`);
        await tx.execute(sql`update deliveries set export_state = 'done', reason = null, next_attempt_at = now(), lease_until = null
          where id = ${which.deliveryId}`);
      }),

    wait: (which, { code, message }, retryInMs) =>
      asLatest(which, async (tx) => {
        await tx.execute(sql`update dataset_exports set status = 'waiting', reason = ${message} where ${isTry(which)}`);
        await tx.execute(sql`update deliveries set reason = ${code}, last_error_code = ${code}, lease_until = null,
          next_attempt_at = clock_timestamp() + ${retryInMs}::float8 * interval '1 millisecond' where id = ${which.deliveryId}`);
      }),

    async fail(which, { code, message }) {
      const [owner] = await rowsOf<{ id: string }>(
        db,
        sql`select organization_id as id from deliveries where id = ${which.deliveryId}`,
      );
      const audience = await operational.audienceOf(owner ? [owner.id] : []);
      return operational.transaction(audience, (tx, raise) =>
        writeAsLatest(tx, which, async () => {
          await tx.execute(sql`update dataset_exports set status = 'failed', reason = ${message}, completed_at = now()
            where ${isTry(which)}`);
          await tx.execute(sql`update deliveries set status = 'failed', reason = ${code}, last_error_code = ${code}, failed_by = 'export',
            next_attempt_at = null, lease_until = null, completed_at = now() where id = ${which.deliveryId}`);
          if (audience.length > 0) await raise(await exportFailure(tx, which, code));
        }),
      );
    },
  };
}

/** Writes as the latest try of a delivery that still needs its export. */
async function writeAsLatest(tx: Tx, which: ExportTry, write: (tx: Tx) => Promise<void>): Promise<boolean> {
  // Two statements: the second sees what was committed while the first waited for the lock.
  const [held] = await rowsOf(
    tx,
    sql`select id from deliveries where id = ${which.deliveryId} and status = 'pending' and export_state = 'needed'
      and workflow_id = ${which.workflowId} and generation = ${which.generation} for update`,
  );
  const [latest] = await rowsOf(tx, sql`select delivery_id from dataset_exports where ${isTry(which)}`);
  if (!held || !latest) return false;
  await write(tx);
  return true;
}

/** What is raised when an export has failed for good. */
async function exportFailure(tx: Tx, which: ExportTry, errorCode: string): Promise<Occurrence[]> {
  const occurring = (await readOccurring(tx, [which.deliveryId])).get(which.deliveryId);
  const [file] = await rowsOf<{ datasetId: string; connectorId: number; bucket: string; key: string }>(
    tx,
    sql`select dataset_id as "datasetId", connector_number as "connectorId", bucket, key from dataset_exports where ${isTry(which)}`,
  );
  return occurring && file ? exportFailed(occurring, { export: file, errorCode }) : [];
}

async function begin(tx: Tx, { id, workflowId }: { id: string; workflowId: string }): Promise<ExportBegin> {
  const row = await readLocked(tx, id);
  if (!row) return { kind: 'none', organizationId: '', leftover: null };
  const { organization_id: organizationId, generation, attempt_count: attemptCount } = row;
  const isNeeded = row.status === 'pending' && row.export_state === 'needed';
  if (!isNeeded) return { kind: 'none', organizationId, leftover: leftoverOf(row) };
  // Another workflow's, or to be cancelled or released by the begin of an attempt.
  if (row.workflow_id !== workflowId || row.stopped) return { kind: 'none', organizationId, leftover: null };
  const dueInMs = row.due_in_ms ?? 0;
  if (dueInMs > DUE_SLACK_MS) return { kind: 'not_due', generation, attemptCount, dueInMs };
  const order = exportOrderOf(row);
  if (!order) {
    // The endpoint's owner has taken the order back.
    await tx.execute(sql`update deliveries set export_state = null, reason = null where id = ${id}`);
    return { kind: 'none', organizationId, leftover: leftoverOf(row) };
  }
  const datasetId = wireOf(row.dialect)?.exports?.datasetOf(JSON.parse(row.data)) ?? null;
  const key = exportKey(order, datasetId ?? '');
  const [begun] = await rowsOf<{ tries: number; elapsed_ms: number }>(
    tx,
    sql`insert into dataset_exports as x (delivery_id, organization_id, generation, tries, dataset_id, connector_number, format, bucket,
        key, status)
      values (${id}, ${organizationId}, ${generation}, 1, ${datasetId ?? ''}, ${order.connectorId}, ${order.format}, '', ${key}, 'running')
      on conflict (delivery_id) do update set status = 'running', completed_at = null, generation = excluded.generation,
        tries = case when x.generation = excluded.generation then x.tries + 1 else 1 end,
        started_at = case when x.generation = excluded.generation then x.started_at else now() end
      returning tries, (extract(epoch from clock_timestamp() - started_at) * 1000)::float8 as elapsed_ms`,
  );
  await lease(tx, id);
  return {
    kind: 'begun',
    try: { deliveryId: id, workflowId, generation, tries: begun?.tries ?? 1 },
    organizationId,
    attemptCount,
    order,
    datasetId,
    leftover: leftoverOf(row),
    earlier: earlierOf(row, order.connectorId, key),
    elapsedMs: begun?.elapsed_ms ?? 0,
  } satisfies BegunExport;
}

async function readLocked(tx: Tx, id: string): Promise<StandingRow | undefined> {
  const [row] = await rowsOf<StandingRow>(
    tx,
    sql`select d.organization_id, d.status, d.workflow_id, d.generation, d.attempt_count, d.export_state, d.event_type,
        ceil(extract(epoch from d.next_attempt_at - clock_timestamp()) * 1000)::int as due_in_ms,
        e.dialect, e.options, (e.disabled_at is not null or e.deleted_at is not null or e.paused_at is not null) as stopped, ev.data,
        x.status as export_status, x.connector_number, x.bucket, x.key, x.format, x.upload_id, x.records, x.bytes
      from deliveries d join endpoints e on e.id = d.endpoint_id
      join events ev on ev.organization_id = d.organization_id and ev.id = d.event_id
      left join dataset_exports x on x.delivery_id = d.id
      where d.id = ${id} for update of d`,
  );
  return row;
}

async function lease(tx: Tx, deliveryId: string): Promise<void> {
  await tx.execute(sql`update deliveries set lease_until = clock_timestamp() + ${LEASE_MS}::int * interval '1 millisecond',
    started_at = coalesce(started_at, now()), reconcile_count = 0 where id = ${deliveryId}`);
}

function isTry({ deliveryId, generation, tries }: ExportTry) {
  return sql`delivery_id = ${deliveryId} and generation = ${generation} and tries = ${tries}`;
}

function leftoverOf({ upload_id: uploadId, connector_number, bucket, key }: StandingRow): OpenUpload | null {
  return uploadId === null ? null : { connectorId: connector_number, bucket, key, uploadId };
}

function earlierOf(row: StandingRow, connectorId: number, key: string): ExportedFile | null {
  const { export_status, bucket, format, records, bytes } = row;
  const isSame = row.connector_number === connectorId && row.key === key;
  if (export_status !== 'done' || !isSame || records === null || bytes === null) return null;
  return { connectorId, bucket, key, format, records, bytes };
}
