import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';

let pipeline: Pipeline;

beforeAll(async () => {
  // A pass of the reconciler a second.
  pipeline = await aPipeline(undefined, { timeScale: 0.03 });
});
afterAll(() => pipeline.close());

test('an endpoint that nobody takes back goes by itself when its lease is over', async () => {
  const url = 'http://127.0.0.1:9/webhook-test/left-behind';
  const [left, lasting] = [await pipeline.anEndpoint({ url, leaseMs: 1 }), await pipeline.anEndpoint({ url })];
  const read = (id: string) => pipeline.store.endpoints.get(pipeline.organizationId, id);
  await eventually('the endpoint gone', async () => (await read(left)) === null, 60_000);
  expect(await read(lasting)).toMatchObject({ leaseEndsAt: null });
});
