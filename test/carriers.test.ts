import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStartWorkflow } from '../worker/start-workflow.ts';
import type { DeliverState } from '../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { anOperator } from './operator.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Receiver } from './receiver.ts';

let pipeline: Pipeline;
let receiver: Receiver;
let carriers = 0;
/** Closed while a test claims by hand. */
let dispatching = true;

beforeAll(async () => {
  pipeline = await aPipeline((store) => ({
    store: { ...store, claim: async (request, assign) => (dispatching ? store.claim(request, assign) : []) },
  }));
  receiver = await aReceiver();
});
afterAll(async () => {
  await pipeline.close();
  await receiver.close();
});

/** Publishes to an endpoint of its own and puts all of it into one carrier, due in `dueInMs`. */
async function aCarrier(dueInMs: number, data: string[]) {
  dispatching = false;
  const workflowId = `car_test_${carriers++}`;
  const endpointId = await pipeline.anEndpoint({ url: receiver.url, eventTypes: [workflowId], retryDelaysMs: [100] });
  const events = await Promise.all(data.map((text) => pipeline.publish({ type: workflowId, data: text })));
  const request = { limit: 100, room: new Map(), only: [endpointId] };
  const [carrier] = await pipeline.store.claim(request, (deliveries) => [{ workflowId, deliveries }]);
  if (carrier?.deliveries.length !== data.length) throw new Error('the carrier was not filled');
  await createStartWorkflow(pipeline.client, { searchable: true })({ ...carrier, carrier: true, dueInMs });
  await pipeline.store.recovery.markStarted([workflowId]);
  dispatching = true;
  const handle = pipeline.client.workflow.getHandle(workflowId);
  return {
    workflowId,
    endpointId,
    ids: carrier.deliveries.map((d) => d.id),
    handle,
    phase: async () => (await handle.query<DeliverState>('state')).phase,
    requests: () => events.reduce((sum, id) => sum + (receiver.countById().get(id) ?? 0), 0),
    settled: () => Promise.all(events.map((eventId) => pipeline.settled(eventId, endpointId))),
  };
}

test('a carrier lets its failures go, each into a workflow of its own, and counts outcomes', async () => {
  receiver.answerWith((request, response) => response.writeHead(request.body.includes('"fails"') ? 503 : 200).end());
  const carrier = await aCarrier(0, ['1', '2', '3', '"fails"', '"fails"']);
  expect(await carrier.handle.result()).toEqual({ outcomes: { delivered: 3, http_503: 2 } });
  const all = await carrier.settled();
  for (const delivered of all.slice(0, 3)) {
    expect(delivered).toMatchObject({ status: 'delivered', attemptCount: 1, workflowId: carrier.workflowId });
  }
  for (const failed of all.slice(3)) {
    expect(failed).toMatchObject({ status: 'failed', attemptCount: 2, workflowId: failed.id });
  }
  const { searchAttributes } = await carrier.handle.describe();
  expect(searchAttributes).toMatchObject({ WaybillEndpoint: [carrier.endpointId], WaybillOutcome: ['mixed'] });
});

test('a member that is cancelled or retried by hand leaves the carrier; the others keep their time', async () => {
  const { ids, phase, requests, handle, settled } = await aCarrier(3_600_000, ['1', '2', '3']);
  const operator = anOperator(pipeline);
  await operator.cancel(ids[0] as string);
  expect(await phase()).toBe('waiting');
  await operator.retryNow(ids[1] as string);
  await eventually('the one retried by hand', () => requests() === 1);
  expect(await phase()).toBe('waiting');
  expect(requests()).toBe(1);

  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  const reasons = (await settled()).map((d) => d.reason ?? d.status);
  expect(reasons.sort()).toEqual(['cancelled', 'cancelled_in_temporal', 'delivered']);
});

test('a carrier whose members are all cancelled ends before its time', async () => {
  const { endpointId, requests, handle } = await aCarrier(3_600_000, ['1', '2', '3']);
  await pipeline.store.endpoints.disable(pipeline.organizationId, endpointId, 'by_hand');
  await pipeline.withdraw(endpointId, 'endpoint_disabled');
  expect(await handle.result()).toEqual({ outcomes: { cancelled: 3 } });
  expect(requests()).toBe(0);
});
