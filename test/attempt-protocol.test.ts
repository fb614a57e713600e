import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { rowsOf } from '../store/database.ts';
import { eventually } from './eventually.ts';
import { historyOf, textOf } from './history.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { type Answer, aReceiver, type Receiver } from './receiver.ts';
import { resetToStart } from './reset.ts';
import { aWorkerProcess, startWaiting, type WorkerProcess } from './worker-process.ts';

describe.concurrent('a worker lost between the send and the finish', { timeout: 120_000 }, () => {
  /** One delivery, its first request received and not answered, the worker in another process. */
  // Of the test's own context: with tests side by side the global one would close another's.
  async function underWay({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<{
    pipeline: Pipeline;
    receiver: Receiver;
    worker: WorkerProcess;
    eventId: string;
    endpointId: string;
    answerFirst: (status: number) => void;
  }> {
    const pipeline = await aPipeline(undefined, { idle: true });
    const first = Promise.withResolvers<Parameters<Answer>[1]>();
    const receiver = await aReceiver((_request, response, count) => {
      if (count === 1) first.resolve(response);
      else response.end();
    });
    const worker = aWorkerProcess(pipeline);
    onTestFinished(async () => {
      await worker.kill();
      await pipeline.close();
      await receiver.close();
    });
    const endpointId = await pipeline.anEndpoint({ url: receiver.url, timeoutMs: 30_000 });
    const eventId = await pipeline.publish();
    await startWaiting(pipeline);
    await eventually('the first request', () => receiver.received.length === 1);
    const answerFirst = (status: number) => void first.promise.then((response) => response.writeHead(status).end());
    return { pipeline, receiver, worker, eventId, endpointId, answerFirst };
  }

  test('killed: one more request, one attempt recorded as lost, delivered, no retry used up', async (context) => {
    const { pipeline, receiver, worker, eventId, endpointId } = await underWay(context);
    await worker.kill();
    await pipeline.anotherRuntime();
    const delivery = await pipeline.settled(eventId, endpointId, 50_000);
    expect(delivery).toMatchObject({ status: 'delivered', attemptCount: 2 });
    expect(receiver.countById().get(eventId)).toBe(2);
    const attempts = await pipeline.attempts(delivery.id);
    expect(attempts.map((a) => [a.number, a.outcome])).toEqual([
      [1, 'worker_lost'],
      [2, 'delivered'],
    ]);
    const [row] = await rowsOf(pipeline.store.db, sql`select tries from deliveries where id = ${delivery.id}`);
    expect(row).toEqual({ tries: 1 });
  });

  test('frozen: its failure, told after another worker succeeded, is recorded and changes nothing', async (context) => {
    const { pipeline, receiver, worker, eventId, endpointId, answerFirst } = await underWay(context);
    worker.freeze();
    await pipeline.anotherRuntime();
    const { id } = await pipeline.settled(eventId, endpointId, 50_000);
    answerFirst(500);
    worker.thaw();
    await eventually('the late result', async () => (await pipeline.attempts(id))[0]?.outcome === 'failed');
    expect(await pipeline.attempts(id)).toMatchObject([
      { outcome: 'failed', errorCode: 'http_500', nextAttemptAt: null },
      { outcome: 'delivered' },
    ]);
    expect(await pipeline.delivery(eventId, endpointId)).toMatchObject({ status: 'delivered', attemptCount: 2 });
    expect(receiver.received).toHaveLength(2);
  });
});

describe('with one worker', () => {
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

  /** A delivery whose request has arrived and waits for its answer. */
  async function held(): Promise<{
    id: string;
    eventId: string;
    endpointId: string;
    answer: (status: number) => void;
  }> {
    const arrived = Promise.withResolvers<Parameters<Answer>[1]>();
    receiver.answerWith((_request, response) => arrived.resolve(response));
    const endpointId = await pipeline.anEndpoint({
      url: receiver.url,
      eventTypes: [`test.${receiver.received.length}`],
    });
    const eventId = await pipeline.publish({ type: `test.${receiver.received.length}` });
    const response = await arrived.promise;
    const { id } = await pipeline.delivery(eventId, endpointId);
    receiver.answerWith((_request, again) => again.end());
    return { id, eventId, endpointId, answer: (status) => void response.writeHead(status).end() };
  }

  test('two runs of one delivery at once make one attempt', async () => {
    const { id, eventId, endpointId, answer } = await held();
    const first = await pipeline.client.workflow.getHandle(id).describe();
    // A reset ends the first run while its activity goes on: the second finds the attempt open.
    const runId = await resetToStart(pipeline, id, first.runId);
    const second = pipeline.client.workflow.getHandle(id, runId);
    await eventually(
      'the second run waits',
      async () => (await second.query<{ phase: string }>('state')).phase === 'waiting',
    );
    answer(200);
    expect(await pipeline.settled(eventId, endpointId)).toMatchObject({ status: 'delivered', attemptCount: 1 });
    await pipeline.runtime.signalLookAgain(id, [id]);
    expect(await second.result()).toEqual({ outcomes: { delivered: 1 } });
    expect(receiver.countById().get(eventId)).toBe(1);
    expect(await pipeline.attempts(id)).toMatchObject([{ number: 1, outcome: 'delivered' }]);
  });

  test('a workflow that the delivery does not belong to sends nothing', async () => {
    const { id, eventId, endpointId, answer } = await held();
    const deliveries = [{ id, generation: 1, attemptCount: 0 }];
    const result = await pipeline.client.workflow.execute('deliver', {
      workflowId: 'another',
      taskQueue: 'waybill',
      args: [
        { deliveries, dueInMs: 0, carrier: false, title: '', triesBefore: 0, triesInSchedule: 1, searchable: true },
      ],
    });
    expect(result).toEqual({ outcomes: { superseded: 1 } });
    answer(204);
    expect(await pipeline.settled(eventId, endpointId)).toMatchObject({ status: 'delivered', lastStatusCode: 204 });
    expect(receiver.countById().get(eventId)).toBe(1);
  });

  test('a store that refuses writes during the finish makes nobody send again', async () => {
    const { db } = pipeline.store;
    // A sequence keeps counting through the rollbacks, so that the refusals can be seen.
    await db.execute(sql`create sequence refusals`);
    await db.execute(sql`create function refuse() returns trigger language plpgsql as
      $$ begin perform nextval('refusals'); raise exception 'no space left on device'; end $$`);
    const { eventId, endpointId, answer } = await held();
    await db.execute(sql`create trigger refusing before insert on attempts execute function refuse()`);
    answer(200);
    await eventually('three refused writes', async () => {
      const [row] = await rowsOf<{ n: number }>(db, sql`select last_value::int as n from refusals`);
      return (row?.n ?? 0) >= 3;
    });
    expect(await pipeline.delivery(eventId, endpointId)).toMatchObject({ status: 'pending' });
    await db.execute(sql`drop trigger refusing on attempts`);
    expect(await pipeline.settled(eventId, endpointId)).toMatchObject({ status: 'delivered', attemptCount: 1 });
    expect(receiver.countById().get(eventId)).toBe(1);
  });

  test('a store that fails at the begin is asked again, and its error does not reach the history', async () => {
    const { db } = pipeline.store;
    await db.execute(
      sql`create trigger refusing before update of open_attempt_id on deliveries execute function refuse()`,
    );
    const refusals = async () =>
      (await rowsOf<{ n: number }>(db, sql`select last_value::int as n from refusals`))[0]?.n ?? 0;
    const before = await refusals();
    const type = 'begin.fails';
    const endpointId = await pipeline.anEndpoint({ url: receiver.url, eventTypes: [type] });
    const eventId = await pipeline.publish({ type });
    await eventually('a refused begin', async () => (await refusals()) > before);
    await db.execute(sql`drop trigger refusing on deliveries`);
    const { id, attemptCount } = await pipeline.settled(eventId, endpointId);
    expect(attemptCount).toBe(1);
    await pipeline.client.workflow.getHandle(id).result();
    const text = textOf(await historyOf(pipeline, id));
    expect(text).toContain('StoreFault');
    expect(text).not.toMatch(/Failed query|update deliveries|no space left/);
  });
});
