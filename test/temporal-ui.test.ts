import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeliverState } from '../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { anOperator } from './operator.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { type Answer, aReceiver, type Receiver } from './receiver.ts';
import { resetToStart } from './reset.ts';

let pipeline: Pipeline;
let receiver: Receiver;
let endpoints = 0;

beforeAll(async () => {
  // A hundredth: overdue by 1.2 s instead of two minutes, a reconciler pass every second.
  pipeline = await aPipeline(() => ({ timeScale: 0.01 }));
  receiver = await aReceiver();
});
afterAll(async () => {
  await pipeline.close();
  await receiver.close();
});

const refuse: Answer = (_request, response) => response.writeHead(503).end();
const accept: Answer = (_request, response) => response.end();
/** Scaled: an hour of waiting. */
const LONG_MS = 100 * 3_600_000;

async function aDelivery(retryDelaysMs: number[]) {
  const type = `ui.${endpoints++}`;
  const endpointId = await pipeline.anEndpoint({ url: `${receiver.url}${type}`, eventTypes: [type], retryDelaysMs });
  const eventId = await pipeline.publish({ type });
  const { id } = await pipeline.delivery(eventId, endpointId);
  const handle = pipeline.client.workflow.getHandle(id);
  return {
    id,
    type,
    endpointId,
    handle,
    now: () => pipeline.delivery(eventId, endpointId),
    requests: () => receiver.countById().get(eventId) ?? 0,
    settled: () => pipeline.settled(eventId, endpointId),
    /** Waiting for the retry after attempt `count`. */
    waiting: (count: number) =>
      eventually(`the wait after attempt ${count}`, async () => {
        const state = await handle.query<DeliverState>('state').catch(() => null);
        return state?.phase === 'waiting' && state.deliveries[0]?.attemptCount === count && state;
      }),
  };
}

async function idsBy(query: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId } of pipeline.client.workflow.list({ query })) found.push(workflowId);
  return found;
}

test('a waiting delivery shows what it is, where it stands and how to find it', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([LONG_MS]);
  const state = await delivery.waiting(1);
  expect(state).toMatchObject({
    deliveries: [{ id: delivery.id, generation: 1, attemptCount: 1 }],
    outcomes: { http_503: 1 },
  });
  expect(state.waitMs).toBeGreaterThan(3_500_000);
  const description = await delivery.handle.describe();
  const host = new URL(receiver.url).host;
  expect(await description.staticSummary()).toBe(`${delivery.type} to ${host}`);
  expect(description.searchAttributes).toMatchObject({
    WaybillOrganization: [pipeline.organizationId],
    WaybillEndpoint: [delivery.endpointId],
    WaybillEventType: [delivery.type],
    WaybillOutcome: ['pending'],
  });
  const { currentDetails } = await delivery.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toContain(`**${delivery.type} to ${host}**: waiting, timer of`);
  expect(currentDetails).toContain(`| ${delivery.id} | 1 | 1 |`);
  await eventually('it is listed by endpoint and outcome', async () => {
    const ids = await idsBy(`WaybillEndpoint = '${delivery.endpointId}' AND WaybillOutcome = 'pending'`);
    return ids.includes(delivery.id);
  });
  receiver.answerWith(accept);
  await anOperator(pipeline).retryNow(delivery.id);
  await eventually('its outcome is listed', async () => {
    const ids = await idsBy(`WaybillOutcome = 'delivered' AND WaybillEndpoint = '${delivery.endpointId}'`);
    return ids.includes(delivery.id);
  });
});

test('a resent delivery is found by its search attributes as before', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([]);
  await delivery.settled();
  await expect(delivery.handle.result()).rejects.toMatchObject({ cause: { type: 'DeliveryExhausted' } });
  receiver.answerWith(accept);
  await anOperator(pipeline).resend(delivery.id);
  await delivery.settled();
  const query = `WaybillEndpoint = '${delivery.endpointId}'`;
  await eventually('both runs are listed', async () => (await idsBy(query)).length === 2);
  await eventually('the outcome of each', async () => {
    const outcomes = [`${query} AND WaybillOutcome = 'failed'`, `${query} AND WaybillOutcome = 'delivered'`];
    return (await Promise.all(outcomes.map(idsBy))).every((ids) => ids.length === 1);
  });
});

test('Cancel ends the delivery in the store, with the reason', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([LONG_MS]);
  await delivery.waiting(1);
  await delivery.handle.cancel();
  await expect(delivery.handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(await delivery.now()).toMatchObject({ status: 'cancelled', reason: 'cancelled_in_temporal', attemptCount: 1 });
  expect(delivery.requests()).toBe(1);
});

test('Cancel during an attempt does not call it back: its 2xx counts', async () => {
  const arrived = Promise.withResolvers<Parameters<Answer>[1]>();
  receiver.answerWith((_request, response) => arrived.resolve(response));
  const delivery = await aDelivery([LONG_MS]);
  const response = await arrived.promise;
  await delivery.handle.cancel();
  await expect(delivery.handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(await delivery.now()).toMatchObject({ status: 'cancelled', reason: 'cancelled_in_temporal' });
  response.end();
  await eventually('the 2xx counts', async () => (await delivery.now()).status === 'delivered');
  expect(delivery.requests()).toBe(1);
});

test('Terminate is healed: the reconciler starts the workflow again, and it goes on where it stood', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([20_000, LONG_MS]);
  await delivery.waiting(1);
  const { runId } = await delivery.handle.describe();
  await delivery.handle.terminate('a test');
  receiver.answerWith(accept);
  expect(await delivery.settled()).toMatchObject({ status: 'delivered', attemptCount: 2, workflowId: delivery.id });
  expect((await delivery.handle.describe()).runId).not.toBe(runId);
  expect(delivery.requests()).toBe(2);
});

test('Reset sends nothing twice: not after the end, and not while it waits', async () => {
  receiver.answerWith(accept);
  const done = await aDelivery([]);
  await done.settled();
  await done.handle.result();
  const doneRun = await resetToStart(pipeline, done.id, (await done.handle.describe()).runId);
  const result = await pipeline.client.workflow.getHandle(done.id, doneRun).result();
  expect(result).toEqual({ outcomes: { delivered: 1 } });
  expect(done.requests()).toBe(1);

  receiver.answerWith(refuse);
  const waiting = await aDelivery([LONG_MS]);
  await waiting.waiting(1);
  await resetToStart(pipeline, waiting.id, (await waiting.handle.describe()).runId);
  const state = await waiting.waiting(1);
  expect(state.waitMs).toBeGreaterThan(3_500_000);
  expect(await waiting.now()).toMatchObject({ status: 'pending', attemptCount: 1 });
  expect(waiting.requests()).toBe(1);
});

test('a delivery that the store does not know ends its workflow as delivery_not_found', async () => {
  const ended = await pipeline.client.workflow
    .execute('deliver', {
      workflowId: 'dlv_unknown',
      taskQueue: 'waybill',
      args: [
        {
          deliveries: [{ id: 'dlv_unknown', generation: 1, attemptCount: 0 }],
          dueInMs: 0,
          carrier: false,
          title: 'lost',
          triesBefore: 0,
          triesInSchedule: 1,
          searchable: true,
        },
      ],
    })
    .catch((error: unknown) => error);
  expect(ended).toMatchObject({ cause: { type: 'delivery_not_found' } });
});
