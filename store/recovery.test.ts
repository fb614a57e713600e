import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';

const LIMITS = { claimedMs: 5_000, startedMs: 120_000, backoffMs: 60_000 };

describe.each(KINDS)('recovery on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  beforeEach(() => t.rows(sql`delete from deliveries`));
  afterAll(() => t.close());

  const change = (id: string, set: ReturnType<typeof sql>) =>
    t.rows(sql`update deliveries set ${set} where id = ${id}`);
  const overdue = async () => (await t.store.recovery.overdue(LIMITS)).map((o) => [o.workflowId, o.deliveries.length]);
  const free = { workflowId: null, claimedAt: null, startedAt: null };

  /** One that was never started, one with an open attempt, one that waits for a retry in its workflow, one delivered. */
  async function fourStates() {
    const unstarted = (await t.aClaimed()).id;
    const open = (await t.aClaimed()).id;
    const attempt = await t.begun(open);
    const retrying = (await t.aClaimed()).id;
    await t.store.attempts.finish(anEnd(await t.begun(retrying), aFailure(3_600_000)));
    const delivered = (await t.aClaimed()).id;
    await t.store.attempts.finish(anEnd(await t.begun(delivered)));
    return { unstarted, open, attempt, retrying, delivered };
  }

  it('after a crash closes open attempts and lets go what is due, but not what waits in its workflow', async () => {
    const { unstarted, open, attempt, retrying, delivered } = await fourStates();
    expect(await t.store.recovery.afterCrash()).toBe(2);
    expect(await t.delivery(unstarted)).toMatchObject({ ...free, status: 'pending', attemptCount: 0 });
    expect(await t.delivery(open)).toMatchObject({
      ...free,
      openAttemptId: null,
      leaseUntil: null,
      attemptCount: 1,
      tries: 0,
    });
    expect(await t.attemptsOf(open)).toMatchObject([{ id: attempt.attemptId, outcome: 'worker_lost' }]);
    expect(await t.delivery(retrying)).toMatchObject({ workflowId: retrying, status: 'pending' });
    expect(await t.delivery(delivered)).toMatchObject({ workflowId: delivered, status: 'delivered' });
    expect(await t.store.recovery.afterCrash()).toBe(0);
  });

  it('after a crash claims again under another workflow id, so that the old run finds itself superseded', async () => {
    const { id, endpointId } = await t.aClaimed();
    await t.begun(id);
    await t.store.recovery.afterCrash();
    await t.store.claim({ limit: 1, room: new Map(), only: [endpointId] }, (claimed) => {
      expect(claimed).toMatchObject([{ id, ownWorkflow: true, attemptCount: 1, tries: 0 }]);
      return [{ workflowId: 'car_fresh', deliveries: claimed }];
    });
    expect(await t.begin(id, { workflowId: id, activityAttempt: 2 })).toMatchObject({ why: 'superseded' });
    expect(await t.begun(id, { runId: 'run-2' })).toMatchObject({ number: 2, tries: 0 });
  });

  it('lets go more than one batch', async () => {
    const endpointId = await t.anEndpoint();
    await t.waiting(endpointId, 1);
    await t.rows(sql`insert into deliveries (id, organization_id, event_id, endpoint_id, event_type, next_attempt_at, workflow_id, claimed_at)
      select id || n, organization_id, event_id, endpoint_id, event_type, next_attempt_at, 'car_many', now()
      from deliveries, generate_series(1, 4500) n`);
    expect(await t.store.recovery.afterCrash()).toBe(4_500);
  });

  it('after the loss of Temporal’s database lets go all that a workflow held, with its time and its own id', async () => {
    const { unstarted, open, retrying, delivered } = await fourStates();
    const due = (await t.delivery(retrying)).nextAttemptAt;
    expect(await t.store.recovery.afterTemporalLoss()).toBe(3);
    for (const id of [unstarted, open, retrying]) {
      expect(await t.delivery(id)).toMatchObject({ ...free, ownWorkflow: false, status: 'pending' });
    }
    expect((await t.delivery(retrying)).nextAttemptAt).toBe(due);
    expect(await t.delivery(delivered)).toMatchObject({ status: 'delivered', workflowId: delivered });
  });

  it('lets an attempt that outlives the loss of Temporal’s database end as it does', async () => {
    const [kept, sent] = [await t.aClaimed(), await t.aClaimed()];
    const [failing, succeeding] = [await t.begun(kept.id), await t.begun(sent.id)];
    await t.store.recovery.afterTemporalLoss();
    await t.store.attempts.finish(anEnd(failing, aFailure()));
    await t.store.attempts.finish(anEnd(succeeding));
    expect(await t.delivery(kept.id)).toMatchObject({ ...free, status: 'pending', tries: 1 });
    expect(await t.delivery(sent.id)).toMatchObject({ status: 'delivered' });
  });

  describe('of overdue workflows', () => {
    it('finds what was claimed and not started, and each only once its time is over', async () => {
      const { id } = await t.aClaimed();
      expect(await overdue()).toEqual([]);
      await change(id, sql`claimed_at = now() - interval '6 seconds'`);
      expect(await overdue()).toEqual([[id, 1]]);
    });

    it('finds what was started and is late, unless an attempt is under way', async () => {
      const { id } = await t.aClaimed();
      await t.store.recovery.markStarted([id]);
      await change(id, sql`claimed_at = now() - interval '1 hour', next_attempt_at = now() - interval '119 seconds'`);
      expect(await overdue()).toEqual([]);
      await change(id, sql`next_attempt_at = now() - interval '121 seconds'`);
      await t.begun(id);
      expect(await overdue()).toEqual([]);
      await change(id, sql`lease_until = now() - interval '1 second'`);
      expect(await overdue()).toEqual([[id, 1]]);
    });

    it('names a carrier once, with all that it still holds', async () => {
      const endpointId = await t.anEndpoint();
      const ids = (await t.waiting(endpointId, 4)) as [string, string, string, string];
      await t.claim([endpointId], 'car_late');
      await t.store.attempts.finish(anEnd(await t.begun(ids[0])));
      await change(ids[1], sql`claimed_at = now() - interval '1 hour', started_at = null`);
      expect(await overdue()).toEqual([['car_late', 3]]);
      expect((await t.store.recovery.heldBy('car_late')).map((d) => d.id).sort()).toEqual(ids.slice(1).sort());
    });

    it('waits twice as long after every pass that found it, and starts anew with a claim', async () => {
      const { id, endpointId } = await t.aClaimed();
      await change(id, sql`claimed_at = now() - interval '1 day'`);
      expect(await overdue()).toHaveLength(1);
      expect(await overdue()).toEqual([]);
      for (const [tooSoon, enough] of [
        [119, 121],
        [239, 241],
        [479, 481],
      ]) {
        await change(id, sql`reconciled_at = now() - ${tooSoon}::int * interval '1 second'`);
        expect(await overdue()).toEqual([]);
        await change(id, sql`reconciled_at = now() - ${enough}::int * interval '1 second'`);
        expect(await overdue()).toHaveLength(1);
      }
      await t.store.recovery.afterTemporalLoss();
      await t.claim([endpointId]);
      expect(await t.delivery(id)).toMatchObject({ reconciledAt: null, reconcileCount: 0 });
    });

    it('takes the oldest claims first, and at most 500 a pass', async () => {
      const endpointId = await t.anEndpoint();
      const ids = await t.waiting(endpointId, 510);
      await t.claim([endpointId]);
      await t.rows(sql`update deliveries set claimed_at = now() - interval '1 hour'`);
      const oldest = ids.at(-1) as string;
      await change(oldest, sql`claimed_at = now() - interval '2 hours'`);
      const first = (await t.store.recovery.overdue(LIMITS)).map((o) => o.workflowId);
      expect([first.length, first.includes(oldest)]).toEqual([500, true]);
      expect(await overdue()).toHaveLength(10);
    });
  });

  it('tells which workflows have begun, or have nothing left to begin', async () => {
    const [due, open, later, done] = [await t.aClaimed(), await t.aClaimed(), await t.aClaimed(), await t.aClaimed()];
    await t.begun(open.id);
    await t.store.attempts.finish(anEnd(await t.begun(later.id), aFailure()));
    await t.store.attempts.finish(anEnd(await t.begun(done.id)));
    const ids = [due, open, later, done].map((d) => d.id);
    const begun = await t.store.recovery.begunOf([...ids, 'car_unknown']);
    expect(begun.sort()).toEqual([open.id, later.id, done.id, 'car_unknown'].sort());
    await t.store.recovery.markStarted([due.id]);
    expect(await t.store.recovery.begunOf([due.id])).toEqual([]);
  });

  it('does not move the time of a start that begin has written before', async () => {
    const { id } = await t.aClaimed();
    await change(id, sql`started_at = '2020-01-01T00:00:00Z'`);
    await t.store.recovery.markStarted([id, 'car_unknown']);
    expect((await t.delivery(id)).startedAt).toBe('2020-01-01T00:00:00.000Z');
  });

  it('keeps settings', async () => {
    expect(await t.store.recovery.readSetting('namespace')).toBeNull();
    for (const value of ['one', 'two']) {
      await t.store.recovery.writeSetting('namespace', value);
      expect(await t.store.recovery.readSetting('namespace')).toBe(value);
    }
  });
});
