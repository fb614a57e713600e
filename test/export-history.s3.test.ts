import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aBucketGate, type BucketGate } from './bucket-gate.ts';
import { eventually } from './eventually.ts';
import { aDataset, anExporting } from './exporting.ts';
import { historyOf, type JsonHistory, summariesOf, textOf } from './history.ts';
import { MARKS } from './history-paths.ts';
import { anOperator } from './operator.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { HISTORIES_FOLDER, withoutMachine } from './recorded-histories.ts';
import { aBucketServer, type BucketServer } from './versitygw.ts';

let bucket: BucketServer;
let gate: BucketGate;
let pipeline: Pipeline;
let receiver: Receiver;
let history: JsonHistory;

/** A delivery whose export fails at first, is tried again by hand, and is sent. */
beforeAll(async () => {
  [bucket, receiver] = await Promise.all([
    aBucketServer(),
    aReceiver((_request, response) => response.end(MARKS.answer)),
  ]);
  gate = await aBucketGate(bucket.url);
  pipeline = await aPipeline();
  await aDataset(pipeline, 'ds_1', `{"text":"${MARKS.body}"}\n`);
  const url = `${receiver.url}${MARKS.path}`;
  const { endpointId, ready } = await anExporting(pipeline, bucket.target({ url: gate.url }), { url });
  gate.isDown = true;
  const eventId = await ready('ds_1');
  const { id } = await pipeline.delivery(eventId, endpointId);
  await eventually('the export waits', async () => {
    const delivery = await pipeline.delivery(eventId, endpointId);
    return delivery.export?.status === 'waiting';
  });
  // The store knows before the workflow does; told to retry in between, the workflow would start no timer.
  await eventually('its workflow waits for the next try', async () => {
    const started = summariesOf(await historyOf(pipeline, id), 'EVENT_TYPE_TIMER_STARTED');
    return started.length > 0;
  });
  gate.isDown = false;
  await anOperator(pipeline).retryNow(id);
  await pipeline.settled(eventId, endpointId);
  await pipeline.client.workflow.getHandle(id).result();
  history = await historyOf(pipeline, id);
});
afterAll(async () => {
  await pipeline?.close();
  await Promise.all([receiver?.close(), gate?.close()]);
  await bucket?.dispose();
});

test("Temporal's UI names each try of the export, the wait between, and the attempt after it", () => {
  expect(summariesOf(history, 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED')).toEqual([
    'export, try 1',
    'export, try 2',
    'attempt 1 of 2',
  ]);
  expect(summariesOf(history, 'EVENT_TYPE_TIMER_STARTED')).toEqual(['next try of the export']);
  expect(textOf(history)).toContain('export_bucket_unavailable');
});

test('the history of an export holds ids, never records, keys, secrets or addresses', () => {
  const { accessKeyId, secretAccessKey } = bucket.target();
  for (const secret of [...Object.values(MARKS), accessKeyId, secretAccessKey, gate.url]) {
    expect(textOf(history)).not.toContain(secret);
  }
});

// How its fixture of replay.test.ts is made: RECORD_HISTORIES=1 npm run test:s3 -- test/export-history.s3.test.ts
test.runIf(process.env.RECORD_HISTORIES)('the history is kept', () => {
  writeFileSync(`${HISTORIES_FOLDER}/export.json`, `${JSON.stringify(withoutMachine(history), null, 1)}\n`);
});
