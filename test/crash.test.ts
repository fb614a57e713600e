import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DeliverState, STATE_QUERY } from '../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { aWaybillClient, publishAll } from './waybill-client.ts';
import { aWaybillProcess, type WaybillProcess } from './waybill-process.ts';

const EVENTS = 2_000;
const CLIENTS = 20;
/** Below the two minutes of the reconciler; what is aimed at is a few seconds, and printed. */
const ARRIVAL_LIMIT_MS = 60_000;

let waybill: WaybillProcess;
let receivers: Receiver[];

beforeEach(async () => {
  receivers = await Promise.all([aReceiver(), aReceiver()]);
  waybill = await aWaybillProcess();
});
afterEach(async () => {
  await waybill.dispose();
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

/** Events that not every receiver has got. Looked at all at once: the receivers live in this process and must not wait for it. */
function missingOf(ids: readonly string[]): string[] {
  const counts = receivers.map((receiver) => receiver.countById());
  return ids.filter((id) => !counts.every((count) => count.has(id)));
}
const duplicates = () =>
  receivers.reduce((sum, receiver) => sum + receiver.received.length - receiver.countById().size, 0);
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

test('after a SIGKILL of everything, every event that was answered 202 arrives, and those in flight once sent again', async () => {
  await waybill.start();
  const client = await aWaybillClient(waybill);
  for (const receiver of receivers) await client.anEndpoint({ url: receiver.url });
  const ids = Array.from({ length: EVENTS }, (_, n) => `crash-${n}`);
  const published = publishAll(client, ids, CLIENTS);
  await eventually(
    'half of the events accepted, and a few hundred delivered',
    () => published.accepted.length >= EVENTS / 2 && (receivers[0]?.received.length ?? 0) >= 200,
    60_000,
  );

  await waybill.killAll();
  const before = [...published.accepted];
  const missing = missingOf(before);
  const bootMs = await waybill.start();
  const readyAt = performance.now();

  await eventually(
    'every event that was answered before the kill',
    () => missingOf(before).length === 0,
    ARRIVAL_LIMIT_MS,
  );
  const answeredMs = performance.now() - readyAt;
  await published.done;
  await eventually('every event', () => missingOf(ids).length === 0, ARRIVAL_LIMIT_MS);
  console.log(
    `[crash] ${before.length} answered before the kill, ${missing.length} of them yet to arrive, ` +
      `${published.unanswered.size} in flight; ready again after ${seconds(bootMs)}; after readiness the answered ones ` +
      `arrived within ${seconds(answeredMs)}, all ${EVENTS} within ${seconds(performance.now() - readyAt)}; ` +
      `${duplicates()} duplicates`,
  );
  expect([...published.refused]).toEqual([]);
  expect(missing.length).toBeGreaterThan(0);
  expect(published.unanswered.size).toBeGreaterThan(0);
}, 300_000);

/** Until each delivery's workflow says that its timer runs. */
async function waitingInTemporal(deliveries: { workflowId: string }[]): Promise<void> {
  const connection = await Connection.connect({ address: waybill.temporalAddress });
  try {
    const { workflow } = new Client({ connection, namespace: 'waybill' });
    for (const { workflowId } of deliveries) {
      await eventually('the timer of the retry', async () => {
        const state = await workflow.getHandle(workflowId).query<DeliverState>(STATE_QUERY);
        return state.phase === 'waiting';
      });
    }
  } finally {
    await connection.close();
  }
}

test('after a SIGKILL, a delivery in flight is sent again at once, and one that waits for its retry keeps its time', async () => {
  await waybill.start();
  const client = await aWaybillClient(waybill);
  const [held, failing] = receivers as [Receiver, Receiver];
  held.answerWith(() => undefined);
  failing.answerWith((_request, response) => response.writeHead(503).end());
  const heldEndpoint = await client.anEndpoint({ url: held.url });
  const failingEndpoint = await client.anEndpoint({ url: failing.url, retryDelaysMs: [15_000] });
  await client.publish('single');
  await eventually('both requests', () => held.received.length > 0 && failing.received.length > 0);
  const failedAt = performance.now();
  await waitingInTemporal(await client.deliveries({ endpointId: failingEndpoint }));

  await waybill.killAll();
  for (const receiver of receivers) receiver.answerWith((_request, response) => response.end('ok'));
  await waybill.start();
  const readyAt = performance.now();
  await eventually('the held one again', () => held.received.length === 2, ARRIVAL_LIMIT_MS);
  const heldMs = performance.now() - readyAt;
  await eventually('the retry', () => failing.received.length === 2, ARRIVAL_LIMIT_MS);
  const retryMs = performance.now() - failedAt;
  console.log(`[crash] in flight: again ${seconds(heldMs)} after readiness; retry of 15 s: after ${seconds(retryMs)}`);

  await eventually('both delivered', async () => (await client.deliveries()).every((d) => d.status === 'delivered'));
  const outcomes = async (endpointId: string) =>
    client.outcomes((await client.deliveries({ endpointId }))[0]?.id ?? '');
  expect(await outcomes(heldEndpoint)).toEqual(['worker_lost', 'delivered']);
  expect(await outcomes(failingEndpoint)).toHaveLength(2);
  expect(retryMs).toBeGreaterThan(14_000);
}, 180_000);

test('SIGTERM under load ends running attempts, exits 0, and leaves nothing to repair: no attempt lost, no request twice', async () => {
  await waybill.start();
  const client = await aWaybillClient(waybill);
  for (const receiver of receivers) {
    receiver.answerWith((_request, response, count) => {
      if (count % 10 === 0) setTimeout(() => response.end('late'), 1_000);
      else response.end('ok');
    });
    await client.anEndpoint({ url: receiver.url });
  }
  const ids = Array.from({ length: 1_000 }, (_, n) => `stop-${n}`);
  const published = publishAll(client, ids, 10);
  await eventually(
    'load',
    () => published.accepted.length >= 400 && (receivers[0]?.received.length ?? 0) >= 100,
    60_000,
  );
  const before = performance.now();
  expect(await waybill.terminate()).toBe(0);
  const stopMs = performance.now() - before;
  await waybill.start();
  await published.done;
  await eventually('every event', () => missingOf(ids).length === 0, ARRIVAL_LIMIT_MS);
  await eventually(
    'every delivery delivered',
    async () => (await client.deliveries({ status: 'pending' })).length === 0,
  );
  console.log(
    `[stop] ${published.accepted.length} published, ${published.unanswered.size} without an answer at first; ` +
      `stopped in ${seconds(stopMs)}; ${duplicates()} duplicates`,
  );
  expect(duplicates()).toBe(0);
  const attemptCounts = (await client.deliveries()).map(({ attemptCount }) => attemptCount);
  expect(attemptCounts).toEqual(Array(2 * ids.length).fill(1));
}, 240_000);
