import { afterEach, beforeEach, expect, test } from 'vitest';
import { aBucketGate, type BucketGate } from './bucket-gate.ts';
import { eventually } from './eventually.ts';
import { aFlexorchClient, type FlexorchClient } from './flexorch-client.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { aBucketServer, type BucketServer } from './versitygw.ts';
import { aWaybillProcess, type WaybillProcess } from './waybill-process.ts';

const LINES = 30_000;
const KEY = 'exports/ds_1.jsonl';
/** From the start of Waybill to the webhook, on a loaded machine: a crashed worker is noticed after 10 s. */
const ARRIVAL_LIMIT_MS = 60_000;

let bucket: BucketServer;
let gate: BucketGate;
let receiver: Receiver;
let waybill: WaybillProcess;
let client: FlexorchClient;

beforeEach(async () => {
  [bucket, receiver, waybill] = await Promise.all([
    aBucketServer(),
    aReceiver(),
    aWaybillProcess({ WAYBILL_LOG_LEVEL: 'trace' }),
  ]);
  gate = await aBucketGate(bucket.url);
  await waybill.start();
  client = await aFlexorchClient(waybill);
  const connectorId = await client.aConnector(bucket.target({ url: gate.url }));
  await client.aWebhook({ url: receiver.url, connectorId, format: 'jsonl' });
});
afterEach(async () => {
  const { accessKeyId, secretAccessKey } = bucket.target();
  // Lines are held back for up to half a second, and dispose kills.
  await eventually('the line of the export', () => waybill.log().includes('"outcome":"exported"'));
  const log = waybill.log();
  await waybill.dispose();
  await Promise.all([receiver.close(), gate.close()]);
  await bucket.dispose();
  expect(log).not.toContain(accessKeyId);
  expect(log).not.toContain(secretAccessKey);
});

const line = (n: number) => `{"id":${n},"text":"${'x'.repeat(1_000)}"}\n`;

function* lines(): Generator<Uint8Array> {
  for (let n = 0; n < LINES; n += 1_000)
    yield Buffer.from(Array.from({ length: 1_000 }, (_, i) => line(n + i)).join(''));
}

/** Publishes, and returns while the second of four parts is on its way. */
async function halfway(): Promise<void> {
  await client.putDataset('ds_1', lines());
  const part = gate.stopNext(/partNumber=2\b/);
  await client.ready('ds_1');
  await part.arrived;
  expect(await bucket.uploads()).toEqual([KEY]);
  expect((await bucket.objects()).size).toBe(0);
}

async function expectWhole(): Promise<void> {
  const { text } = await bucket.read(KEY);
  expect(text.length).toBe(Array.from({ length: LINES }, (_, n) => line(n).length).reduce((sum, n) => sum + n, 0));
  expect(text.endsWith(line(LINES - 1))).toBe(true);
  expect(await bucket.uploads()).toEqual([]);
}

test('killed with SIGKILL halfway, the export is made again from its beginning: the object is whole, no upload is left, the webhook is sent once', async () => {
  await halfway();
  await waybill.killAll();
  expect(receiver.received).toEqual([]);
  expect((await bucket.objects()).size).toBe(0);
  await waybill.start();
  const request = await eventually('the webhook', () => receiver.received[0], ARRIVAL_LIMIT_MS);
  expect(JSON.parse(request.body).export).toMatchObject({ key: KEY, records: LINES });
  await expectWhole();
  await eventually('it is delivered', async () => (await client.deliveries())[0]?.status === 'delivered');
  expect((await client.deliveries())[0]).toMatchObject({ attemptCount: 1, export: { status: 'done', records: LINES } });
  expect(receiver.received).toHaveLength(1);
}, 400_000);

test('stopped with SIGTERM halfway, the upload is aborted at once, and the export is made again after the start', async () => {
  await halfway();
  expect(await waybill.terminate()).toBe(0);
  expect(await bucket.uploads()).toEqual([]);
  expect((await bucket.objects()).size).toBe(0);
  await waybill.start();
  await eventually('the webhook', () => receiver.received[0], ARRIVAL_LIMIT_MS);
  await expectWhole();
}, 400_000);

test('killed while the bucket was down, the export waits on and is made once the bucket is back', async () => {
  await client.putDataset('ds_1', lines());
  await bucket.stop();
  await client.ready('ds_1');
  const waiting = () =>
    eventually('the wait', async () => (await client.deliveries()).find((d) => d.export?.status === 'waiting'));
  expect(await waiting()).toMatchObject({ status: 'pending', reason: 'export_bucket_unavailable' });
  await waybill.killAll();
  await bucket.start();
  await waybill.start();
  await eventually('the webhook', () => receiver.received[0], ARRIVAL_LIMIT_MS);
  await expectWhole();
}, 400_000);
