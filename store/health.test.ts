import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { healthBucketMs } from '../domain/delivery/health.ts';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { NewEndpoint } from './endpoints.ts';
import { type AlertingEndpoint, listAlerting } from './health.ts';
import { endpointHealth } from './schema.ts';

// Buckets of 1,000 hours: no test meets the end of one.
const TIME_SCALE = 1_000;
const BUCKET_MS = healthBucketMs(TIME_SCALE);

describe.each(KINDS)('health of an endpoint on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind, { timeScale: TIME_SCALE });
  });
  afterAll(() => t.close());

  const anEndpoint = (changes: Partial<NewEndpoint> = {}) => t.anEndpoint({ disableFailureShare: 0.8, ...changes });
  const get = async (id: string) => {
    const endpoint = await t.store.endpoints.get(t.organizationId, id);
    if (!endpoint) throw new Error(`no endpoint ${id}`);
    return endpoint;
  };
  const health = (id: string) => t.store.db.select().from(endpointHealth).where(eq(endpointHealth.endpointId, id));

  /** Finishes so many attempts, all together, failures as last ones. Returns how many of the finishes told that the endpoint was disabled. */
  async function finish(endpointId: string, failed: number, delivered: number, test = false): Promise<number> {
    await Promise.all(Array.from({ length: failed + delivered }, () => t.publish({ to: [endpointId], test })));
    const begun = await Promise.all((await t.claim([endpointId])).map((id) => t.begun(id)));
    const results = await Promise.all(
      begun.map((b, n) => t.store.attempts.finish(anEnd(b, n < failed ? aFailure(null) : {}))),
    );
    return results.filter((result) => result.disabledEndpoint).length;
  }

  it.each([
    { failed: 81, disabled: true },
    { failed: 80, disabled: false },
    { failed: 79, disabled: false },
  ])(
    '$failed of 100 attempts failed where more than 80 % disable it: disabled $disabled',
    async ({ failed, disabled }) => {
      const id = await anEndpoint();
      const { version } = await get(id);
      // Successes first: their order must not matter.
      expect(await finish(id, 0, 100 - failed)).toBe(0);
      expect(await finish(id, failed, 0)).toBe(disabled ? 1 : 0);
      expect(await health(id)).toMatchObject([{ attempts: 100, failed }]);
      const endpoint = await get(id);
      expect(endpoint.disabledAt !== null).toBe(disabled);
      expect(endpoint.version > version).toBe(disabled);
      if (disabled)
        expect(endpoint.disabledReason).toBe('failing: 81 of 100 attempts failed within 24 hours, more than 80 %');
    },
  );

  it('concludes nothing from 19 attempts, however they ended, and judges with the 20th', async () => {
    const id = await anEndpoint();
    expect(await finish(id, 19, 0)).toBe(0);
    expect((await get(id)).disabledAt).toBeNull();
    expect(await finish(id, 0, 1)).toBe(1);
    expect((await get(id)).disabledReason).toBe('failing: 19 of 20 attempts failed within 24 hours, more than 80 %');
  });

  it('and the activity log has that it was disabled, and why, by Waybill itself', async () => {
    const id = await anEndpoint();
    await finish(id, 20, 0);
    const [latest] = await t.store.activity.list(t.organizationId, { limit: 1, after: null });
    expect(latest).toMatchObject({
      actor: { kind: 'system', id: null, name: null },
      action: 'endpoint.disabled',
      subject: { kind: 'endpoint', id },
      changes: [{ field: 'reason', to: 'failing: 20 of 20 attempts failed within 24 hours, more than 80 %' }],
    });
  });

  it.each([0.7, 0.29, 0.1, 0.55])('a share of %d is exact, though a float is not', async (share) => {
    const id = await anEndpoint({ disableFailureShare: share });
    const failed = Math.round(share * 100);
    await finish(id, 0, 100 - failed);
    expect(await finish(id, failed, 0)).toBe(0);
    expect(await finish(id, 1, 0)).toBe(1);
  });

  it('counts every attempt, retries too', async () => {
    const id = await anEndpoint();
    const [delivery] = (await t.waiting(id, 1)) as [string];
    await t.claim([id]);
    for (let n = 0; n < 20; n++) await t.store.attempts.finish(anEnd(await t.begun(delivery), aFailure(0)));
    expect(await health(id)).toMatchObject([{ attempts: 20, failed: 20 }]);
    expect((await get(id)).disabledReason).toContain('20 of 20');
  });

  it('counts no tests', async () => {
    const id = await anEndpoint();
    expect(await finish(id, 30, 0, true)).toBe(0);
    expect(await health(id)).toEqual([]);
    expect((await get(id)).disabledAt).toBeNull();
  });

  it('counts none that only waited or searched: of those the endpoint has failed nothing', async () => {
    const id = await anEndpoint();
    const [delivery] = (await t.waiting(id, 1)) as [string];
    await t.claim([id]);
    const busy = { ...aFailure(0), errorCode: 'subject_busy', counted: false };
    for (let n = 0; n < 20; n++) await t.store.attempts.finish(anEnd(await t.begun(delivery), busy));
    expect(await health(id)).toEqual([]);
    expect((await get(id)).disabledAt).toBeNull();
  });

  it('counts an attempt once, however often its finish is written, and none of a lost worker', async () => {
    const id = await anEndpoint();
    const [first, second] = (await t.waiting(id, 2)) as [string, string];
    await t.claim([id]);
    const begun = await t.begun(first);
    await t.store.attempts.finish(anEnd(begun));
    await t.store.attempts.finish(anEnd(begun));
    const lost = await t.begun(second);
    await t.begun(second, { attemptCount: 0, activityAttempt: 2 });
    await t.store.attempts.finish(anEnd(lost, aFailure()));
    expect(await health(id)).toMatchObject([{ attempts: 1, failed: 0 }]);
  });

  it('never disables an endpoint that acknowledges, nor one without a share', async () => {
    const ids = [await anEndpoint({ acknowledge: 'echo' }), await anEndpoint({ disableFailureShare: null })];
    for (const id of ids) {
      expect(await finish(id, 30, 0)).toBe(0);
      expect((await get(id)).disabledAt).toBeNull();
      expect(await health(id)).toMatchObject([{ attempts: 30, failed: 30 }]);
    }
  });

  it('judges by the last 24 hours', async () => {
    const id = await anEndpoint();
    await finish(id, 15, 0);
    const earlier = (hours: number) =>
      t.rows(sql`update endpoint_health set bucket = bucket - ${hours}::int where endpoint_id = ${id}`);
    await earlier(24);
    expect(await finish(id, 5, 0)).toBe(0);
    expect(await health(id)).toMatchObject([{ attempts: 5 }]);
    await earlier(23);
    expect(await finish(id, 15, 0)).toBe(1);
    expect(await health(id)).toHaveLength(2);
  });

  it('forgets the failures of an endpoint that is enabled again', async () => {
    const id = await anEndpoint();
    expect(await finish(id, 20, 0)).toBe(1);
    await t.store.endpoints.enable(t.organizationId, id);
    expect(await health(id)).toEqual([]);
    expect(await finish(id, 19, 0)).toBe(0);
    expect(await finish(id, 1, 0)).toBe(1);
  });

  it('is that of each endpoint in a group of finishes', async () => {
    const ids = await Promise.all([anEndpoint(), anEndpoint(), anEndpoint()]);
    for (const id of ids) await t.waiting(id, 20);
    const begun = await Promise.all((await t.claim(ids)).map((id) => t.begun(id)));
    const results = await Promise.all(
      begun.map((b) => t.store.attempts.finish(anEnd(b, b.endpointId === ids[1] ? {} : aFailure(null)))),
    );
    const told = results.flatMap((r, n) => (r.disabledEndpoint ? begun[n]?.endpointId : []));
    expect(told.toSorted()).toEqual([ids[0], ids[2]].toSorted());
  });

  it('lists endpoints that fail more than they want to hear of', async () => {
    const loud = await anEndpoint({ disableFailureShare: null, alertFailureShare: 0.5 });
    const others = [
      await anEndpoint({ disableFailureShare: null, alertFailureShare: 0.5 }),
      await anEndpoint({ disableFailureShare: null, alertFailureShare: null }),
      await anEndpoint({ disableFailureShare: 0.5, alertFailureShare: 0.5 }),
    ] as const;
    await finish(loud, 11, 10);
    await finish(others[0], 10, 10);
    await finish(others[1], 20, 0);
    await finish(others[2], 20, 0);
    const at = { scanHour: 4, scanTimeZone: 'UTC' };
    const listed: AlertingEndpoint[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listAlerting>> = await listAlerting(t.store.db, BUCKET_MS, {
        at,
        after,
        limit: 2,
      });
      listed.push(...page.endpoints.filter((one) => [loud, ...others].includes(one.id)));
      after = page.next;
    } while (after !== null);
    expect(listed).toMatchObject([
      { organizationId: t.organizationId, id: loud, attempts: 21, failed: 11, share: 0.5 },
    ]);
    const elsewhere = { at: { ...at, scanHour: 5 }, after: null, limit: 100 };
    expect(await listAlerting(t.store.db, BUCKET_MS, elsewhere)).toEqual({ endpoints: [], next: null });
  });

  it.runIf(kind === 'postgres')('is counted right by two processes that finish at once', async () => {
    const other = await t.another();
    const ids = await Promise.all([
      anEndpoint({ disableFailureShare: null }),
      anEndpoint({ disableFailureShare: null }),
    ]);
    for (const id of ids) await t.waiting(id, 100);
    const begun = await Promise.all((await t.claim(ids)).map((id) => t.begun(id)));
    await Promise.all(
      begun.map((b, n) => (n % 2 ? t.store : other).attempts.finish(anEnd(b, n % 4 < 2 ? {} : aFailure(null)))),
    );
    for (const id of ids) expect(await health(id)).toMatchObject([{ attempts: 100 }]);
  });
});
