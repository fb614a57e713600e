import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { ClaimRequest } from './claim-round.ts';
import type { Store } from './open-store.ts';
import type { ClaimedDelivery } from './types.ts';

describe.each(KINDS)('claiming on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  beforeEach(() => t.rows(sql`delete from deliveries`));
  afterAll(() => t.close());

  /** Claims each into a workflow of its own. */
  async function claim(request: Partial<ClaimRequest> = {}, by: Store = t.store): Promise<ClaimedDelivery[]> {
    const groups = await by.claim({ limit: 100, room: new Map(), ...request }, (claimed) =>
      claimed.map((d) => ({ workflowId: d.id, deliveries: [d] })),
    );
    return groups.flatMap((g) => g.deliveries);
  }
  const countsOf = (claimed: ClaimedDelivery[]) =>
    Object.fromEntries([...Map.groupBy(claimed, (d) => d.endpointId)].map(([id, of]) => [id, of.length]));
  const change = (set: ReturnType<typeof sql>, id: string) =>
    t.rows(sql`update deliveries set ${set} where id = ${id}`);
  const manyWaiting = (endpointIds: string[], count = 1) => Promise.all(endpointIds.map((id) => t.waiting(id, count)));
  /** Ids of fresh endpoints, in the order in which claims visit them. */
  async function manyEndpoints(count: number): Promise<string[]> {
    const pattern = await t.anEndpoint();
    const rows = await t.rows<{ id: string }>(sql`insert into endpoints (id, organization_id, dialect, url)
      select ${pattern} || to_char(n, 'FM0000'), organization_id, dialect, url from endpoints, generate_series(1, ${count}::int) n
      where id = ${pattern} returning id`);
    await t.store.endpoints.update(t.organizationId, pattern, {});
    return rows.map((row) => row.id).sort();
  }

  it('tells what planning needs, and writes the workflow ids', async () => {
    const endpointId = await t.anEndpoint({ url: 'https://a.example/x', retryDelaysMs: [5, 6], acknowledge: 'echo' });
    const [id] = await t.waiting(endpointId);
    const [claimed] = await claim();
    expect(claimed).toMatchObject({
      id,
      endpointId,
      eventType: 'order.created',
      generation: 1,
      attemptCount: 0,
      tries: 0,
    });
    expect(claimed?.ownWorkflow).toBe(false);
    expect(claimed?.dueInMs).toBeLessThanOrEqual(0);
    const endpoint = { url: 'https://a.example/x', dialect: 'standard', retryCount: 2, acknowledged: true };
    expect(claimed?.endpoint).toEqual({ ...endpoint, maxConcurrency: null, native: false });
    const row = await t.delivery(id as string);
    expect(row).toMatchObject({ workflowId: id, startedAt: null, ownWorkflow: true });
    expect(row.claimedAt).not.toBeNull();
    expect(await claim()).toEqual([]);
  });

  it('leaves waiting what the plan leaves out', async () => {
    const ids = await t.waiting(await t.anEndpoint(), 3);
    await t.store.claim({ limit: 3, room: new Map() }, (all) => [{ workflowId: 'car_1', deliveries: all.slice(0, 2) }]);
    expect((await claim()).map((d) => d.id)).toEqual(ids.slice(2));
  });

  it('serves endpoints in turn, however much one of them has waiting', async () => {
    const [busy, quiet, third] = (await manyEndpoints(3)) as [string, string, string];
    await t.waiting(busy, 20);
    await t.waiting(quiet, 2);
    await t.waiting(third, 20);
    expect(countsOf(await claim({ limit: 6 }))).toEqual({ [busy]: 2, [quiet]: 2, [third]: 2 });
    expect(countsOf(await claim({ limit: 6 }))).toEqual({ [busy]: 3, [third]: 3 });
  });

  it('goes on behind the endpoint that it served last', async () => {
    const ids = await manyEndpoints(5);
    await manyWaiting(ids, 2);
    const served: string[] = [];
    for (let n = 0; n < 5; n++) served.push(...(await claim({ limit: 1 })).map((d) => d.endpointId));
    expect(new Set(served)).toEqual(new Set(ids));
  });

  it('gives no endpoint more than its room, nor more than its concurrency cap', async () => {
    const [open, bounded, shut] = (await manyEndpoints(3)) as [string, string, string];
    const capped = await t.anEndpoint({ maxConcurrency: 2 });
    await manyWaiting([open, bounded, shut, capped], 4);
    const room = new Map([
      [bounded, 3],
      [shut, 0],
      ['ep_unknown', 1],
    ]);
    expect(countsOf(await claim({ room }))).toEqual({ [open]: 4, [bounded]: 3, [capped]: 2 });
    expect(await claim({ room, only: [shut] })).toEqual([]);
  });

  it('claims from the named endpoints only, without moving the turn of the others', async () => {
    const ids = await manyEndpoints(3);
    await manyWaiting(ids, 3);
    const [first, , last] = ids as [string, string, string];
    const before = (await claim({ limit: 1 }))[0]?.endpointId;
    expect(countsOf(await claim({ only: [last], limit: 2 }))).toEqual({ [last]: 2 });
    expect(await claim({ only: ['ep_unknown'] })).toEqual([]);
    const next = ids[(ids.indexOf(before as string) + 1) % 3] ?? first;
    expect((await claim({ limit: 1 }))[0]?.endpointId).toBe(next);
  });

  it('claims a retry before it is due, and says when that is', async () => {
    const [id] = (await t.waiting(await t.anEndpoint())) as [string];
    await change(
      sql`next_attempt_at = now() + interval '1 hour', attempt_count = 1, tries = 1, own_workflow = true`,
      id,
    );
    const [claimed] = await claim();
    expect(claimed).toMatchObject({ id, attemptCount: 1, tries: 1, ownWorkflow: true });
    expect(claimed?.dueInMs).toBeGreaterThan(3_590_000);
  });

  it('claims a held one only once it is due', async () => {
    const [id] = (await t.waiting(await t.anEndpoint())) as [string];
    await change(sql`next_attempt_at = now() + interval '1 hour', held = true, reason = 'concurrency'`, id);
    expect(await claim()).toEqual([]);
    await change(sql`next_attempt_at = now() - interval '1 second'`, id);
    expect(await claim()).toMatchObject([{ id }]);
    expect(await t.delivery(id)).toMatchObject({ held: false, reason: null });
  });

  it('leaves a paused endpoint’s deliveries waiting, and takes a disabled or deleted one’s, to be cancelled', async () => {
    const [paused, disabled, deleted] = (await manyEndpoints(3)) as [string, string, string];
    await manyWaiting([paused, disabled, deleted]);
    await t.rows(sql`update endpoints set paused_at = now() where id in (${paused}, ${disabled})`);
    await t.store.endpoints.disable(t.organizationId, disabled, 'by_hand');
    await t.store.endpoints.remove(t.organizationId, deleted);
    expect(countsOf(await claim())).toEqual({ [disabled]: 1, [deleted]: 1 });
    await t.rows(sql`update endpoints set paused_at = null where id = ${paused}`);
    expect(countsOf(await claim())).toEqual({ [paused]: 1 });
  });

  it('reaches every endpoint, also more than it looks at in one turn', async () => {
    const ids = await manyEndpoints(150);
    await manyWaiting(ids);
    const served = new Set<string>();
    for (let n = 0; n < 40 && served.size < ids.length; n++) {
      for (const d of await claim({ limit: 8 })) served.add(d.endpointId);
    }
    expect(served.size).toBe(ids.length);
  });

  it('is not kept from the endpoints behind many that can give nothing', async () => {
    const ids = await manyEndpoints(200);
    await manyWaiting(ids);
    const shut = ids.slice(0, 70);
    const paused = ids.slice(70, 140);
    const open = ids.slice(140);
    for (const id of paused) await t.rows(sql`update endpoints set paused_at = now() where id = ${id}`);
    const room = new Map(shut.map((id) => [id, 0]));
    const served = new Set<string>();
    // One that always has more waiting must not pull the turn back to itself.
    const endless = open[0] as string;
    for (let n = 0; n < 20; n++) {
      await t.waiting(endless, 8);
      for (const d of await claim({ room, limit: 8 })) served.add(d.endpointId);
    }
    expect([...served].sort()).toEqual([...open].sort());
  });

  describe.runIf(kind === 'postgres')('with another process', () => {
    it('never gives the same delivery to both', async () => {
      const ids = await manyEndpoints(4);
      await manyWaiting(ids, 50);
      const other = await t.another();
      const claims: Promise<ClaimedDelivery[]>[] = [];
      for (let n = 0; n < 10; n++) claims.push(claim({ limit: 15 }), claim({ limit: 15 }, other));
      const claimed = (await Promise.all(claims)).flat().map((d) => d.id);
      for (;;) {
        const rest = await claim();
        if (rest.length === 0) break;
        claimed.push(...rest.map((d) => d.id));
      }
      expect(new Set(claimed).size).toBe(claimed.length);
      expect(claimed).toHaveLength(200);
    });

    it('does not wait for what the other is just claiming', async () => {
      const [one, two] = (await t.waiting(await t.anEndpoint(), 2)) as [string, string];
      const other = await t.another();
      await other.db.transaction(async (tx) => {
        await tx.execute(sql`select id from deliveries where id = ${one} for update`);
        expect((await claim()).map((d) => d.id)).toEqual([two]);
      });
    });
  });
});
