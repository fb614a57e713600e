import { afterAll, beforeAll, expect, test } from 'vitest';
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

test('an event reaches its endpoint once, and the delivery says so', async () => {
  const endpointId = await pipeline.anEndpoint({ url: receiver.url });
  const eventId = await pipeline.publish();
  const delivery = await pipeline.settled(eventId, endpointId);
  expect(receiver.countById().get(eventId)).toBe(1);
  expect(delivery).toMatchObject({ status: 'delivered', attemptCount: 1, lastStatusCode: 200 });
});
