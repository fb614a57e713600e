import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Receiver } from './receiver.ts';

let pipeline: Pipeline;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await aReceiver((_request, response) => response.writeHead(503).end());
  pipeline = await aPipeline();
});
afterAll(async () => {
  await pipeline.close();
  await receiver.close();
});

test('a namespace that vanishes from a Temporal of others is made again, and what its workflows held is delivered', async () => {
  const endpointId = await pipeline.anEndpoint({
    url: receiver.url,
    retryDelaysMs: [5_000, 5_000, 5_000, 5_000, 5_000],
  });
  const eventId = await pipeline.publish();
  await eventually('a first attempt', () => receiver.received.length > 0);
  const { connection, namespace, namespaceId } = pipeline.namespace;
  await connection.operatorService.deleteNamespace({ namespace });
  const described = await eventually(
    'a namespace of the same name',
    async () => {
      const found = await connection.workflowService.describeNamespace({ namespace }).catch(() => null);
      return found?.namespaceInfo?.id !== namespaceId && found;
    },
    60_000,
  );
  receiver.answerWith((_request, response) => response.end('ok'));
  const delivery = await pipeline.settled(eventId, endpointId, 90_000);
  expect(described.namespaceInfo?.name).toBe(namespace);
  expect(delivery.status).toBe('delivered');
}, 180_000);
