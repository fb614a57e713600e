import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { S3Target } from '../domain/exports/s3.ts';
import type { WaybillProcess } from './waybill-process.ts';

/** A delivery as the API shows it, as far as these tests look. */
export interface ShownDelivery {
  id: string;
  status: string;
  reason: string | null;
  attemptCount: number;
  export: { status: string; reason: string | null; records: number | null; bytes: number | null } | null;
}

/** A FlexOrch customer of a running Waybill: an organization of its own, spoken for over HTTP as that system's clients do. */
export interface FlexorchClient {
  /** `connector_id`. */
  aConnector(target: S3Target): Promise<number>;
  /** The webhook's id. */
  aWebhook(settings: { url: string; connectorId: number; format: 'jsonl' | 'csv' }): Promise<string>;
  removeWebhook(id: string): Promise<void>;
  putDataset(id: string, records: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
  /** Publishes `dataset.ready`. */
  ready(datasetId: string): Promise<void>;
  deliveries(): Promise<ShownDelivery[]>;
}

/** Makes an organization with the admin key of the data folder. */
export async function aFlexorchClient({ url, dataDir }: WaybillProcess): Promise<FlexorchClient> {
  const adminKey = readFileSync(join(dataDir, 'admin-key'), 'utf8').trim();
  const call = async <T>(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<T> => {
    const isStream = body instanceof ReadableStream;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined || isStream ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isStream ? body : JSON.stringify(body), duplex: 'half' }),
    } as RequestInit);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as T;
  };
  const admin = { authorization: `Bearer ${adminKey}` };
  const { key } = await call<{ key: string }>('POST', '/v1/organizations', admin, { name: 'FlexOrch customer' });
  const bearer = { authorization: `Bearer ${key}` };
  const apiKey = { 'x-api-key': key };
  return {
    async aConnector({ url: endpoint, region, bucket, pathStyle, accessKeyId, secretAccessKey }) {
      const { id } = await call<{ id: number }>('POST', '/flexorch/v1/connectors', apiKey, {
        endpoint_url: endpoint,
        region,
        bucket,
        path_style: pathStyle,
        access_key_id: accessKeyId,
        secret_access_key: secretAccessKey,
      });
      return id;
    },
    async aWebhook({ url: receiver, connectorId, format }) {
      const { id } = await call<{ id: string }>('POST', '/flexorch/v1/webhooks', apiKey, {
        url: receiver,
        events: ['dataset.ready'],
        auto_export: { connector_id: connectorId, format, prefix: 'exports/' },
      });
      return id;
    },
    async removeWebhook(id) {
      await call('DELETE', `/flexorch/v1/webhooks/${id}`, apiKey);
    },
    async putDataset(id, records) {
      const content = Readable.toWeb(Readable.from(records, { objectMode: false }));
      await call('PUT', `/flexorch/v1/datasets/${id}`, { ...apiKey, 'content-type': 'application/x-ndjson' }, content);
    },
    async ready(datasetId) {
      const data = { dataset_id: datasetId, status: 'ready' };
      await call('POST', '/v1/events', bearer, { dialect: 'flexorch', type: 'dataset.ready', data });
    },
    async deliveries() {
      const { data } = await call<{ data: { id: string }[] }>('GET', '/v1/deliveries', bearer);
      return Promise.all(data.map(({ id }) => call<ShownDelivery>('GET', `/v1/deliveries/${id}`, bearer)));
    },
  };
}
