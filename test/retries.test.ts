import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { historyOf, summariesOf } from './history.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Receiver } from './receiver.ts';

let pipeline: Pipeline;
let receiver: Receiver;

beforeAll(async () => {
  pipeline = await aPipeline();
  receiver = await aReceiver();
});
afterAll(async () => {
  await pipeline.close();
  await receiver.close();
});

/** An endpoint that alone gets events of its type, under a path that tells what it answers. */
async function anEndpoint(name: string, settings: Partial<Parameters<Pipeline['anEndpoint']>[0]> = {}) {
  const type = `${name}.happened`;
  const id = await pipeline.anEndpoint({ url: `${receiver.url}${name}`, eventTypes: [type], ...settings });
  return { id, type, requests: () => receiver.received.filter((r) => r.path === `/${name}`) };
}

function outcomesOf(attempts: Awaited<ReturnType<Pipeline['attempts']>>) {
  return attempts.map((a) => a.errorCode ?? a.outcome);
}

test('a spent schedule fails the delivery, and its workflow with DeliveryExhausted', async () => {
  receiver.answerWith((_request, response) => response.writeHead(503).end('no'));
  const endpoint = await anEndpoint('spent', { retryDelaysMs: [200, 200] });
  const delivery = await pipeline.settled(await pipeline.publish({ type: endpoint.type }), endpoint.id);
  expect(delivery).toMatchObject({ status: 'failed', attemptCount: 3, reason: 'http_503', lastStatusCode: 503 });
  expect(endpoint.requests()).toHaveLength(3);
  const ended = await pipeline.client.workflow
    .getHandle(delivery.id)
    .result()
    .catch((error: unknown) => error);
  expect(ended).toMatchObject({ cause: { type: 'DeliveryExhausted', nonRetryable: true } });

  const history = await historyOf(pipeline, delivery.id);
  expect(summariesOf(history, 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED')).toEqual([
    'attempt 1 of 3',
    'attempt 2 of 3',
    'attempt 3 of 3',
  ]);
  expect(summariesOf(history, 'EVENT_TYPE_TIMER_STARTED')).toEqual(['next attempt', 'next attempt']);
  const failures = history.events.filter((e) => e.eventType === 'EVENT_TYPE_ACTIVITY_TASK_FAILED');
  expect(failures).toHaveLength(3);
  expect(failures[0]).toMatchObject({
    activityTaskFailedEventAttributes: {
      failure: { applicationFailureInfo: { type: 'http_503', category: 'APPLICATION_ERROR_CATEGORY_BENIGN' } },
    },
  });
});

test('a refused connection, a timeout and a 5xx are each retried until one gets through', async () => {
  receiver.answerWith((_request, response, count) => {
    const turn = (count - receivedBefore) as 1 | 2 | 3 | 4;
    if (turn === 1) response.socket?.destroy();
    else if (turn === 2) return;
    else response.writeHead(turn === 3 ? 500 : 200).end();
  });
  const endpoint = await anEndpoint('shaky', { retryDelaysMs: [50, 50, 50], timeoutMs: 1_000 });
  const receivedBefore = receiver.received.length;
  const delivery = await pipeline.settled(await pipeline.publish({ type: endpoint.type }), endpoint.id);
  expect(delivery).toMatchObject({ status: 'delivered', attemptCount: 4 });
  expect(outcomesOf(await pipeline.attempts(delivery.id))).toEqual([
    'connection_reset',
    'timeout',
    'http_500',
    'delivered',
  ]);
});

test('Retry-After moves the next attempt later, and never earlier', async () => {
  const askedSeconds = { later: '2', earlier: '0' };
  receiver.answerWith((request, response) => {
    const asked = askedSeconds[request.path.slice(1) as keyof typeof askedSeconds];
    const isFirst = receiver.received.filter((r) => r.path === request.path).length === 1;
    response.writeHead(isFirst ? 429 : 200, { 'retry-after': asked }).end();
  });
  const later = await anEndpoint('later', { retryDelaysMs: [100] });
  const earlier = await anEndpoint('earlier', { retryDelaysMs: [1_500] });
  const events = [
    await pipeline.publish({ type: later.type }),
    await pipeline.publish({ type: earlier.type }),
  ] as const;
  for (const [eventId, endpoint, leastMs] of [
    [events[0], later, 2_000],
    [events[1], earlier, 1_500],
  ] as const) {
    const { id } = await pipeline.settled(eventId, endpoint.id);
    const [first, second] = await pipeline.attempts(id);
    const betweenMs = Date.parse(second?.startedAt ?? '') - Date.parse(first?.finishedAt ?? '');
    expect(second?.outcome).toBe('delivered');
    // The store's clock and this one's are read apart: a few milliseconds either way say nothing.
    expect(betweenMs).toBeGreaterThan(leastMs - 50);
  }
});

test('fltr ends a delivery at its first 4xx and retries a 5xx', async () => {
  receiver.answerWith((request, response) => response.writeHead(request.path === '/fltr-422' ? 422 : 502).end());
  const data = '{"dataset_id":"ds_1"}';
  const settings = { dialect: 'fltr', secret: { scheme: 'hmac' as const, value: 'whsec_of-a-test' } };
  const refusing = await anEndpoint('fltr-422', { ...settings, retryDelaysMs: [50] });
  const broken = await anEndpoint('fltr-502', { ...settings, retryDelaysMs: [50] });
  const first = await pipeline.publish({ dialect: 'fltr', type: refusing.type, data });
  const second = await pipeline.publish({ dialect: 'fltr', type: broken.type, data });
  const refused = await pipeline.settled(first, refusing.id);
  expect(refused).toMatchObject({ status: 'failed', attemptCount: 1, reason: 'http_422' });
  expect(await pipeline.settled(second, broken.id)).toMatchObject({ status: 'failed', attemptCount: 2 });
  const ended = await pipeline.client.workflow
    .getHandle(refused.id)
    .result()
    .catch((error: unknown) => error);
  expect(ended).toMatchObject({ cause: { type: 'DeliveryRefused' } });
});

test('410 disables a standard endpoint, and what waits for it is cancelled', async () => {
  receiver.answerWith((_request, response) => response.writeHead(503).end());
  const endpoint = await anEndpoint('gone', { retryDelaysMs: [600_000] });
  const waiting = await pipeline.publish({ type: endpoint.type });
  await eventually(
    'a first failure',
    async () => (await pipeline.delivery(waiting, endpoint.id)).lastStatusCode === 503,
  );
  receiver.answerWith((_request, response) => response.writeHead(410).end());
  const told = await pipeline.publish({ type: endpoint.type });
  expect(await pipeline.settled(told, endpoint.id)).toMatchObject({ status: 'failed', reason: 'http_410' });
  const cancelled = await pipeline.settled(waiting, endpoint.id);
  expect(cancelled).toMatchObject({ status: 'cancelled', reason: 'endpoint_disabled', attemptCount: 1 });
  expect(await pipeline.store.endpoints.get(pipeline.organizationId, endpoint.id)).toMatchObject({
    disabledReason: 'gone',
  });
  // Its workflow is told, and ends instead of sleeping ten minutes.
  expect(await pipeline.client.workflow.getHandle(cancelled.id).result()).toEqual({ outcomes: { cancelled: 1 } });
  expect(endpoint.requests()).toHaveLength(2);
});
