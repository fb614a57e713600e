import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';

describe.each(KINDS)('figures on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  /** Finishes one attempt for each of these durations, with a negative one as failed. */
  async function finish(endpointId: string, durationsMs: number[]): Promise<void> {
    for (const durationMs of durationsMs) {
      await t.publish({ to: [endpointId] });
      const [id] = await t.claim([endpointId]);
      const end = { durationMs: Math.abs(durationMs), ...(durationMs < 0 ? aFailure(null) : {}) };
      await t.store.attempts.finish(anEnd(await t.begun(id as string), end));
    }
  }
  type Span = { delivered: number; failed: number };
  const sum = (spans: readonly Span[]): [number, number] => [
    spans.reduce((total, { delivered }) => total + delivered, 0),
    spans.reduce((total, { failed }) => total + failed, 0),
  ];

  it('of an endpoint have what its attempts came to in 24 hours, and how long they took', async () => {
    const [busy, idle] = [await t.anEndpoint(), await t.anEndpoint()];
    await finish(busy, [10, 30, -50]);
    const stats = await t.store.endpointStats(t.organizationId, [busy, idle]);
    expect(stats.map(({ endpointId }) => endpointId)).toEqual([idle, busy]);
    expect(stats[1]).toMatchObject({ delivered: 2, failed: 1, latencyP50Ms: 30, latencyP95Ms: 50 });
    expect(stats[1]?.hours).toHaveLength(24);
    expect(sum(stats[1]?.hours ?? [])).toEqual([2, 1]);
    expect(stats[0]).toMatchObject({ delivered: 0, failed: 0, latencyP50Ms: null, latencyP95Ms: null });
    const starts = stats[0]?.hours.map(({ startsAt }) => Date.parse(startsAt)) ?? [];
    expect(new Set(starts.map((start, i) => start - (starts[0] ?? 0) - i * 3_600_000))).toEqual(new Set([0]));
  });

  it('of an endpoint are for its own organization only', async () => {
    const endpoint = await t.anEndpoint();
    const other = (await t.store.organizations.create('Other')).organization.id;
    expect(await t.store.endpointStats(other, [endpoint])).toEqual([]);
    expect(await t.store.endpointStats(t.organizationId, [])).toEqual([]);
  });

  it('of the installation add up what went through, and know what waits and since when', async () => {
    const before = await t.store.installationStats();
    const endpoint = await t.anEndpoint();
    await finish(endpoint, [5, 5, -5]);
    await t.publish({ to: [endpoint] });
    await t.rows(sql`update deliveries set next_attempt_at = '2026-01-01T00:00:00Z'
      where endpoint_id = ${endpoint} and status = 'pending' returning id`);
    const stats = await t.store.installationStats();
    expect([stats.hours.length, stats.minutes.length]).toEqual([24, 60]);
    const grown = (name: 'hours' | 'minutes') => {
      const [now, then] = [sum(stats[name]), sum(before[name])];
      return [now[0] - then[0], now[1] - then[1]];
    };
    expect([grown('hours'), grown('minutes')]).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(stats.hours.reduce((n, { published }) => n + published, 0)).toBeGreaterThanOrEqual(4);
    expect(stats.waiting).toBe(before.waiting + 1);
    expect(stats.oldestWaitingAt).toBe('2026-01-01T00:00:00.000Z');
  });

  it('of a replay count by status the deliveries of the time it is about', async () => {
    const endpoint = await t.anEndpoint();
    const since = new Date(Date.now() - 60_000).toISOString();
    await finish(endpoint, [5, -5]);
    await t.publish({ to: [endpoint] });
    const of = { organizationId: t.organizationId, endpointId: endpoint, since };
    const until = new Date(Date.now() + 60_000).toISOString();
    const counts = { pending: 1, delivered: 1, failed: 1, cancelled: 0 };
    expect(await t.store.replayProgress({ ...of, until })).toEqual(counts);
    const none = { pending: 0, delivered: 0, failed: 0, cancelled: 0 };
    expect(await t.store.replayProgress({ ...of, until: since })).toEqual(none);
    expect(await t.store.replayProgress({ ...of, organizationId: 'org_other', until })).toEqual(none);
    // What the replay itself has made is of an event in its time, though it is younger.
    await t.rows(
      sql`update deliveries set created_at = now() + interval '2 minutes' where endpoint_id = ${endpoint} returning id`,
    );
    expect(await t.store.replayProgress({ ...of, until })).toEqual(counts);
  });
});
