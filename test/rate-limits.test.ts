import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { aTimedReceiver, type TimedReceiver } from './arrivals.ts';
import { eventually } from './eventually.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';

/** An hour of 6 s; the margin stays, so a place frees 7 s after its request. */
const HOUR_MS = 6_000;
const TIME_SCALE = HOUR_MS / 3_600_000;
const LIMIT = 150;

let pipeline: Pipeline;
let receiver: TimedReceiver;

beforeAll(async () => {
  pipeline = await aPipeline(() => ({}), { timeScale: TIME_SCALE });
});
afterAll(() => pipeline.close());
afterEach(() => receiver.close());

const pendingOf = (endpointId: string) => listOf(endpointId, 'pending');
const listOf = (endpointId: string, status: 'pending' | 'delivered') =>
  pipeline.store.deliveries.list(
    pipeline.organizationId,
    { endpointId, eventId: null, status, eventType: null, since: null, until: null },
    { limit: 1_000, after: null },
  );
const publishMany = (endpointId: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => pipeline.publish({ to: [endpointId] })));
const allReceived = (ids: string[], withinMs: number) =>
  eventually('every event', () => ids.every((id) => receiver.countById().has(id)), withinMs);

test('with a limit an hour, no hour at the receiver holds more, and the rest waits in line, told its reason and time', async () => {
  receiver = await aTimedReceiver();
  const endpointId = await pipeline.anEndpoint({ url: receiver.url, maxPerHour: LIMIT });
  const ids = await publishMany(endpointId, 400);
  const waiting = await eventually('some that wait', async () => {
    const held = (await pendingOf(endpointId)).filter((row) => row.reason === 'hourly_limit');
    return held.length > 0 && held;
  });
  for (const row of waiting) expect(Date.parse(row.nextAttemptAt as string)).toBeGreaterThan(Date.parse(row.createdAt));
  await allReceived(ids, 90_000);
  expect(receiver.received).toHaveLength(400);
  expect(receiver.mostWithin(HOUR_MS)).toBeLessThanOrEqual(LIMIT);

  const delivered = (await listOf(endpointId, 'delivered')).toReversed();
  const attempts = await Promise.all(delivered.map(async ({ id }) => (await pipeline.attempts(id))[0]));
  const finished = attempts.map((attempt) => Date.parse(attempt?.finishedAt as string)).toSorted((x, y) => x - y);
  // Before the one accepted as the 151st begins, one place is free again, before the 152nd two, and so on: nobody overtakes.
  for (const [n, attempt] of attempts.slice(LIMIT).entries())
    expect(Date.parse(attempt?.startedAt as string)).toBeGreaterThan((finished[n] as number) + HOUR_MS);
}, 150_000);

test('with a rate, no second at the receiver holds more', async () => {
  receiver = await aTimedReceiver();
  const endpointId = await pipeline.anEndpoint({ url: receiver.url, ratePerSecond: 10 });
  const ids = await publishMany(endpointId, 60);
  await allReceived(ids, 60_000);
  expect(receiver.mostWithin(1_000)).toBeLessThanOrEqual(10);
  expect(receiver.received).toHaveLength(60);
}, 90_000);

test('with retries, every request counts', async () => {
  const tried = new Set<unknown>();
  receiver = await aTimedReceiver(({ headers }, response) => {
    response.writeHead(tried.has(headers['webhook-id']) ? 200 : 503).end();
    tried.add(headers['webhook-id']);
  });
  const endpointId = await pipeline.anEndpoint({ url: receiver.url, maxPerHour: 20, retryDelaysMs: [300, 300] });
  await publishMany(endpointId, 30);
  await eventually('the end', async () => (await listOf(endpointId, 'delivered')).length === 30, 90_000);
  expect(receiver.received).toHaveLength(60);
  expect(receiver.mostWithin(HOUR_MS)).toBeLessThanOrEqual(20);
}, 120_000);

test('a raised limit lets those go who wait, at once', async () => {
  receiver = await aTimedReceiver();
  const endpointId = await pipeline.anEndpoint({ url: receiver.url, maxPerHour: 1 });
  const ids = await publishMany(endpointId, 40);
  await eventually('the first', () => receiver.received.length === 1);
  await pipeline.store.endpoints.update(pipeline.organizationId, endpointId, { maxPerHour: 100 });
  await allReceived(ids, 20_000);
}, 60_000);

test('an endpoint that fails more than its share is disabled, and what waits for it is cancelled', async () => {
  receiver = await aTimedReceiver((_request, response) => response.writeHead(500).end());
  const endpointId = await pipeline.anEndpoint({
    url: receiver.url,
    disableFailureShare: 0.8,
    maxPerHour: 25,
    retryDelaysMs: [],
  });
  await publishMany(endpointId, 60);
  const endpoint = await eventually('disabled', async () => {
    const found = await pipeline.store.endpoints.get(pipeline.organizationId, endpointId);
    return found?.disabledAt ? found : null;
  });
  expect(endpoint.disabledReason).toMatch(/^failing: (2\d) of \1 attempts failed within 24 hours, more than 80 %$/);
  await eventually('nothing waits', async () => (await pendingOf(endpointId)).length === 0);
  expect(receiver.received.length).toBeLessThanOrEqual(25);
}, 60_000);
