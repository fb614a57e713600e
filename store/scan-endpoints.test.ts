import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { healthBucketMs } from '../domain/delivery/health.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import { endpointHealth, events } from './schema.ts';

const TIME_SCALE = 1_000;

describe.each(KINDS)('the scan of endpoints on %s', (kind) => {
  let t: TestStore;
  const at = { scanHour: 4, scanTimeZone: 'Europe/Berlin' };

  beforeAll(async () => {
    t = await aStore(kind, { timeScale: TIME_SCALE });
    await t.store.alertSettings.update(t.organizationId, at);
  });
  afterAll(() => t.close());

  async function anEndpoint(attempts: number, failed: number): Promise<string> {
    const endpointId = await t.anEndpoint({ disableFailureShare: null, alertFailureShare: 0.5 });
    const bucket = Math.floor(Date.now() / healthBucketMs(TIME_SCALE));
    await t.store.db.insert(endpointHealth).values({ endpointId, bucket, attempts, failed });
    return endpointId;
  }
  async function scan(now: string, time = at): Promise<number> {
    let failing = 0;
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof t.store.scans.scanEndpoints>> = await t.store.scans.scanEndpoints({
        at: time,
        now,
        after,
        limit: 1,
      });
      failing += page.failing;
      after = page.next;
    } while (after !== null);
    return failing;
  }
  const told = async () => {
    const rows = await t.store.db
      .select({ data: events.data })
      .from(events)
      .where(and(eq(events.organizationId, t.organizationId), eq(events.type, 'endpoint.failing')));
    return rows.map(({ data }) => JSON.parse(data));
  };

  it('tells of each that is past its threshold once a day of the zone, at its hour only', async () => {
    await t.anEndpoint({ eventTypes: ['endpoint.failing'] });
    const loud = await anEndpoint(20, 11);
    await anEndpoint(20, 10);
    await anEndpoint(19, 19);
    expect(await scan('2026-11-21T03:00:00.000Z', { ...at, scanHour: 5 })).toBe(0);
    expect(await told()).toEqual([]);
    // In Berlin both are the 21st.
    expect(await scan('2026-11-20T23:30:00.000Z')).toBe(1);
    expect(await scan('2026-11-21T22:30:00.000Z')).toBe(1);
    expect(await told()).toMatchObject([
      {
        endpoint: { id: loud },
        alertFailureShare: 0.5,
        attempts: 20,
        failed: 11,
        organization: { id: t.organizationId },
      },
    ]);
    await Promise.all([scan('2026-11-22T03:00:00.000Z'), scan('2026-11-22T03:00:00.000Z')]);
    expect(await told()).toHaveLength(2);
  });
});
