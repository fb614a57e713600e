import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { aFlexorchClient, type FlexorchClient } from './flexorch-client.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { aBucketServer, type BucketServer } from './versitygw.ts';
import { aWaybillProcess, type WaybillProcess } from './waybill-process.ts';

/** 300 MB in a common run; EXPORT_MB=1024 is the gigabyte that the bound is promised for. */
const DATASET_BYTES = Number(process.env.EXPORT_MB ?? 300) * 1_000_000;
const MAX_GROWTH_BYTES = 200 * 1_000_000;
const PIECE_BYTES = 1 << 20;
const LIMIT_MS = 1_200_000;

let bucket: BucketServer;
let receiver: Receiver;
let waybill: WaybillProcess;
let client: FlexorchClient;
/** Made so far. */
let records = 0;
let largeRecords: number;

function* dataset(sizeBytes: number): Generator<Uint8Array> {
  for (let bytes = 0; bytes < sizeBytes; ) {
    let piece = '';
    while (piece.length < PIECE_BYTES) {
      const id = records++;
      piece += `{"id":${id},"name":"record ${id}","tags":["a","b"],"score":0.${id % 1_000},"text":"${'lorem '.repeat(30)}"}\n`;
    }
    bytes += piece.length;
    yield Buffer.from(piece);
  }
}

beforeAll(async () => {
  [bucket, receiver, waybill] = await Promise.all([aBucketServer(), aReceiver(), aWaybillProcess()]);
  await waybill.start();
  client = await aFlexorchClient(waybill);
  await client.putDataset('ds_small', dataset(20_000_000));
  records = 0;
  await client.putDataset('ds_large', dataset(DATASET_BYTES));
  largeRecords = records;
}, LIMIT_MS);
afterAll(async () => {
  await waybill?.dispose();
  await receiver?.close();
  await bucket?.dispose();
});

/** Publishes, and returns when the webhook has arrived. */
async function exported(datasetId: string): Promise<void> {
  const before = receiver.received.length;
  await client.ready(datasetId);
  await eventually(`the webhook of ${datasetId}`, () => receiver.received.length > before, LIMIT_MS);
}

test.each(['jsonl', 'csv'] as const)(
  'a large dataset is exported as %s within 200 MB of memory',
  async (format) => {
    const connectorId = await client.aConnector(bucket.target());
    const webhook = await client.aWebhook({ url: receiver.url, connectorId, format });
    // What the upload left in memory must not count as there before, nor what everything takes the first time as the dataset's.
    expect(await waybill.terminate()).toBe(0);
    await waybill.start();
    await exported('ds_small');
    const startedAt = performance.now();
    const growthBytes = await waybill.memoryGrowth(async () => {
      await exported('ds_large');
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    const file = JSON.parse(receiver.received.at(-1)?.body ?? '').export;
    console.log(
      `[memory] ${format}: ${largeRecords} records, ${Math.round(file.bytes / 1e6)} MB in ${seconds.toFixed(1)} s, ` +
        `${Math.round(growthBytes / 1e6)} MB more memory`,
    );
    expect(file).toMatchObject({ format, records: largeRecords });
    expect((await bucket.objects()).get(file.key)).toBe(file.bytes);
    expect(growthBytes).toBeLessThan(MAX_GROWTH_BYTES);
    await client.removeWebhook(webhook);
  },
  LIMIT_MS,
);
