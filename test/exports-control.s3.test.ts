import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ExportLog } from '../activities/export-dataset.ts';
import type { RuntimeOptions } from '../worker/runtime.ts';
import { aBucketGate, type BucketGate } from './bucket-gate.ts';
import { eventually } from './eventually.ts';
import { aDataset, anExporting, type Exporting } from './exporting.ts';
import { historyOf, textOf } from './history.ts';
import { anOperator, type Operator } from './operator.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { resetToStart } from './reset.ts';
import { aBucketServer, type BucketServer } from './versitygw.ts';

const RECORDS = '{"id":1}\n{"id":2}\n';
/** Four parts of an upload: with the first on its way and the second full, half of it is still to be read. */
const MANY = `{"text":"${'x'.repeat(1_000)}"}\n`.repeat(30_000);

let bucket: BucketServer;
let gate: BucketGate;
let pipeline: Pipeline;
let receiver: Receiver;
let operator: Operator;
const log: ExportLog[] = [];
let datasets = 0;
let datasetId: string;

beforeAll(async () => {
  [bucket, receiver] = await Promise.all([aBucketServer(), aReceiver()]);
  gate = await aBucketGate(bucket.url);
  pipeline = await aPipeline(() => ({ onExport: (line: ExportLog) => void log.push(line) }));
  operator = anOperator(pipeline);
});
afterAll(async () => {
  await pipeline?.close();
  await Promise.all([receiver?.close(), gate?.close()]);
  await bucket?.dispose();
});
beforeEach(() => {
  datasetId = `ds_${datasets++}`;
  gate.isDown = false;
  gate.seen.length = 0;
});

/** The request that sends this part of this dataset's file. */
const part = (number: number) => new RegExp(`^PUT .*/${datasetId}\\.jsonl\\?.*partNumber=${number}\\b`);
const requests = () => receiver.received.filter(({ body }) => JSON.parse(body).dataset_id === datasetId);
const arrived = () => eventually(`the webhook of ${datasetId}`, () => requests().length > 0);
const exporting = (): Promise<Exporting> =>
  anExporting(pipeline, bucket.target({ url: gate.url }), { url: receiver.url });
const outcomes = (id: string) => log.filter((line) => line.deliveryId === id).map((line) => line.outcome);

/** A delivery whose export has been begun, and a way to look at it. */
async function aDelivery(records = RECORDS) {
  await aDataset(pipeline, datasetId, records);
  const { endpointId, ready } = await exporting();
  const eventId = await ready(datasetId);
  const now = () => pipeline.delivery(eventId, endpointId);
  const { id } = await now();
  return {
    id,
    endpointId,
    now,
    workflow: pipeline.client.workflow.getHandle(id),
    settled: () => pipeline.settled(eventId, endpointId),
    waiting: (tries: number) =>
      eventually(`the wait after try ${tries}`, async () => {
        const delivery = await now();
        return outcomes(id).length === tries && delivery.export?.status === 'waiting' && delivery;
      }),
  };
}

test('a bucket that is down is tried again at growing intervals, and the delivery shows why it waits and until when', async () => {
  gate.isDown = true;
  const delivery = await aDelivery();
  const first = await delivery.waiting(1);
  expect(first).toMatchObject({
    status: 'pending',
    reason: 'export_bucket_unavailable',
    attemptCount: 0,
    export: { status: 'waiting', reason: expect.stringMatching(/connection/), records: null },
  });
  const second = await delivery.waiting(2);
  gate.isDown = false;
  await delivery.settled();
  const waits = log.filter((line) => line.deliveryId === delivery.id).map((line) => line.retryInMs);
  // 5 s, then 10 s, each up to 20 % longer.
  expect(waits.map((ms) => (ms === null ? null : Math.floor(ms / 1.2 / 4_000)))).toEqual([1, 2, null]);
  expect(Date.parse(second.nextAttemptAt ?? '')).toBeGreaterThan(Date.parse(first.nextAttemptAt ?? '') + 9_000);
  expect(await delivery.now()).toMatchObject({ status: 'delivered', reason: null, export: { status: 'done' } });
  expect(requests()).toHaveLength(1);
});

test('a bucket that stays down fails the delivery after 24 hours, and no webhook is sent', async () => {
  // Less than a second for the 24 hours: the first try itself outlasts them.
  const impatient = await aPipeline(() => ({ timeScale: 0.000_001 }) satisfies Partial<RuntimeOptions>);
  try {
    gate.isDown = true;
    await aDataset(impatient, datasetId, RECORDS);
    const target = bucket.target({ url: gate.url });
    const { endpointId, ready } = await anExporting(impatient, target, { url: receiver.url });
    const failed = await impatient.settled(await ready(datasetId), endpointId);
    expect(failed).toMatchObject({
      status: 'failed',
      reason: 'export_bucket_unavailable',
      lastErrorCode: 'export_bucket_unavailable',
      export: { status: 'failed' },
    });
    expect(requests()).toEqual([]);
  } finally {
    await impatient.close();
  }
});

test('retry now tries the export at once', async () => {
  gate.isDown = true;
  const delivery = await aDelivery();
  for (const tries of [1, 2]) {
    await delivery.waiting(tries);
    await operator.retryNow(delivery.id);
  }
  const { nextAttemptAt } = await delivery.waiting(3);
  gate.isDown = false;
  await operator.retryNow(delivery.id);
  await arrived();
  // The third wait is of 20 s.
  expect(Date.now()).toBeLessThan(Date.parse(nextAttemptAt ?? ''));
  expect(outcomes(delivery.id)).toHaveLength(4);
});

test('cancelled while it is exported: the upload is aborted, nothing is sent, and the workflow ends', async () => {
  const held = gate.stopNext(part(2));
  const delivery = await aDelivery(MANY);
  await held.arrived;
  expect(await bucket.uploads()).toEqual([`exports/${datasetId}.jsonl`]);
  expect(await operator.cancel(delivery.id)).toEqual({ kind: 'done', signal: delivery.id });
  expect(await delivery.workflow.result()).toEqual({ outcomes: { cancelled: 1 } });
  held.letGo();
  expect(await bucket.uploads()).toEqual([]);
  expect((await bucket.objects()).has(`exports/${datasetId}.jsonl`)).toBe(false);
  expect(await delivery.now()).toMatchObject({ status: 'cancelled', reason: 'cancelled' });
  expect(outcomes(delivery.id)).toEqual(['overtaken']);
  expect(requests()).toEqual([]);
});

test("cancelled in Temporal's UI while it is exported: likewise", async () => {
  const held = gate.stopNext(part(2));
  const delivery = await aDelivery(MANY);
  await held.arrived;
  await delivery.workflow.cancel();
  await expect(delivery.workflow.result()).rejects.toThrow();
  await eventually('the upload is aborted', async () => (await bucket.uploads()).length === 0);
  held.letGo();
  expect(await delivery.now()).toMatchObject({ status: 'cancelled', reason: 'cancelled_in_temporal' });
  expect((await bucket.objects()).has(`exports/${datasetId}.jsonl`)).toBe(false);
  expect(requests()).toEqual([]);
});

test('its endpoint disabled while the export waits: the delivery is cancelled', async () => {
  gate.isDown = true;
  const delivery = await aDelivery();
  await delivery.waiting(1);
  await pipeline.store.endpoints.disable(pipeline.organizationId, delivery.endpointId, 'by hand');
  await pipeline.withdraw(delivery.endpointId, 'endpoint_disabled');
  expect(await delivery.workflow.result()).toEqual({ outcomes: { cancelled: 1 } });
  expect(await delivery.now()).toMatchObject({ status: 'cancelled', reason: 'endpoint_disabled' });
  expect(requests()).toEqual([]);
});

test('the order taken back while the export waits: the webhook is sent without a file', async () => {
  gate.isDown = true;
  const delivery = await aDelivery();
  await delivery.waiting(1);
  await pipeline.store.endpoints.update(pipeline.organizationId, delivery.endpointId, { options: {} });
  await operator.retryNow(delivery.id);
  await arrived();
  expect(JSON.parse(requests()[0]?.body ?? '')).not.toHaveProperty('export');
});

test('a resend sends the same again, and makes the file again only if it is gone', async () => {
  const delivery = await aDelivery();
  await delivery.settled();
  const uploads = () => gate.seen.filter((line) => line.startsWith('POST ') && line.includes('uploads')).length;
  expect(uploads()).toBe(1);

  await operator.resend(delivery.id);
  await eventually('the second webhook', () => requests().length === 2);
  expect(requests()[1]?.body).toBe(requests()[0]?.body);
  await delivery.settled();
  expect(uploads()).toBe(1);

  await bucket.remove(`exports/${datasetId}.jsonl`);
  await operator.resend(delivery.id);
  await eventually('the third webhook', () => requests().length === 3);
  expect(requests()[2]?.body).toBe(requests()[0]?.body);
  expect(uploads()).toBe(2);
  expect((await bucket.objects()).has(`exports/${datasetId}.jsonl`)).toBe(true);
});

test('Reset in Temporal exports nothing and sends nothing again', async () => {
  const delivery = await aDelivery();
  await delivery.settled();
  const { runId } = await delivery.workflow.describe();
  const reset = await resetToStart(pipeline, delivery.id, runId);
  await pipeline.client.workflow.getHandle(delivery.id, reset).result();
  expect(outcomes(delivery.id)).toEqual(['exported']);
  expect(requests()).toHaveLength(1);
});

test('a dataset replaced while it is read is exported as it is then, whole', async () => {
  const held = gate.stopNext(part(1));
  const delivery = await aDelivery(MANY);
  await held.arrived;
  await aDataset(pipeline, datasetId, RECORDS);
  held.letGo();
  await eventually('the replacement is seen', () => outcomes(delivery.id).includes('export_dataset_replaced'));
  await operator.retryNow(delivery.id);
  await arrived();
  expect((await bucket.read(`exports/${datasetId}.jsonl`)).text).toBe(RECORDS);
  expect(await bucket.uploads()).toEqual([]);
});

test('no key of the bucket stands in a history, a log line or a delivery', async () => {
  const { accessKeyId, secretAccessKey } = bucket.target();
  const texts = [JSON.stringify(log)];
  for await (const { workflowId, runId } of pipeline.client.workflow.list())
    texts.push(textOf(await historyOf(pipeline, workflowId, runId)));
  const all = { endpointId: null, eventId: null, status: null, eventType: null, since: null, until: null };
  const page = { limit: 100, after: null };
  texts.push(JSON.stringify(await pipeline.store.deliveries.list(pipeline.organizationId, all, page)));
  expect(texts.length).toBeGreaterThan(10);
  for (const text of texts) {
    expect(text).not.toContain(accessKeyId);
    expect(text).not.toContain(secretAccessKey);
  }
});
