import type { AutoExport } from '../domain/exports/auto-export.ts';
import type { S3Target } from '../domain/exports/s3.ts';
import type { Pipeline } from './pipeline.ts';

/** The secret of every endpoint made here. */
export const EXPORT_SECRET = 'your_signing_secret';

/** What a FlexOrch customer sets up before its datasets are exported. */
export interface Exporting {
  connectorId: number;
  endpointId: string;
  /** Publishes `dataset.ready`; the event's id. */
  ready(datasetId: string): Promise<string>;
}

/** A connector to the bucket and a webhook with `auto_export` to it. */
export async function anExporting(
  { store, organizationId, anEndpoint, publish }: Pipeline,
  target: S3Target,
  settings: Partial<AutoExport> & { url: string; retryDelaysMs?: number[] },
): Promise<Exporting> {
  const { url, retryDelaysMs, ...order } = settings;
  const { number } = await store.connectors.create(organizationId, { name: 'datasets', ...target });
  const autoExport: AutoExport = { connectorId: number, format: 'jsonl', prefix: 'exports/', ...order };
  const endpointId = await anEndpoint({
    dialect: 'flexorch',
    url,
    eventTypes: ['dataset.ready'],
    options: { autoExport },
    secret: { scheme: 'hmac', value: EXPORT_SECRET },
    ...(retryDelaysMs ? { retryDelaysMs } : {}),
  });
  return {
    connectorId: number,
    endpointId,
    ready: (datasetId) =>
      publish({
        dialect: 'flexorch',
        type: 'dataset.ready',
        data: JSON.stringify({ dataset_id: datasetId, status: 'ready' }),
        to: [endpointId],
      }),
  };
}

/** Stores records as a dataset. */
export async function aDataset({ store, organizationId }: Pipeline, id: string, records: string): Promise<void> {
  const pieces = async function* () {
    yield Buffer.from(records);
  };
  const put = await store.datasets.put(organizationId, id, pieces(), 1 << 30);
  if (put.kind !== 'stored') throw new Error(put.kind);
}
