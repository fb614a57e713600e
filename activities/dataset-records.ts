import { type Dataset, type DatasetReader, DatasetReplacedError } from '../domain/exports/dataset.ts';
import { ExportFault } from '../domain/exports/export-fault.ts';
import { InvalidRecordError } from '../domain/exports/ndjson.ts';
import type { RecordsPort } from '../domain/exports/records-port.ts';
import { unlessStopped } from './multipart-upload.ts';

export interface RecordsPorts {
  datasets: DatasetReader;
  records: RecordsPort;
}

/** The dataset that an event names by `id`; null where it names none. Throws `ExportFault` if there is none. */
export async function findDataset(
  { datasets }: RecordsPorts,
  organizationId: string,
  id: string | null,
): Promise<Dataset> {
  if (id === null) throw new ExportFault('export_dataset_missing', 'The event names no dataset_id');
  const dataset = await datasets.get(organizationId, id);
  if (!dataset) throw new ExportFault('export_dataset_missing', `There is no dataset ${id}`);
  return dataset;
}

/** The dataset's records as NDJSON, from the store or from their address. Throws the reason of `stop` at once. */
export async function* readRecords(
  { datasets, records }: RecordsPorts,
  organizationId: string,
  { id, version, recordsUrl }: Dataset,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pieces = recordsUrl === null ? datasets.readChunks(organizationId, id, version) : records.read(recordsUrl);
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessStopped(iterator.next(), stop);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: an address may be slow to give its next piece.
    iterator.return?.().catch(() => undefined);
  }
}

/** The fault that an error while exporting is; `undefined`: something else, such as the store. */
export function toExportFault(error: unknown): ExportFault | undefined {
  if (error instanceof ExportFault) return error;
  if (error instanceof InvalidRecordError)
    return new ExportFault('export_records_invalid', `The records are not NDJSON of objects: ${error.message}`);
  if (error instanceof DatasetReplacedError)
    return new ExportFault('export_dataset_replaced', 'The dataset was replaced or deleted while it was read');
  return undefined;
}
