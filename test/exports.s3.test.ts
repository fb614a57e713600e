import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExportLog } from '../activities/export-dataset.ts';
import { eventually } from './eventually.ts';
import { aDataset, anExporting, EXPORT_SECRET } from './exporting.ts';
import { anOperator } from './operator.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Received, type Receiver } from './receiver.ts';
import { aBucketServer, type BucketServer } from './versitygw.ts';

const RECORDS = '{"id":1,"name":"é"}\r\n\n{"id":2,"name":"a,b","tags":["x"]}\n{"name":"😀","score":0.5}';

let bucket: BucketServer;
let pipeline: Pipeline;
let receiver: Receiver;
const log: ExportLog[] = [];
/** Names that no other test uses. */
let datasets = 0;
let datasetId: string;

beforeAll(async () => {
  [bucket, receiver] = await Promise.all([aBucketServer(), aReceiver()]);
  // A hundredth: the first wait of an export is 50 ms, and it is tried for 14 minutes.
  pipeline = await aPipeline(() => ({ timeScale: 0.01, onExport: (line) => void log.push(line) }));
});
afterAll(async () => {
  await pipeline?.close();
  await receiver?.close();
  await bucket?.dispose();
});
beforeEach(() => {
  datasetId = `ds_${datasets++}`;
  receiver.answerWith((_request, response) => response.end());
});

/** The webhook about a dataset. */
const arrived = (id: string, within?: number): Promise<Received> =>
  eventually(`the webhook of ${id}`, () => requestsFor(id).at(-1), within);
const requestsFor = (id: string) => receiver.received.filter(({ body }) => JSON.parse(body).dataset_id === id);
const exportOf = ({ body }: Received) => JSON.parse(body).export as Record<string, unknown>;
const workflow = (id: string) => pipeline.client.workflow.getHandle(id);

describe('a webhook for dataset.ready with auto_export', () => {
  test('the dataset is exported to the bucket of the connector that connector_id names', async () => {
    const other = { url: 'http://127.0.0.1:9', bucket: 'another' };
    await pipeline.store.connectors.create(pipeline.organizationId, { name: 'another', ...bucket.target(other) });
    await aDataset(pipeline, datasetId, RECORDS);
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
    await exporting.ready(datasetId);
    expect(exportOf(await arrived(datasetId))).toMatchObject({ connector_id: exporting.connectorId });
    expect((await bucket.objects()).has(`exports/${datasetId}.jsonl`)).toBe(true);
  });

  test('the webhook is fired after the export, so the file is already in place when the handler runs', async () => {
    const seenByHandler = Promise.withResolvers<Map<string, number>>();
    receiver.answerWith((_request, response) => {
      bucket.objects().then(seenByHandler.resolve, seenByHandler.reject);
      response.end();
    });
    await aDataset(pipeline, datasetId, RECORDS);
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
    const eventId = await exporting.ready(datasetId);
    const file = exportOf(await arrived(datasetId));
    expect((await seenByHandler.promise).get(file.key as string)).toBe(file.bytes);
    await pipeline.settled(eventId, exporting.endpointId);
    expect(await bucket.uploads()).toEqual([]);
  });

  test('the payload says connector, bucket, key, format, records and bytes, under the signature', async () => {
    await aDataset(pipeline, datasetId, RECORDS);
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
    await exporting.ready(datasetId);
    const { body, headers } = await arrived(datasetId);
    const { text } = await bucket.read(`exports/${datasetId}.jsonl`);
    expect(JSON.parse(body)).toMatchObject({
      event: 'dataset.ready',
      dataset_id: datasetId,
      export: {
        connector_id: exporting.connectorId,
        bucket: bucket.target().bucket,
        key: `exports/${datasetId}.jsonl`,
        format: 'jsonl',
        records: 3,
        bytes: Buffer.byteLength(text),
      },
    });
    const signature = createHmac('sha256', EXPORT_SECRET).update(body).digest('hex');
    expect(headers['x-flexorch-signature']).toBe(signature);
  });

  test('format jsonl: one object a line, blank lines dropped', async () => {
    await aDataset(pipeline, datasetId, RECORDS);
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
    await exporting.ready(datasetId);
    await arrived(datasetId);
    expect(await bucket.read(`exports/${datasetId}.jsonl`)).toEqual({
      text: '{"id":1,"name":"é"}\n{"id":2,"name":"a,b","tags":["x"]}\n{"name":"😀","score":0.5}\n',
      contentType: 'application/x-ndjson',
    });
  });

  test('format csv: a header with the fields of all records', async () => {
    await aDataset(pipeline, datasetId, RECORDS);
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url, format: 'csv' });
    await exporting.ready(datasetId);
    const { key, records } = exportOf(await arrived(datasetId));
    expect({ key, records }).toEqual({ key: `exports/${datasetId}.csv`, records: 3 });
    expect(await bucket.read(`exports/${datasetId}.csv`)).toEqual({
      text: 'id,name,tags,score\r\n1,é,,\r\n2,"a,b","[""x""]",\r\n,😀,,0.5\r\n',
      contentType: 'text/csv; charset=utf-8; header=present',
    });
  });

  test.each(['jsonl', 'csv'] as const)('a dataset without records is an empty file (%s)', async (format) => {
    await aDataset(pipeline, datasetId, '');
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url, format });
    await exporting.ready(datasetId);
    expect(exportOf(await arrived(datasetId))).toMatchObject({ records: 0, bytes: 0 });
    expect((await bucket.read(`exports/${datasetId}.${format}`)).text).toBe('');
  });

  test('the key is <prefix><dataset_id>.<format>, whatever the prefix', async () => {
    for (const prefix of ['', 'a/b c/ü-']) {
      const id = `${datasetId}${prefix.length}`;
      await aDataset(pipeline, id, RECORDS);
      const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url, prefix });
      await exporting.ready(id);
      expect(exportOf(await arrived(id)).key).toBe(`${prefix}${id}.jsonl`);
      expect((await bucket.objects()).has(`${prefix}${id}.jsonl`)).toBe(true);
    }
  });

  test('other events of the endpoint, and endpoints without auto_export, have no export', async () => {
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
    const completed = JSON.stringify({ job_id: 'job_1', dataset_id: datasetId });
    await pipeline.publish({ dialect: 'flexorch', type: 'job.completed', data: completed, to: [exporting.endpointId] });
    expect(JSON.parse((await arrived(datasetId)).body)).not.toHaveProperty('export');
  });

  test('Temporal shows the export as an activity of its own before the attempt', async () => {
    await aDataset(pipeline, datasetId, RECORDS);
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
    const eventId = await exporting.ready(datasetId);
    const { id } = await pipeline.settled(eventId, exporting.endpointId);
    expect(await workflow(id).result()).toEqual({ outcomes: { delivered: 1 } });
    const { events } = await workflow(id).fetchHistory();
    const activities = (events ?? []).map((e) => e.activityTaskScheduledEventAttributes?.activityType?.name);
    expect(activities.filter(Boolean)).toEqual(['exportDataset', 'attempt']);
  });

  test('a webhook that is retried is retried without another export', async () => {
    receiver.answerWith((_request, response, count) => response.writeHead(count % 2 === 1 ? 503 : 200).end());
    receiver.received.length = 0;
    await aDataset(pipeline, datasetId, RECORDS);
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url, retryDelaysMs: [1_000] });
    const eventId = await exporting.ready(datasetId);
    const { id } = await pipeline.settled(eventId, exporting.endpointId);
    expect(requestsFor(datasetId).map(exportOf)).toHaveLength(2);
    expect(requestsFor(datasetId)[0]?.body).toBe(requestsFor(datasetId)[1]?.body);
    expect(log.filter((line) => line.deliveryId === id).map((line) => line.outcome)).toEqual(['exported']);
  });

  test('records_url: the records are fetched at the export', async () => {
    const source = await aReceiver((_request, response) => response.end(RECORDS));
    try {
      await pipeline.store.datasets.putUrl(pipeline.organizationId, datasetId, `${source.url}records`);
      const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
      await exporting.ready(datasetId);
      expect(exportOf(await arrived(datasetId))).toMatchObject({ records: 3 });
      expect((await bucket.read(`exports/${datasetId}.jsonl`)).text.split('\n')).toHaveLength(4);
    } finally {
      await source.close();
    }
  });

  test('records_url: an address that fails is asked again', async () => {
    const source = await aReceiver((_request, response, count) =>
      count < 3 ? response.writeHead(503).end() : response.end(RECORDS),
    );
    try {
      await pipeline.store.datasets.putUrl(pipeline.organizationId, datasetId, source.url);
      const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
      await exporting.ready(datasetId);
      expect(exportOf(await arrived(datasetId))).toMatchObject({ records: 3 });
      expect(source.received).toHaveLength(3);
    } finally {
      await source.close();
    }
  });
});

describe('what cannot be exported fails the delivery with a clear reason, and no webhook is sent', () => {
  /** The delivery once it has failed, and what its export says. */
  async function failed(exporting: Awaited<ReturnType<typeof anExporting>>) {
    const eventId = await exporting.ready(datasetId);
    const delivery = await pipeline.settled(eventId, exporting.endpointId);
    await expect(workflow(delivery.id).result()).rejects.toMatchObject({ cause: { type: 'DeliveryRefused' } });
    expect(requestsFor(datasetId)).toEqual([]);
    expect(delivery).toMatchObject({ status: 'failed', attemptCount: 0, nextAttemptAt: null });
    expect(delivery.lastErrorCode).toBe(delivery.reason);
    expect(await bucket.uploads()).toEqual([]);
    return delivery;
  }

  test.each([
    ['an unknown access key', { accessKeyId: 'AKNOBODY' }, 'The S3 server does not know the access key id'],
    ['a wrong secret key', { secretAccessKey: 'wrong' }, 'The secret access key does not belong to the access key id'],
    ['no such bucket', { bucket: 'nobodys-bucket' }, 'There is no bucket of this name'],
  ])('a bucket that refuses: %s', async (_what, changes, message) => {
    await aDataset(pipeline, datasetId, RECORDS);
    const exporting = await anExporting(pipeline, bucket.target(changes), { url: receiver.url });
    const delivery = await failed(exporting);
    expect(delivery).toMatchObject({ reason: 'export_bucket_refused' });
    expect(delivery.export).toMatchObject({ status: 'failed', reason: expect.stringContaining(message) });
  });

  test('a missing dataset', async () => {
    const delivery = await failed(await anExporting(pipeline, bucket.target(), { url: receiver.url }));
    expect(delivery).toMatchObject({ reason: 'export_dataset_missing' });
    expect(delivery.export?.reason).toBe(`There is no dataset ${datasetId}`);
  });

  test('a connector that is gone', async () => {
    await aDataset(pipeline, datasetId, RECORDS);
    const delivery = await failed(
      await anExporting(pipeline, bucket.target(), { url: receiver.url, connectorId: 999 }),
    );
    expect(delivery).toMatchObject({ reason: 'export_connector_missing' });
    expect(delivery.export?.reason).toBe('There is no connector 999, or it was deleted');
  });

  test.each([
    ['records that are none', '{"a":1}\nnot json\n', 200, 'export_records_invalid', 'line 2 is not JSON'],
    ['an address that knows no records', '', 404, 'export_records_refused', 'answered 404'],
  ])('records_url: %s', async (_what, content, status, reason, message) => {
    const source = await aReceiver((_request, response) => response.writeHead(status).end(content));
    try {
      await pipeline.store.datasets.putUrl(pipeline.organizationId, datasetId, source.url);
      const delivery = await failed(await anExporting(pipeline, bucket.target(), { url: receiver.url }));
      expect(delivery).toMatchObject({ reason, export: { reason: expect.stringContaining(message) } });
      expect((await bucket.objects()).has(`exports/${datasetId}.jsonl`)).toBe(false);
    } finally {
      await source.close();
    }
  });

  test('records_url: an address of the inner network is not fetched', async () => {
    await pipeline.store.datasets.putUrl(pipeline.organizationId, datasetId, 'http://169.254.169.254/latest/');
    const delivery = await failed(await anExporting(pipeline, bucket.target(), { url: receiver.url }));
    expect(delivery).toMatchObject({ reason: 'export_records_refused' });
  });

  test('set right and resent, it is exported and sent', async () => {
    const exporting = await anExporting(pipeline, bucket.target(), { url: receiver.url });
    const { id, eventId } = await failed(exporting);
    await aDataset(pipeline, datasetId, RECORDS);
    expect(await anOperator(pipeline).resend(id)).toMatchObject({ kind: 'done' });
    expect(exportOf(await arrived(datasetId))).toMatchObject({ records: 3 });
    expect(await pipeline.settled(eventId, exporting.endpointId)).toMatchObject({ status: 'delivered', reason: null });
  });
});
