import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';

describe.each(KINDS)('the log of an endpoint on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const read = (endpointId: string, limit = 100, after: { deliveryId: string; number: number } | null = null) =>
    t.store.endpointLog.list(t.organizationId, endpointId, { limit, after });

  /** Fails the delivery's attempt that is due, and makes the next one due. */
  async function fail(id: string): Promise<void> {
    await t.store.attempts.finish(anEnd(await t.begun(id), aFailure()));
    await t.store.db.execute(sql`update deliveries set next_attempt_at = now() where id = ${id}`);
  }

  it('has every attempt of every delivery, newest first, and what waits without one', async () => {
    const endpointId = await t.anEndpoint();
    const [tried, open, waiting] = (await t.waiting(endpointId, 3)) as [string, string, string];
    await t.claim([endpointId]);
    await fail(tried);
    await t.store.attempts.finish(anEnd(await t.begun(tried), { exchanges: '[{"status":200}]' }));
    await fail(open);
    const begun = await t.begun(open);
    await t.store.db.execute(
      sql`update deliveries set workflow_id = null, reason = 'hourly_limit' where id = ${waiting}`,
    );

    const entries = await read(endpointId);
    expect(entries.map(({ deliveryId, attempt }) => [deliveryId, attempt?.number, attempt?.outcome])).toEqual([
      [waiting, undefined, undefined],
      [open, 2, 'in_progress'],
      [open, 1, 'failed'],
      [tried, 2, 'delivered'],
      [tried, 1, 'failed'],
    ]);
    const { nextAttemptAt } = await t.delivery(waiting);
    expect(entries[0]).toMatchObject({
      status: 'pending',
      reason: 'hourly_limit',
      nextAttemptAt,
      eventType: 'order.created',
      test: false,
      attempt: null,
    });
    expect(entries[1]?.attempt).toMatchObject({ id: begun.attemptId, retry: 1, finishedAt: null, exchanges: '[]' });
    expect(entries[3]).toMatchObject({ status: 'delivered', nextAttemptAt: null });
    const [stored] = (await t.store.deliveries.attempts(t.organizationId, tried, { limit: 1, after: 0 })) ?? [];
    expect(entries[4]?.attempt).toEqual({ ...stored, retry: 0 });
    expect(entries[3]?.attempt?.exchanges).toBe('[{"status":200}]');
  });

  it('counts retries from the first try or the resend on, without the attempts of lost workers', async () => {
    const { id, endpointId } = await t.aClaimed();
    await t.store.attempts.finish(
      anEnd(await t.begun(id), { ...aFailure(), outcome: 'worker_lost', errorCode: 'worker_lost', retryInMs: 0 }),
    );
    await fail(id);
    await t.store.attempts.finish(anEnd(await t.begun(id), aFailure(null)));
    await t.store.control.resend(t.organizationId, id);
    await t.claim([endpointId]);
    await t.store.attempts.finish(anEnd(await t.begun(id)));
    const numbers = (await read(endpointId)).map(({ attempt }) => [
      attempt?.number,
      attempt?.generation,
      attempt?.retry,
    ]);
    expect(numbers).toEqual([
      [4, 2, 0],
      [3, 1, 1],
      [2, 1, 0],
      [1, 1, 0],
    ]);
  });

  it('is read page by page without gap or repeat, also where a page ends within a delivery', async () => {
    const endpointId = await t.anEndpoint();
    const ids = await t.waiting(endpointId, 4);
    await t.claim([endpointId]);
    for (const id of ids.slice(0, 3)) for (let i = 0; i < 3; i++) await fail(id);
    const all = await read(endpointId);
    expect(all).toHaveLength(10);
    for (const limit of [1, 2, 3, 4]) {
      const seen = [];
      for (let after: { deliveryId: string; number: number } | null = null; ; ) {
        const page = await read(endpointId, limit, after);
        seen.push(...page);
        const last = page.at(-1);
        if (!last) break;
        after = { deliveryId: last.deliveryId, number: last.attempt?.number ?? 0 };
      }
      expect(seen).toEqual(all);
    }
  });

  it('is empty for another organization', async () => {
    const endpointId = await t.anEndpoint();
    await t.waiting(endpointId);
    const { organization } = await t.store.organizations.create('Other');
    expect(await t.store.endpointLog.list(organization.id, endpointId, { limit: 10, after: null })).toEqual([]);
  });
});
