import type { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { Db } from './database.ts';
import { createFinish } from './finish.ts';
import type { Operational } from './operational.ts';

describe.each(KINDS)('finishing on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  async function aBegun() {
    const { id, endpointId } = await t.aClaimed();
    return { id, endpointId, begun: await t.begun(id) };
  }
  /** Operational events where nobody listens. */
  const unheard: Operational = {
    audienceOf: async () => [],
    transaction: () => Promise.reject(new Error('there is nothing to be told')),
  };
  /** A delivery whose first attempt was closed as lost. */
  async function aLost() {
    const { id, endpointId, begun } = await aBegun();
    const next = await t.begun(id, { attemptCount: 0, activityAttempt: 2 });
    return { id, endpointId, lost: begun, next };
  }
  const closed = { openAttemptId: null, openRunId: null, openActivityAttempt: null, openedAt: null, leaseUntil: null };

  it('writes a success: the log row, the end, nothing open', async () => {
    const { id, endpointId, begun } = await aBegun();
    const exchanges = JSON.stringify([{ requestBody: 'a "b" \\u0000' }]);
    const result = await t.store.attempts.finish(anEnd(begun, { exchanges }));
    expect(result).toEqual({
      deliveryId: id,
      status: 'delivered',
      generation: 1,
      attemptCount: 1,
      dueInMs: null,
      disabledEndpoint: false,
    });
    const row = await t.delivery(id);
    expect(row).toMatchObject({ ...closed, status: 'delivered', reason: null, tries: 1, nextAttemptAt: null });
    expect([row.lastStatusCode, row.lastErrorCode, row.completedAt === null]).toEqual([200, null, false]);
    const attempt = { id: begun.attemptId, endpointId, number: 1, outcome: 'delivered', durationMs: 12, exchanges };
    expect(await t.attemptsOf(id)).toMatchObject([attempt]);
  });

  it('keeps a retry with its workflow, due after the wait', async () => {
    const { id, begun } = await aBegun();
    const result = await t.store.attempts.finish(anEnd(begun, aFailure(60_000)));
    expect(result).toMatchObject({ status: 'pending', attemptCount: 1 });
    expect(result.dueInMs).toBeGreaterThan(55_000);
    expect(result.dueInMs).toBeLessThanOrEqual(60_000);
    const row = await t.delivery(id);
    expect(row).toMatchObject({ ...closed, status: 'pending', workflowId: id, tries: 1, lastErrorCode: 'http_503' });
    expect([row.reason, row.completedAt]).toEqual(['http_503', null]);
    expect((await t.attemptsOf(id))[0]?.nextAttemptAt).toBe(row.nextAttemptAt);
  });

  it('lets a carrier’s retry go, and says that something waits', async () => {
    const { id, begun } = await aBegun();
    let told = 0;
    const stop = t.store.onWaiting((deliveries) => {
      told += deliveries;
    });
    await t.store.attempts.finish(anEnd(begun, { ...aFailure(60_000), release: true }));
    stop();
    const row = await t.delivery(id);
    expect(row).toMatchObject({
      ...closed,
      status: 'pending',
      workflowId: null,
      claimedAt: null,
      startedAt: null,
      held: false,
    });
    expect(told).toBe(1);
  });

  it('ends a delivery whose retries are spent', async () => {
    const { id, begun } = await aBegun();
    const end = anEnd(begun, { ...aFailure(null), release: true });
    expect(await t.store.attempts.finish(end)).toMatchObject({ status: 'failed', dueInMs: null });
    const row = await t.delivery(id);
    expect(row).toMatchObject({ ...closed, status: 'failed', reason: 'http_503', nextAttemptAt: null, workflowId: id });
    expect(row.completedAt).not.toBeNull();
  });

  it('writes the ends of many that wait together, each its own', async () => {
    const endpointId = await t.anEndpoint();
    const ids = await t.waiting(endpointId, 30);
    await t.claim([endpointId]);
    const begun = await Promise.all(ids.map((id) => t.begun(id)));
    const ends = begun.map((b, n) => anEnd(b, n % 3 === 0 ? {} : aFailure(n % 3 === 1 ? 1_000 : null)));
    const results = await Promise.all(ends.map((end) => t.store.attempts.finish(end)));
    const expected = ids.map((_, n) => ['delivered', 'pending', 'failed'][n % 3]);
    expect(results.map((r) => r.status)).toEqual(expected);
    expect((await t.deliveriesOf(endpointId)).map((row) => row.status)).toEqual(expected);
  });

  it('keeps a message that no database text can hold', async () => {
    const { id, begun } = await aBegun();
    await t.store.attempts.finish(anEnd(begun, { ...aFailure(), errorMessage: 'nul \u0000 half \ud83d end' }));
    expect((await t.attemptsOf(id))[0]?.errorMessage).toBe('nul \ufffd half \ufffd end');
  });

  describe('fences', () => {
    it('a late failure after a success: recorded, and still delivered', async () => {
      const { id, lost, next } = await aLost();
      await t.store.attempts.finish(anEnd(next));
      const ended = await t.delivery(id);
      expect(await t.store.attempts.finish(anEnd(lost, aFailure()))).toMatchObject({
        status: 'delivered',
        dueInMs: null,
      });
      expect(await t.delivery(id)).toEqual(ended);
      expect((await t.attemptsOf(id)).map((a) => [a.number, a.outcome])).toEqual([
        [1, 'failed'],
        [2, 'delivered'],
      ]);
    });

    it('a late failure while the next attempt is open: recorded, nothing moved', async () => {
      const { id, lost, next } = await aLost();
      const result = await t.store.attempts.finish(anEnd(lost, { ...aFailure(null), release: true }));
      expect(result).toMatchObject({ status: 'pending', attemptCount: 2 });
      const row = await t.delivery(id);
      expect(row).toMatchObject({ status: 'pending', openAttemptId: next.attemptId, tries: 0, workflowId: id });
    });

    it('a late failure of an attempt that was closed, with none open since', async () => {
      const { id, begun } = await aBegun();
      await t.store.recovery.afterCrash();
      expect(await t.store.attempts.finish(anEnd(begun, aFailure(null)))).toMatchObject({ status: 'pending' });
      expect(await t.delivery(id)).toMatchObject({ status: 'pending', tries: 0, workflowId: null });
      expect(await t.attemptsOf(id)).toMatchObject([{ outcome: 'failed', errorCode: 'http_503' }]);
    });

    it('nothing off a late success: it counts, and overwrites the row of the lost worker', async () => {
      const { id, lost, next } = await aLost();
      expect(await t.attemptsOf(id)).toMatchObject([{ outcome: 'worker_lost' }]);
      expect(await t.store.attempts.finish(anEnd(lost))).toMatchObject({ status: 'delivered' });
      const [row] = await t.attemptsOf(id);
      expect(row).toMatchObject({
        id: lost.attemptId,
        number: 1,
        outcome: 'delivered',
        errorCode: null,
        statusCode: 200,
      });
      await t.store.attempts.finish(anEnd(next, aFailure()));
      expect(await t.delivery(id)).toMatchObject({ ...closed, status: 'delivered', reason: null, nextAttemptAt: null });
    });

    it('both ends of one delivery that come together', async () => {
      const { id, lost, next } = await aLost();
      const ends = [anEnd(lost, aFailure()), anEnd(next), anEnd(next)];
      await Promise.all(ends.map((end) => t.store.attempts.finish(end)));
      expect(await t.delivery(id)).toMatchObject({ ...closed, status: 'delivered', tries: 1 });
      expect((await t.attemptsOf(id)).map((a) => a.outcome)).toEqual(['failed', 'delivered']);
    });

    it('a failure after a cancel: recorded, and still cancelled', async () => {
      const { id, begun } = await aBegun();
      await t.store.control.cancel(t.organizationId, id);
      expect(await t.store.attempts.finish(anEnd(begun, aFailure()))).toMatchObject({
        status: 'cancelled',
        dueInMs: null,
      });
      const row = await t.delivery(id);
      expect(row).toMatchObject({ ...closed, status: 'cancelled', reason: 'cancelled', nextAttemptAt: null });
      expect(await t.attemptsOf(id)).toMatchObject([{ outcome: 'failed', nextAttemptAt: null }]);
    });

    it('no success after a cancel: it counts', async () => {
      const { id, begun } = await aBegun();
      await t.store.control.cancel(t.organizationId, id);
      expect(await t.store.attempts.finish(anEnd(begun))).toMatchObject({ status: 'delivered' });
      expect(await t.delivery(id)).toMatchObject({ ...closed, status: 'delivered', reason: null });
    });

    it('an older generation’s failure, but not its success', async () => {
      for (const [end, status] of [
        [aFailure(), 'pending'],
        [{}, 'delivered'],
      ] as const) {
        const { id, begun } = await aBegun();
        await t.store.control.cancel(t.organizationId, id);
        await t.store.control.resend(t.organizationId, id);
        const result = await t.store.attempts.finish(anEnd(begun, end));
        expect(result).toMatchObject({ status, generation: 2, attemptCount: 1 });
        expect(await t.delivery(id)).toMatchObject({ ...closed, status, generation: 2, tries: 0 });
        expect(await t.attemptsOf(id)).toMatchObject([{ generation: 1 }]);
      }
    });

    it('its own repetition: tries are counted once', async () => {
      const { id, begun } = await aBegun();
      const end = anEnd(begun, aFailure());
      const first = await t.store.attempts.finish(end);
      expect(await t.store.attempts.finish(end)).toMatchObject({ status: 'pending', attemptCount: first.attemptCount });
      expect(await t.delivery(id)).toMatchObject({ tries: 1, workflowId: id });
      expect(await t.attemptsOf(id)).toHaveLength(1);
    });
  });

  it('disables the endpoint on 410 with the finish, and raises its version', async () => {
    const { id, endpointId, begun } = await aBegun();
    const before = await t.store.endpoints.get(t.organizationId, endpointId);
    await t.store.attempts.finish(anEnd(begun, { ...aFailure(null), errorCode: 'http_410', disableEndpoint: true }));
    const after = await t.store.endpoints.get(t.organizationId, endpointId);
    expect(after).toMatchObject({ disabledReason: 'gone', version: (before?.version ?? 0) + 1 });
    expect(await t.delivery(id)).toMatchObject({ status: 'failed', reason: 'http_410' });
    await t.publish({ to: [endpointId] });
    expect((await t.deliveriesOf(endpointId)).at(-1)).toMatchObject({ status: 'cancelled' });
  });

  describe('when the store refuses', () => {
    /** The database, of which the first `times` statements fail; `after` lets each be written first. */
    function faulty(times: number, after: boolean): Db {
      let left = times;
      return new Proxy(t.store.db, {
        get(db, name) {
          if (name !== 'execute') return Reflect.get(db, name);
          return async (statement: ReturnType<typeof sql>) => {
            const fails = left-- > 0;
            if (fails && !after) throw Object.assign(new Error('connection lost'), { code: '57P01' });
            const result = await db.execute(statement);
            if (fails) throw Object.assign(new Error('connection lost'), { code: '08006' });
            return result;
          };
        },
      });
    }

    it.each([
      ['three times', false],
      ['after it has written, three times', true],
    ])('%s, writes it in place once', async (_name, after) => {
      const { id, begun } = await aBegun();
      const stop = new AbortController();
      const finish = createFinish(faulty(3, after), unheard, {
        maxRuns: 1,
        healthBucketMs: 3_600_000,
        onReleased: () => undefined,
        onEnded: () => undefined,
        stop: stop.signal,
        onFault: () => undefined,
      });
      expect(await finish(anEnd(begun, aFailure()))).toMatchObject({ status: 'pending', attemptCount: 1 });
      expect(await t.delivery(id)).toMatchObject({ ...closed, tries: 1, attemptCount: 1 });
      expect(await t.attemptsOf(id)).toHaveLength(1);
    });

    it('and the process ends, gives up with the fault', async () => {
      const { begun } = await aBegun();
      const stop = new AbortController();
      const finish = createFinish(faulty(99, false), unheard, {
        maxRuns: 1,
        healthBucketMs: 3_600_000,
        onReleased: () => undefined,
        onEnded: () => undefined,
        stop: stop.signal,
        onFault: () => undefined,
      });
      const waiting = finish(anEnd(begun));
      stop.abort();
      await expect(waiting).rejects.toThrow('connection lost');
    });
  });

  it.runIf(kind === 'postgres')('agrees with another process that finishes the same delivery', async () => {
    const other = await t.another();
    for (let round = 0; round < 10; round++) {
      const { id, lost, next } = await aLost();
      await Promise.all([t.store.attempts.finish(anEnd(lost, aFailure(null))), other.attempts.finish(anEnd(next))]);
      expect(await t.delivery(id)).toMatchObject({ ...closed, status: 'delivered', tries: 1 });
      expect(await t.attemptsOf(id)).toHaveLength(2);
    }
  });
});
