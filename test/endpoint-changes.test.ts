import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wireOf } from '../domain/dialects/wires.ts';
import type { EndpointSettings } from '../store/endpoints.ts';
import { eventually } from './eventually.ts';
import { anOperator, type Operator } from './operator.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { type Answer, aReceiver, type Received, type Receiver } from './receiver.ts';

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
const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;

/** A delivery that failed once and waits an hour; afterwards everything is accepted. */
async function failedOnce() {
  receiver.answerWith(refuse);
  const type = `changes.${endpoints++}`;
  const endpointId = await pipeline.anEndpoint({
    url: `${receiver.url}before`,
    eventTypes: [type],
    retryDelaysMs: [3_600_000],
    secret: { scheme: 'hmac', value: secretOf(1) },
  });
  const eventId = await pipeline.publish({ type });
  const { id } = await pipeline.delivery(eventId, endpointId);
  await eventually(
    'the first failure',
    async () => (await pipeline.delivery(eventId, endpointId)).lastStatusCode === 503,
  );
  receiver.answerWith(accept);
  return {
    id,
    endpointId,
    change: (patch: Partial<EndpointSettings>) =>
      pipeline.store.endpoints.update(pipeline.organizationId, endpointId, patch),
    requests: () => receiver.received.filter((r) => r.headers['webhook-id'] === eventId),
    settled: () => pipeline.settled(eventId, endpointId),
    workflow: pipeline.client.workflow.getHandle(id),
  };
}

function verifies(request: Received | undefined, secret: string): boolean {
  if (!request) throw new Error('no request');
  const headers = request.headers as Record<string, string>;
  const wire = wireOf('standard');
  return (
    wire?.verify({ body: request.body, headers }, [{ scheme: 'hmac', value: secret }], Date.now() / 1000).valid ?? false
  );
}

test('edited between attempts: the next one goes to the new address', async () => {
  const delivery = await failedOnce();
  await delivery.change({ url: `${receiver.url}after` });
  await operator.retryNow(delivery.id);
  expect(await delivery.settled()).toMatchObject({ status: 'delivered', attemptCount: 2 });
  expect(delivery.requests().map((r) => r.path)).toEqual(['/before', '/after']);
});

test('secret rotated between attempts: the next one is signed by both, then by the new one alone', async () => {
  const overlapping = await failedOnce();
  const { endpoints: store } = pipeline.store;
  const rotated = { scheme: 'hmac' as const, value: secretOf(2) };
  await store.rotateSecret(pipeline.organizationId, overlapping.endpointId, rotated, 3_600_000);
  await operator.retryNow(overlapping.id);
  await overlapping.settled();
  const [before, after] = overlapping.requests();
  expect([secretOf(1), secretOf(2)].map((s) => verifies(before, s))).toEqual([true, false]);
  expect([secretOf(1), secretOf(2)].map((s) => verifies(after, s))).toEqual([true, true]);

  const atOnce = await failedOnce();
  await store.rotateSecret(pipeline.organizationId, atOnce.endpointId, rotated, 0);
  await operator.retryNow(atOnce.id);
  await atOnce.settled();
  expect([secretOf(1), secretOf(2)].map((s) => verifies(atOnce.requests()[1], s))).toEqual([false, true]);
});

test('disabled or deleted between attempts: what waits is cancelled, its workflow ends, nothing is sent', async () => {
  for (const [remove, reason] of [
    [(id: string) => pipeline.store.endpoints.disable(pipeline.organizationId, id, 'by_hand'), 'endpoint_disabled'],
    [(id: string) => pipeline.store.endpoints.remove(pipeline.organizationId, id), 'endpoint_deleted'],
  ] as const) {
    const delivery = await failedOnce();
    await remove(delivery.endpointId);
    await pipeline.withdraw(delivery.endpointId, reason);
    expect(await delivery.settled()).toMatchObject({ status: 'cancelled', reason, attemptCount: 1 });
    expect(await delivery.workflow.result()).toEqual({ outcomes: { cancelled: 1 } });
    expect(delivery.requests()).toHaveLength(1);
    expect((await operator.resend(delivery.id)).kind).toBe('wrong_state');
  }
});

test('disabled a moment before an attempt: begin sees the flag and sends nothing', async () => {
  const delivery = await failedOnce();
  await pipeline.store.endpoints.disable(pipeline.organizationId, delivery.endpointId, 'by_hand');
  await operator.retryNow(delivery.id);
  expect(await delivery.settled()).toMatchObject({ status: 'cancelled', reason: 'endpoint_disabled', attemptCount: 1 });
  expect(delivery.requests()).toHaveLength(1);
});

test('a concurrency cap is used to the full and never exceeded, as seen by the receiver', async () => {
  const cap = 3;
  const open = new Set<ServerResponse>();
  let most = 0;
  // Nobody is answered before as many as may come at once have come.
  receiver.answerWith((_request, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    most = Math.max(most, open.size);
    if (open.size >= cap) for (const waiting of open) waiting.end();
  });
  const endpointId = await pipeline.anEndpoint({ url: receiver.url, eventTypes: ['capped'], maxConcurrency: cap });
  const events = await Promise.all(Array.from({ length: 5 * cap }, () => pipeline.publish({ type: 'capped' })));
  for (const eventId of events) {
    expect(await pipeline.settled(eventId, endpointId)).toMatchObject({ status: 'delivered', attemptCount: 1 });
  }
  expect(most).toBe(cap);
  for (const eventId of events) expect(receiver.countById().get(eventId)).toBe(1);
});
