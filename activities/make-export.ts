import { ExportFault } from '../domain/exports/export-fault.ts';
import { CONTENT_TYPES, type ExportedFile, exportKey } from '../domain/exports/export-plan.ts';
import {
  CsvColumnScan,
  createCsvFormatter,
  createJsonlFormatter,
  type RecordFormatter,
} from '../domain/exports/format-records.ts';
import type { S3Target } from '../domain/exports/s3.ts';
import type { BegunExport, OpenUpload } from '../store/types.ts';
import { type AbortPorts, abortLeftover, abortOwn } from './abort-upload.ts';
import { findDataset, type RecordsPorts, readRecords } from './dataset-records.ts';
import { MultipartUpload, unlessStopped, unwrap } from './multipart-upload.ts';

export interface MakeExportPorts extends AbortPorts, RecordsPorts {}

/** How far a try has come, for its heartbeat. */
export interface ExportProgress {
  records: number;
  bytes: number;
}

/**
 * Puts the dataset into the bucket, from its beginning, as one object that is visible once it is whole. What an earlier try left
 * is aborted first; what an earlier generation made is taken as it is, if it is there still. Null: the store no longer takes
 * this for the latest try. Throws `ExportFault` and what else goes wrong, or the reason of `stop`, its upload aborted.
 */
export async function makeExport(
  ports: MakeExportPorts,
  begun: BegunExport,
  progress: ExportProgress,
  stop: AbortSignal,
): Promise<ExportedFile | null> {
  const { organizationId, order, leftover, earlier } = begun;
  const { deliveryId } = begun.try;
  const target = await ports.connectors.target(organizationId, order.connectorId);
  if (!target)
    throw new ExportFault('export_connector_missing', `There is no connector ${order.connectorId}, or it was deleted`);
  if (leftover) await abortLeftover(ports, { organizationId, deliveryId }, leftover, stop);
  if (earlier && (await isInPlace(ports, target, earlier, stop))) return earlier;

  const dataset = await findDataset(ports, organizationId, begun.datasetId);
  const read = () => readRecords(ports, organizationId, dataset, stop);
  const formatter = order.format === 'csv' ? createCsvFormatter(await columnsOf(read())) : createJsonlFormatter();
  const key = exportKey(order, dataset.id);
  const uploadId = unwrap(await unlessStopped(ports.s3.startUpload(target, key, CONTENT_TYPES[order.format]), stop));
  const open: OpenUpload = { connectorId: order.connectorId, bucket: target.bucket, key, uploadId };
  const upload = new MultipartUpload(ports.s3, { target, key, uploadId }, stop);
  let isCompleted = false;
  try {
    const source = { format: order.format, datasetId: dataset.id };
    if (!(await ports.store.uploadStarted(begun.try, open, source))) return null;
    await write(read(), formatter, upload, progress);
    // A last look: what was cancelled a moment ago should not appear in the bucket.
    if (!(await ports.store.renew(begun.try))) return null;
    await upload.complete();
    isCompleted = true;
  } finally {
    if (!isCompleted) await abortOwn(ports, target, deliveryId, open, upload.settled);
  }
  const { connectorId, format } = order;
  return { connectorId, bucket: target.bucket, key, format, records: formatter.records, bytes: upload.bytes };
}

async function write(
  records: AsyncIterable<Uint8Array>,
  formatter: RecordFormatter,
  upload: MultipartUpload,
  progress: ExportProgress,
): Promise<void> {
  for await (const piece of records) {
    await upload.write(formatter.write(piece));
    progress.records = formatter.records;
    progress.bytes = upload.bytes;
  }
  await upload.write(formatter.end());
}

async function columnsOf(records: AsyncIterable<Uint8Array>): Promise<string[]> {
  const scan = new CsvColumnScan();
  for await (const piece of records) scan.write(piece);
  return scan.end();
}

/** Whether the object of an earlier generation is there still, by its size. Whose keys may not look has it made again. */
async function isInPlace(
  { s3 }: MakeExportPorts,
  target: S3Target,
  file: ExportedFile,
  stop: AbortSignal,
): Promise<boolean> {
  if (file.bucket !== target.bucket) return false;
  const found = await unlessStopped(s3.headObject(target, file.key), stop);
  return found.kind !== 'refused' && unwrap(found)?.bytes === file.bytes;
}
