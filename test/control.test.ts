import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeliverState } from '../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { anOperator, type Operator } from './operator.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { type Answer, aReceiver, type Receiver } from './receiver.ts';

let pipeline: Pipeline;
let receiver: Receiver;
let operator: Operator;
let endpoints = 0;

beforeAll(async () => {
  pipeline = await aPipeline();
  receiver = await aReceiver();
  operator = anOperator(pipeline);
});
afterAll(async () => {
  await pipeline.close();
  await receiver.close();
});

const refuse: Answer = (_request, response) => response.writeHead(503).end();
const accept: Answer = (_request, response) => response.end();
const HOUR_MS = 3_600_000;

/** One event to an endpoint of its own. */
async function aDelivery(retryDelaysMs: number[]) {
  const type = `control.${endpoints++}`;
  const endpointId = await pipeline.anEndpoint({ url: receiver.url, eventTypes: [type], retryDelaysMs });
  const eventId = await pipeline.publish({ type });
  const { id } = await pipeline.delivery(eventId, endpointId);
  const now = () => pipeline.delivery(eventId, endpointId);
  return {
    id,
    eventId,
    now,
    requests: () => receiver.countById().get(eventId) ?? 0,
    settled: () => pipeline.settled(eventId, endpointId),
    attempted: (count: number) =>
      eventually(`attempt ${count} finished`, async () => {
        const attempts = await pipeline.attempts(id);
        return attempts.length >= count && attempts.every((a) => a.outcome !== 'in_progress');
      }),
  };
}

/** Holds the next request until told what to answer. */
function holdNext(): { arrived: Promise<unknown>; answer: (status: number) => void } {
  const arrived = Promise.withResolvers<Parameters<Answer>[1]>();
  receiver.answerWith((_request, response) => {
    receiver.answerWith(accept);
    arrived.resolve(response);
  });
  return {
    arrived: arrived.promise,
    answer: (status) => void arrived.promise.then((response) => response.writeHead(status).end()),
  };
}

function result(workflowId: string) {
  return pipeline.client.workflow.getHandle(workflowId).result();
}

test('cancelled while it waits for a retry: nothing more is sent, and the workflow ends', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([HOUR_MS]);
  await delivery.attempted(1);
  expect(await operator.cancel(delivery.id)).toEqual({ kind: 'done', signal: delivery.id });
  expect(await result(delivery.id)).toEqual({ outcomes: { cancelled: 1 } });
  expect(await delivery.now()).toMatchObject({ status: 'cancelled', reason: 'cancelled', attemptCount: 1 });
  expect(await operator.cancel(delivery.id)).toEqual({ kind: 'wrong_state', status: 'cancelled' });
  expect(delivery.requests()).toBe(1);
});

test('retry now makes the next attempt at once, and the schedule goes on from there', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([HOUR_MS, HOUR_MS]);
  await delivery.attempted(1);
  await operator.retryNow(delivery.id);
  await delivery.attempted(2);
  expect(await delivery.now()).toMatchObject({ status: 'pending', attemptCount: 2 });
  receiver.answerWith(accept);
  await operator.retryNow(delivery.id);
  expect(await delivery.settled()).toMatchObject({ status: 'delivered', attemptCount: 3 });
  expect(await operator.retryNow(delivery.id)).toEqual({ kind: 'wrong_state', status: 'delivered' });
});

test('a retry-now whose signal comes when its attempt has begun does not bring the one after it forward', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([HOUR_MS, HOUR_MS]);
  await delivery.attempted(1);
  const held = holdNext();
  await operator.retryNow(delivery.id);
  await held.arrived;
  await pipeline.runtime.signalLookAgain(delivery.id, [delivery.id]);
  held.answer(503);
  await delivery.attempted(2);
  const handle = pipeline.client.workflow.getHandle(delivery.id);
  await eventually('the workflow waits again', async () => {
    const state = await handle.query<DeliverState>('state');
    return state.phase === 'waiting' && state.deliveries[0]?.attemptCount === 2;
  });
  expect(await delivery.now()).toMatchObject({ status: 'pending', attemptCount: 2 });
  expect(delivery.requests()).toBe(2);
});

test('a resend after the failure keeps both ids, numbers attempts onward and restarts the schedule', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([50]);
  expect(await delivery.settled()).toMatchObject({ status: 'failed', attemptCount: 2, generation: 1 });
  await operator.resend(delivery.id);
  const again = await eventually('the second generation fails', async () => {
    const now = await delivery.now();
    return now.status === 'failed' && now.attemptCount === 4 && now;
  });
  expect(again).toMatchObject({ id: delivery.id, eventId: delivery.eventId, generation: 2 });
  receiver.answerWith(accept);
  await operator.resend(delivery.id);
  expect(await delivery.settled()).toMatchObject({ status: 'delivered', generation: 3, attemptCount: 5 });
  const attempts = await pipeline.attempts(delivery.id);
  expect(attempts.map((a) => [a.number, a.generation])).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
  ]);
  expect(delivery.requests()).toBe(5);
});

test('a delivered one can be resent, a pending one cannot', async () => {
  const held = holdNext();
  const delivery = await aDelivery([]);
  await held.arrived;
  expect(await operator.resend(delivery.id)).toEqual({ kind: 'wrong_state', status: 'pending' });
  held.answer(200);
  await delivery.settled();
  await operator.resend(delivery.id);
  await eventually('a second request', () => delivery.requests() === 2);
  expect(await delivery.settled()).toMatchObject({ status: 'delivered', generation: 2, attemptCount: 2 });
});

test('cancelled during an attempt: a 2xx counts, a failure is recorded and nothing follows', async () => {
  for (const [status, expected] of [
    [200, { status: 'delivered', reason: null }],
    [503, { status: 'cancelled', reason: 'cancelled' }],
  ] as const) {
    const held = holdNext();
    const delivery = await aDelivery([50]);
    await held.arrived;
    await operator.cancel(delivery.id);
    expect(await delivery.now()).toMatchObject({ status: 'cancelled' });
    held.answer(status);
    await delivery.attempted(1);
    await result(delivery.id);
    expect(await delivery.now()).toMatchObject({ ...expected, attemptCount: 1, lastStatusCode: status });
    expect(delivery.requests()).toBe(1);
  }
});

test('a resend while the last run is just ending is not lost', async () => {
  receiver.answerWith(refuse);
  const delivery = await aDelivery([]);
  const resends = 15;
  for (let i = 1; i <= resends; i++) {
    // The store says failed before the workflow has heard of it: the signal meets every stage of its end.
    await delivery.settled();
    await operator.resend(delivery.id);
    await eventually(`request ${i + 1}`, () => delivery.requests() === i + 1, 10_000);
  }
  expect(await delivery.settled()).toMatchObject({
    status: 'failed',
    generation: resends + 1,
    attemptCount: resends + 1,
  });
});
