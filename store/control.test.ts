import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';

type State = 'waiting' | 'claimed' | 'carried' | 'retrying' | 'open' | 'delivered' | 'failed' | 'cancelled';

describe.each(KINDS)('control on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  /** A delivery brought into the state; all but the waiting and the carried have a workflow of their own id. */
  async function aDelivery(state: State): Promise<string> {
    const endpointId = await t.anEndpoint();
    const [id] = (await t.waiting(endpointId)) as [string];
    if (state === 'waiting') return id;
    await t.claim([endpointId], state === 'carried' ? `car_${id}` : id);
    if (state === 'claimed' || state === 'carried') return id;
    if (state === 'cancelled') {
      await t.store.control.cancel(t.organizationId, id);
      return id;
    }
    const begun = await t.begun(id);
    const end = { retrying: aFailure(), failed: aFailure(null), delivered: {}, open: null }[state];
    if (end) await t.store.attempts.finish(anEnd(begun, end));
    return id;
  }

  async function call(verb: 'cancel' | 'retryNow' | 'resend', state: State) {
    const id = await aDelivery(state);
    const before = await t.delivery(id);
    let told = 0;
    const stop = t.store.onWaiting((deliveries) => {
      told += deliveries;
    });
    const result = await t.store.control[verb](t.organizationId, id);
    stop();
    return { id, before, result, after: await t.delivery(id), told };
  }

  const ended = ['delivered', 'failed', 'cancelled'] as const;
  const pending = ['waiting', 'claimed', 'carried', 'retrying', 'open'] as const;

  describe('cancel', () => {
    it.each(pending)('ends a delivery that is %s, and names the workflow to tell', async (state) => {
      const { before, result, after } = await call('cancel', state);
      expect(result).toEqual({ kind: 'done', signal: before.workflowId });
      expect(after).toMatchObject({ status: 'cancelled', reason: 'cancelled', nextAttemptAt: null });
      expect([after.completedAt === null, after.openAttemptId]).toEqual([false, before.openAttemptId]);
    });

    it.each(ended)('refuses one that is %s, and changes nothing', async (state) => {
      const { before, result, after } = await call('cancel', state);
      expect(result).toEqual({ kind: 'wrong_state', status: state });
      expect(after).toEqual(before);
    });
  });

  describe('retry now', () => {
    it.each(['claimed', 'retrying'] as const)('makes one that is %s due in its workflow', async (state) => {
      const { id, result, after, told } = await call('retryNow', state);
      expect(result).toEqual({ kind: 'done', signal: id });
      expect(after).toMatchObject({ status: 'pending', workflowId: id });
      expect(Date.parse(after.nextAttemptAt as string)).toBeLessThan(Date.now() + 30_000);
      expect(told).toBe(0);
      expect(await t.begin(id)).toMatchObject({ kind: 'begun' });
    });

    it.each(['waiting', 'carried'] as const)('has one that is %s claimed anew', async (state) => {
      const { id, result, after, told } = await call('retryNow', state);
      expect(result).toEqual({ kind: 'done', signal: null });
      expect(after).toMatchObject({ status: 'pending', workflowId: null, claimedAt: null, startedAt: null });
      expect(told).toBe(1);
      expect(await t.begin(id, { workflowId: `car_${id}` })).toMatchObject({ why: 'superseded' });
      expect(await t.claim([after.endpointId])).toEqual([id]);
    });

    it('leaves the other members of a carrier with it', async () => {
      const endpointId = await t.anEndpoint();
      const ids = (await t.waiting(endpointId, 3)) as [string, string, string];
      await t.claim([endpointId], 'car_three');
      await t.store.control.retryNow(t.organizationId, ids[1]);
      expect((await t.store.recovery.heldBy('car_three')).map((d) => d.id).sort()).toEqual([ids[0], ids[2]].sort());
    });

    it('shortens the wait of a held one', async () => {
      const id = await aDelivery('waiting');
      await t.rows(
        sql`update deliveries set held = true, next_attempt_at = now() + interval '1 hour' where id = ${id}`,
      );
      await t.store.control.retryNow(t.organizationId, id);
      expect(await t.claim([(await t.delivery(id)).endpointId])).toEqual([id]);
    });

    it('has nothing to do while an attempt is open', async () => {
      const { before, result, after } = await call('retryNow', 'open');
      expect(result).toEqual({ kind: 'done', signal: null });
      expect(after).toEqual(before);
    });

    it.each(ended)('refuses one that is %s', async (state) => {
      const { before, result, after } = await call('retryNow', state);
      expect(result).toEqual({ kind: 'wrong_state', status: state });
      expect(after).toEqual(before);
    });
  });

  describe('resend', () => {
    it.each(ended)('starts one that is %s over, under its own id and with a new generation', async (state) => {
      const { id, before, result, after } = await call('resend', state);
      expect(result).toEqual({ kind: 'done', signal: id });
      expect(after).toMatchObject({
        status: 'pending',
        reason: null,
        workflowId: id,
        ownWorkflow: true,
        generation: 2,
      });
      expect(after).toMatchObject({ tries: 0, attemptCount: before.attemptCount, startedAt: null, completedAt: null });
      expect(after.eventId).toBe(before.eventId);
      expect(await t.begin(id)).toMatchObject({
        kind: 'begun',
        number: before.attemptCount + 1,
        tries: 0,
        generation: 2,
      });
    });

    it.each(pending)('refuses one that is %s', async (state) => {
      const { before, result, after } = await call('resend', state);
      expect(result).toEqual({ kind: 'wrong_state', status: 'pending' });
      expect(after).toEqual(before);
    });

    it('refuses one of a disabled or deleted endpoint', async () => {
      for (const set of [sql`disabled_at = now()`, sql`deleted_at = now()`]) {
        const id = await aDelivery('failed');
        const { endpointId } = await t.delivery(id);
        await t.rows(sql`update endpoints set ${set} where id = ${endpointId}`);
        expect(await t.store.control.resend(t.organizationId, id)).toEqual({ kind: 'wrong_state', status: 'failed' });
      }
    });
  });

  it.each(['cancel', 'retryNow', 'resend'] as const)('%s knows no other organization’s delivery', async (verb) => {
    const id = await aDelivery(verb === 'resend' ? 'failed' : 'retrying');
    const { organization } = await t.store.organizations.create('Other');
    const before = await t.delivery(id);
    expect(await t.store.control[verb](organization.id, id)).toEqual({ kind: 'not_found' });
    expect(await t.store.control[verb](t.organizationId, 'dlv_none')).toEqual({ kind: 'not_found' });
    expect(await t.delivery(id)).toEqual(before);
  });

  it('cancels after a cancel in Temporal only what that workflow still holds', async () => {
    const endpointId = await t.anEndpoint();
    const ids = (await t.waiting(endpointId, 3)) as [string, string, string];
    await t.claim([endpointId], 'car_held');
    await t.store.attempts.finish(anEnd(await t.begun(ids[0])));
    await t.store.control.retryNow(t.organizationId, ids[1]);
    expect(await t.store.attempts.cancelHeldBy('car_held', ids)).toEqual([ids[2]]);
    const statuses = (await t.deliveriesOf(endpointId)).map((row) => [row.status, row.reason]);
    expect(statuses).toEqual([
      ['delivered', null],
      ['pending', null],
      ['cancelled', 'cancelled_in_temporal'],
    ]);
  });

  it('withdraws all that is pending of an endpoint, batch by batch, and names the workflows that held it', async () => {
    const endpointId = await t.anEndpoint();
    const ids = await t.waiting(endpointId, 1_100);
    await t.store.attempts.finish(anEnd(await claimedAndBegun(endpointId)));
    await t.store.claim({ limit: 2, room: new Map(), only: [endpointId] }, (all) => [
      { workflowId: 'car_shut', deliveries: all },
    ]);
    const batches: { workflowId: string; ids: string[] }[][] = [];
    for await (const batch of t.store.cancelPendingOf(endpointId, 'endpoint_disabled')) batches.push(batch);
    expect(batches).toHaveLength(3);
    expect(batches.flat().flatMap((held) => held.ids)).toHaveLength(2);
    expect(new Set(batches.flat().map((held) => held.workflowId))).toEqual(new Set(['car_shut']));
    const rows = await t.deliveriesOf(endpointId);
    expect(rows.filter((row) => row.status === 'cancelled' && row.reason === 'endpoint_disabled')).toHaveLength(1_099);
    expect(rows).toHaveLength(ids.length);
  });

  async function claimedAndBegun(endpointId: string) {
    await t.store.claim({ limit: 1, room: new Map(), only: [endpointId] }, (all) =>
      all.map((d) => ({ workflowId: d.id, deliveries: [d] })),
    );
    const claimed = (await t.deliveriesOf(endpointId)).find((row) => row.workflowId !== null);
    return t.begun(claimed?.id as string);
  }
});
