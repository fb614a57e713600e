import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Receiver } from './receiver.ts';

let pipeline: Pipeline;
let receiver: Receiver;
/** Another host: connections are limited per host, and this is about what is taken up, not about sockets. */
let deadReceiver: Receiver;

beforeAll(async () => {
  pipeline = await aPipeline();
  receiver = await aReceiver();
  deadReceiver = await aReceiver();
});
afterAll(async () => {
  await pipeline.close();
  await receiver.close();
  await deadReceiver.close();
});

function publishMany(type: string, count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => pipeline.publish({ type })));
}

/** One after the other: 600 that ask every 25 ms would fill the database's queue, and what they wait for stands behind them. */
async function workflowsOf(eventIds: string[], endpointId: string): Promise<string[]> {
  const found: string[] = [];
  for (const eventId of eventIds) {
    const { status, workflowId } = await pipeline.settled(eventId, endpointId);
    found.push(`${status} ${workflowId}`);
  }
  return found;
}

test('a healthy endpoint does not wait for a dead one with 2,000 deliveries', async () => {
  // Dead: it refuses some, then takes what comes and answers nothing for as long as this test lasts.
  const unanswered: ServerResponse[] = [];
  deadReceiver.answerWith((_request, response, count) => {
    if (count <= 10) response.writeHead(503).end();
    else unanswered.push(response);
  });
  const settings = { retryDelaysMs: [3_600_000], timeoutMs: 30_000 };
  const dead = await pipeline.anEndpoint({ url: deadReceiver.url, eventTypes: ['dead'], ...settings });
  const healthy = await pipeline.anEndpoint({ url: receiver.url, eventTypes: ['healthy'] });
  await publishMany('dead', 2_000);
  await eventually('the dead one hangs', () => unanswered.length > 0, 60_000);

  // One after the other, as they come in real life: each has to get past all that waits.
  for (let i = 0; i < 20; i++) {
    const eventId = await pipeline.publish({ type: 'healthy' });
    expect(await pipeline.settled(eventId, healthy)).toMatchObject({ status: 'delivered', attemptCount: 1 });
  }
  expect(receiver.received).toHaveLength(20);
  expect(deadReceiver.received.length).toBeLessThan(2_000);

  await pipeline.store.endpoints.disable(pipeline.organizationId, dead, 'by_hand');
  await pipeline.withdraw(dead, 'endpoint_disabled');
  deadReceiver.answerWith((_request, response) => response.destroy());
  for (const response of unanswered) response.destroy();
});

test('many events at once share workflows', async () => {
  receiver.answerWith((_request, response) => response.end());
  const endpointId = await pipeline.anEndpoint({ url: `${receiver.url}many`, eventTypes: ['many'] });
  const events = await publishMany('many', 600);
  const delivered = await workflowsOf(events, endpointId);
  expect(delivered.every((text) => text.startsWith('delivered '))).toBe(true);
  expect(new Set(delivered).size).toBeLessThan(300);
  const counts = receiver.countById();
  for (const eventId of events) expect(counts.get(eventId)).toBe(1);
});

test('with one delivery per workflow, each has its own under its own id', async () => {
  const single = await aPipeline(() => ({ maxPerWorkflow: 1 }));
  try {
    const endpointId = await single.anEndpoint({ url: `${receiver.url}single` });
    const events = await Promise.all(Array.from({ length: 60 }, () => single.publish()));
    for (const eventId of events) {
      const delivery = await single.settled(eventId, endpointId);
      expect(delivery).toMatchObject({ status: 'delivered', workflowId: delivery.id });
    }
    await eventually('60 workflows are listed', async () => {
      const { count } = await single.client.workflow.count(`WorkflowType = 'deliver'`);
      return count === 60;
    });
  } finally {
    await single.close();
  }
});
