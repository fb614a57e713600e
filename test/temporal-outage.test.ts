import { globSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { aWaybillClient, publishAll, type WaybillClient } from './waybill-client.ts';
import { aWaybillProcess, type WaybillProcess } from './waybill-process.ts';

const PENDING = 500;
/** Below the two minutes of the reconciler. */
const ARRIVAL_LIMIT_MS = 90_000;
const OUTAGE_MS = 10_000;

let waybill: WaybillProcess;
let receiver: Receiver;
let client: WaybillClient;

beforeEach(async () => {
  receiver = await aReceiver();
  waybill = await aWaybillProcess();
  await waybill.start();
  client = await aWaybillClient(waybill);
});
afterEach(async () => {
  await waybill.dispose();
  await receiver.close();
});

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const idsFrom = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}-${n}`);
const duplicates = () => receiver.received.length - receiver.countById().size;

/** Publishes one after the other, as long as `signal` allows; each answer, and the slowest one's time. */
async function publishUntil(signal: AbortSignal) {
  const answers = new Map<string, number>();
  let slowestMs = 0;
  while (!signal.aborted) {
    const id = `outage-${answers.size}`;
    const before = performance.now();
    answers.set(id, await client.publish(id));
    slowestMs = Math.max(slowestMs, performance.now() - before);
    await sleep(10);
  }
  return { answers, slowestMs };
}

async function allArrive(what: string, ids: readonly string[]): Promise<void> {
  const since = performance.now();
  await eventually(
    'every event',
    () => {
      const counts = receiver.countById();
      return ids.every((id) => counts.has(id));
    },
    ARRIVAL_LIMIT_MS,
  );
  console.log(
    `[${what}] all ${ids.length} arrived ${seconds(performance.now() - since)} later, ${duplicates()} duplicates`,
  );
}

test('while Temporal stands still for ten seconds, every publish is accepted; everything arrives when it goes on', async () => {
  await client.anEndpoint({ url: receiver.url });
  const pid = await waybill.temporalPid();
  const ending = new AbortController();
  const publishing = publishUntil(ending.signal);
  await eventually('a first arrival', () => receiver.received.length > 10);
  process.kill(pid, 'SIGSTOP');
  const before = receiver.received.length;
  await sleep(OUTAGE_MS);
  const during = receiver.received.length - before;
  process.kill(pid, 'SIGCONT');
  ending.abort();
  const { answers, slowestMs } = await publishing;
  console.log(
    `[stopped] ${answers.size} published, ${during} arrived while it stood still, slowest answer ${slowestMs.toFixed(0)} ms`,
  );
  expect(new Set(answers.values())).toEqual(new Set([202]));
  await allArrive('stopped', [...answers.keys()]);
}, 180_000);

test('when Temporal is killed during publishing, every publish is accepted; everything arrives once it is back', async () => {
  await client.anEndpoint({ url: receiver.url });
  const pid = await waybill.temporalPid();
  const ending = new AbortController();
  const publishing = publishUntil(ending.signal);
  await eventually('a first arrival', () => receiver.received.length > 10);
  process.kill(pid, 'SIGKILL');
  await eventually('another Temporal', async () => (await waybill.temporalPid()) !== pid);
  await eventually('readiness', async () => (await fetch(`${waybill.url}/health/ready`)).ok, 60_000);
  ending.abort();
  const { answers, slowestMs } = await publishing;
  console.log(`[killed] ${answers.size} published meanwhile, slowest answer ${slowestMs.toFixed(0)} ms`);
  expect(new Set(answers.values())).toEqual(new Set([202]));
  await allArrive('killed', [...answers.keys()]);
}, 180_000);

/** Deliveries whose first attempt failed and whose next one Temporal holds the timer of. */
async function manyPending(): Promise<string[]> {
  receiver.answerWith((_request, response) => response.writeHead(503).end());
  await client.anEndpoint({ url: receiver.url, retryDelaysMs: [12_000, ...Array<number>(20).fill(4_000)] });
  const ids = idsFrom('pending', PENDING);
  await publishAll(client, ids, 10).done;
  await eventually('a first attempt of each', () => receiver.countById().size === PENDING, 60_000);
  const statuses = (await client.deliveries()).map(({ status }) => status);
  expect(statuses).toEqual(Array(PENDING).fill('pending'));
  return ids;
}

function deleteTemporalDatabase(): void {
  const files = globSync('temporal.db*', { cwd: waybill.dataDir });
  expect(files).toContain('temporal.db');
  for (const file of files) rmSync(`${waybill.dataDir}/${file}`);
}

/** All of them again, answered 200 this time. */
async function allDelivered(what: string, ids: readonly string[]): Promise<void> {
  const delivered = new Set<string>();
  receiver.answerWith((request, response) => {
    delivered.add(String(request.headers['webhook-id']));
    response.end('ok');
  });
  const since = performance.now();
  await eventually(
    'every event accepted by the receiver',
    () => ids.every((id) => delivered.has(id)),
    ARRIVAL_LIMIT_MS,
  );
  await eventually('every delivery delivered', async () =>
    (await client.deliveries()).every(({ status }) => status === 'delivered'),
  );
  console.log(
    `[${what}] ${ids.length} pending deliveries delivered ${seconds(performance.now() - since)} after Temporal was back`,
  );
  expect(waybill.log()).toContain("Temporal's namespace is a new one");
}

test("with Temporal's database deleted between two runs, all pending deliveries arrive", async () => {
  const ids = await manyPending();
  expect(await waybill.terminate()).toBe(0);
  deleteTemporalDatabase();
  await waybill.start();
  await allDelivered('deleted, restarted', ids);
}, 240_000);

test("with Temporal's database deleted under a running Waybill, all pending deliveries arrive", async () => {
  const ids = await manyPending();
  const pid = await waybill.temporalPid();
  // Standing still it cannot write, so that the next one finds nothing.
  process.kill(pid, 'SIGSTOP');
  deleteTemporalDatabase();
  process.kill(pid, 'SIGKILL');
  await eventually('another Temporal', async () => (await waybill.temporalPid()) !== pid);
  await eventually('readiness', async () => (await fetch(`${waybill.url}/health/ready`)).ok, 60_000);
  await allDelivered('deleted, live', ids);
}, 240_000);
