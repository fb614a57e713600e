import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';

describe.each(KINDS)('beginning on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const setEndpoint = (set: ReturnType<typeof sql>, id: string) =>
    t.rows(sql`update endpoints set ${set} where id = ${id}`);
  const leaseOver = (id: string) =>
    t.rows(sql`update deliveries set lease_until = now() - interval '1 second' where id = ${id}`);

  it('opens an attempt with a lease, and yields what it takes to send', async () => {
    const { id, endpointId } = await t.aClaimed({ timeoutMs: 5_000 });
    const begun = await t.begun(id);
    const event = {
      dialect: 'standard',
      type: 'order.created',
      data: '{"total":42}',
      occurredAt: '2026-01-02T03:04:05.678Z',
    };
    expect(begun).toMatchObject({
      deliveryId: id,
      endpointId,
      endpointVersion: 1,
      number: 1,
      generation: 1,
      tries: 0,
      event,
    });
    const organization = await t.store.organizations.get(t.organizationId);
    expect(begun.organizationUuid).toBe(organization?.uuid);
    const row = await t.delivery(id);
    expect(row).toMatchObject({
      openAttemptId: begun.attemptId,
      openRunId: 'run-1',
      attemptCount: 1,
      status: 'pending',
    });
    expect(row.startedAt).not.toBeNull();
    expect(Date.parse(row.leaseUntil as string) - Date.parse(row.openedAt as string)).toBe(15_000);
  });

  it('reads an event that another process published', async () => {
    const { id } = await t.aClaimed();
    await t.rows(
      sql`update events set data = '"from the table"' where id = (select event_id from deliveries where id = ${id})`,
    );
    await t.rows(sql`insert into events (organization_id, id, dialect, type, data, fingerprint, occurred_at)
      select organization_id, 'elsewhere-' || id, dialect, type, data, '', occurred_at from events
      where id = (select event_id from deliveries where id = ${id})`);
    await t.rows(sql`update deliveries set event_id = 'elsewhere-' || event_id where id = ${id}`);
    const { event } = await t.begun(id);
    expect(event).toMatchObject({ data: '"from the table"', occurredAt: '2026-01-02T03:04:05.678Z' });
  });

  describe('is refused', () => {
    it.each([
      ['a wrong count', { attemptCount: 1 }, 'not_due'],
      ['a wrong generation', { generation: 2 }, 'not_due'],
      ['another workflow', { workflowId: 'car_other' }, 'superseded'],
    ])('to %s, with what stands in the store', async (_name, changes, why) => {
      const { id } = await t.aClaimed();
      const refused = await t.begin(id, changes);
      expect(refused).toMatchObject({
        kind: 'refused',
        deliveryId: id,
        why,
        status: 'pending',
        generation: 1,
        attemptCount: 0,
      });
      expect(await t.delivery(id)).toMatchObject({ attemptCount: 0, openAttemptId: null });
    });

    it('to an id that the store does not know', async () => {
      const input = { id: 'dlv_none', generation: 1, attemptCount: 0, workflowId: 'w', runId: 'r', activityAttempt: 1 };
      expect(await t.store.attempts.begin([input])).toMatchObject([{ why: 'not_found', status: null }]);
    });

    it('to what has ended', async () => {
      const { id } = await t.aClaimed();
      await t.store.attempts.finish(anEnd(await t.begun(id)));
      expect(await t.begin(id)).toMatchObject({ why: 'finished', status: 'delivered', attemptCount: 1 });
    });

    it('member by member: one beside it begins', async () => {
      const endpointId = await t.anEndpoint();
      const ids = await t.waiting(endpointId, 3);
      await t.claim([endpointId], 'car_mixed');
      await t.store.control.cancel(t.organizationId, ids[1] as string);
      const inputs = ids.map((id) => ({ id, generation: 1, attemptCount: 0, runId: 'r', activityAttempt: 1 }));
      const results = await t.store.attempts.begin(inputs.map((i) => ({ ...i, workflowId: 'car_mixed' })));
      expect(results.map((r) => [r.deliveryId, r.kind])).toEqual([
        [ids[0], 'begun'],
        [ids[1], 'refused'],
        [ids[2], 'begun'],
      ]);
    });
  });

  it('lets one of two begins at once begin', async () => {
    const { id } = await t.aClaimed();
    const results = await Promise.all([t.begin(id), t.begin(id, { runId: 'run-2' }), t.begin(id, { runId: 'run-3' })]);
    expect(results.map((r) => (r.kind === 'begun' ? 'begun' : r.why)).sort()).toEqual(['begun', 'busy', 'busy']);
    const input = { id, generation: 1, attemptCount: 0, workflowId: id, runId: 'run-1', activityAttempt: 1 };
    expect(await t.store.attempts.begin([input, input])).toMatchObject([{ why: 'busy' }, { why: 'busy' }]);
    const [refused] = results.filter((r) => r.kind === 'refused');
    expect(refused?.dueInMs).toBeGreaterThan(5_000);
  });

  describe('closes an attempt whose worker is lost', () => {
    it('by a later try of the same activity, using up its number and no retry', async () => {
      const { id } = await t.aClaimed();
      const lost = await t.begun(id);
      expect(await t.begin(id)).toMatchObject({ why: 'busy' });
      const next = await t.begun(id, { attemptCount: 0, activityAttempt: 2 });
      expect(next).toMatchObject({ number: 2, tries: 0 });
      expect(next.attemptId).not.toBe(lost.attemptId);
      const row = { id: lost.attemptId, number: 1, outcome: 'worker_lost', errorCode: 'worker_lost', runId: 'run-1' };
      expect(await t.attemptsOf(id)).toMatchObject([row]);
      await t.store.attempts.finish(anEnd(next, aFailure()));
      expect(await t.delivery(id)).toMatchObject({ attemptCount: 2, tries: 1 });
    });

    it('by anyone once its lease is over, and not before', async () => {
      const { id } = await t.aClaimed();
      await t.begun(id);
      expect(await t.begin(id, { runId: 'run-2', activityAttempt: 9 })).toMatchObject({ why: 'busy' });
      await leaseOver(id);
      expect(await t.begun(id, { runId: 'run-2', attemptCount: 0 })).toMatchObject({ number: 2, tries: 0 });
      expect((await t.attemptsOf(id)).map((a) => a.outcome)).toEqual(['worker_lost']);
    });
  });

  describe('at an endpoint that was changed since the claim', () => {
    it.each([
      ['disabled', sql`disabled_at = now()`],
      ['deleted', sql`deleted_at = now()`],
    ])('cancels when it is %s', async (_name, set) => {
      const { id, endpointId } = await t.aClaimed();
      await setEndpoint(set, endpointId);
      expect(await t.begin(id)).toMatchObject({ why: 'finished', status: 'cancelled', attemptCount: 0 });
      const cancelled = { status: 'cancelled', reason: 'endpoint_disabled', nextAttemptAt: null, attemptCount: 0 };
      expect(await t.delivery(id)).toMatchObject(cancelled);
    });

    it('lets go when it is paused, to wait until that ends', async () => {
      const { id, endpointId } = await t.aClaimed();
      await setEndpoint(sql`paused_at = now()`, endpointId);
      expect(await t.begin(id)).toMatchObject({ why: 'released', status: 'pending' });
      const released = { workflowId: null, reason: 'endpoint_paused', held: true, attemptCount: 0, tries: 0 };
      expect(await t.delivery(id)).toMatchObject(released);
      expect(await t.claim([endpointId])).toEqual([]);
      await setEndpoint(sql`paused_at = null`, endpointId);
      expect(await t.claim([endpointId])).toEqual([id]);
    });

    it('tells the version that stands now, and reads its secrets with it', async () => {
      const { id, endpointId } = await t.aClaimed();
      const rotated = { scheme: 'hmac' as const, value: 'whsec_bmV3' };
      await t.store.endpoints.rotateSecret(t.organizationId, endpointId, rotated, 60_000);
      const { endpointVersion } = await t.begun(id);
      const { secrets } = await t.store.attempts.senderEndpoint(endpointId, endpointVersion);
      expect(endpointVersion).toBe(2);
      expect(secrets.map((secret) => secret.value)).toEqual(['whsec_bmV3', expect.stringMatching(/^whsec_Bw/)]);
    });
  });

  describe('at an endpoint with a concurrency cap', () => {
    async function fiveClaimed() {
      const endpointId = await t.anEndpoint();
      const ids = await t.waiting(endpointId, 5);
      await t.claim([endpointId]);
      await setEndpoint(sql`max_concurrency = 2`, endpointId);
      return { endpointId, ids };
    }

    it('begins as many as have a permit and lets the others wait a second', async () => {
      const { endpointId, ids } = await fiveClaimed();
      const results = await Promise.all(ids.map((id) => t.begin(id)));
      expect(results.map((r) => (r.kind === 'begun' ? 'begun' : r.why)).sort()).toEqual([
        'begun',
        'begun',
        'released',
        'released',
        'released',
      ]);
      const released = results.find((r) => r.kind === 'refused')?.deliveryId as string;
      const row = await t.delivery(released);
      expect(row).toMatchObject({
        status: 'pending',
        reason: 'concurrency',
        held: true,
        workflowId: null,
        attemptCount: 0,
      });
      const [wait] = await t.rows<{ ms: number }>(
        sql`select (extract(epoch from next_attempt_at - now()) * 1000)::int as ms from deliveries where id = ${released}`,
      );
      expect(wait?.ms).toBeLessThanOrEqual(1_000);
      await t.rows(sql`update deliveries set next_attempt_at = now() where endpoint_id = ${endpointId} and held`);
      expect(await t.claim([endpointId])).toHaveLength(2);
    });

    it('gives a permit back at the finish, and when a lease is over', async () => {
      const { ids } = await fiveClaimed();
      const [a, b, c, d] = ids as [string, string, string, string];
      const first = await t.begun(a);
      await t.begun(b);
      await t.store.attempts.finish(anEnd(first));
      await t.begun(c);
      await leaseOver(b);
      await t.begun(d);
      expect(await t.begin(ids[4] as string)).toMatchObject({ why: 'released' });
    });

    it.runIf(kind === 'postgres')('never exceeds it, though two processes begin at once', async () => {
      const other = await t.another();
      for (let round = 0; round < 5; round++) {
        const { endpointId, ids } = await fiveClaimed();
        await Promise.all(ids.map((id, n) => t.begin(id, {}, n % 2 === 0 ? t.store : other)));
        expect((await t.deliveriesOf(endpointId)).filter((row) => row.openAttemptId !== null)).toHaveLength(2);
      }
    });
  });

  it.runIf(kind === 'postgres')('lets one of two processes begin', async () => {
    const other = await t.another();
    for (let round = 0; round < 10; round++) {
      const { id } = await t.aClaimed();
      const results = await Promise.all([t.begin(id), t.begin(id, { runId: 'run-2' }, other)]);
      expect(results.map((r) => (r.kind === 'begun' ? 'begun' : r.why)).sort()).toEqual(['begun', 'busy']);
    }
  });
});
