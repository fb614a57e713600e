import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../test/eventually.ts';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { BegunAttempt } from './types.ts';

const HOUR_MS = 3_601_000;

describe.each(KINDS)('limits of an endpoint on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const claim = (endpointId: string) => t.claim([endpointId]);
  const beginAll = (ids: string[]): Promise<BegunAttempt[]> => Promise.all(ids.map((id) => t.begun(id)));
  /** Sends what is claimed: begun and finished, as delivered unless `changes` say otherwise. */
  async function send(ids: string[], changes: Parameters<typeof anEnd>[1] = {}): Promise<void> {
    for (const begun of await beginAll(ids)) await t.store.attempts.finish(anEnd(begun, changes));
  }
  /** Has every request of the endpoint been made `ms` earlier, and what waits for their places wait as much less. */
  async function elapse(endpointId: string, ms: number): Promise<void> {
    const earlier = sql`${ms}::int * interval '1 millisecond'`;
    await t.rows(sql`update places set stamped_at = stamped_at - ${earlier} where endpoint_id = ${endpointId}`);
    await t.rows(sql`update deliveries set next_attempt_at = next_attempt_at - ${earlier}
      where endpoint_id = ${endpointId} and status = 'pending' and workflow_id is null and held`);
  }
  const places = (endpointId: string) =>
    t.rows<{ number: number; stamped: boolean }>(
      sql`select number, stamped_at is not null as stamped from places where endpoint_id = ${endpointId} order by delivery_id, number`,
    );
  /** An endpoint of three requests an hour, all made just now, and `count` deliveries that wait for the next. */
  async function aFullEndpoint(count: number) {
    const endpointId = await t.anEndpoint({ maxPerHour: 3 });
    await t.waiting(endpointId, 3);
    await send(await claim(endpointId));
    const ids = await t.waiting(endpointId, count);
    expect(await claim(endpointId)).toEqual([]);
    return { endpointId, ids };
  }
  const msUntil = (time: string | null) => Date.parse(time as string) - Date.now();

  it('claims as many as there are places, the first accepted first, and tells the others why and until when they wait', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 3 });
    const ids = await t.waiting(endpointId, 8);
    expect(await claim(endpointId)).toEqual(ids.slice(0, 3));
    const rest = (await t.deliveriesOf(endpointId)).slice(3);
    for (const [rank, row] of rest.entries()) {
      expect(row).toMatchObject({ status: 'pending', reason: 'hourly_limit', held: true, workflowId: null });
      const rounds = Math.floor(rank / 3) + 1;
      expect(msUntil(row.nextAttemptAt)).toBeGreaterThan(rounds * HOUR_MS - 60_000);
      expect(msUntil(row.nextAttemptAt)).toBeLessThanOrEqual(rounds * HOUR_MS);
    }
    expect(rest.map((row) => row.nextAttemptAt)).toEqual(rest.map((row) => row.nextAttemptAt).sort());
  });

  it('neither claims nor changes again what was told its time', async () => {
    const { endpointId } = await aFullEndpoint(50);
    const before = await t.rows(sql`select id, xmin::text as x from deliveries where endpoint_id = ${endpointId}`);
    for (let n = 0; n < 5; n++) expect(await claim(endpointId)).toEqual([]);
    expect(await t.rows(sql`select id, xmin::text as x from deliveries where endpoint_id = ${endpointId}`)).toEqual(
      before,
    );
  });

  it('gives a place again once its hour and a second have passed since the request was finished', async () => {
    const { endpointId, ids } = await aFullEndpoint(5);
    await elapse(endpointId, HOUR_MS - 10_000);
    expect(await claim(endpointId)).toEqual([]);
    await elapse(endpointId, 10_000);
    expect(await claim(endpointId)).toEqual(ids.slice(0, 3));
    expect(await beginAll(ids.slice(0, 3))).toHaveLength(3);
  });

  it('counts a request that is under way, whatever the time, and stamps it at its finish', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 1 });
    const [first, second] = (await t.waiting(endpointId, 2)) as [string, string];
    expect(await claim(endpointId)).toEqual([first]);
    expect(await places(endpointId)).toEqual([{ number: 1, stamped: false }]);
    const begun = await t.begun(first);
    await elapse(endpointId, 2 * HOUR_MS);
    expect(await claim(endpointId)).toEqual([]);
    await t.store.attempts.finish(anEnd(begun));
    expect(await places(endpointId)).toEqual([{ number: 1, stamped: true }]);
    await elapse(endpointId, HOUR_MS);
    expect(await claim(endpointId)).toEqual([second]);
  });

  it('puts new arrivals behind those that wait', async () => {
    const { endpointId, ids } = await aFullEndpoint(4);
    const [late] = (await t.waiting(endpointId, 1)) as [string];
    await elapse(endpointId, HOUR_MS);
    expect(await claim(endpointId)).toEqual(ids.slice(0, 3));
    await send(ids.slice(0, 3));
    await elapse(endpointId, HOUR_MS);
    expect(await claim(endpointId)).toEqual([ids[3], late]);
  });

  it('puts new arrivals behind a queue of which it reads only the head', async () => {
    const { endpointId } = await aFullEndpoint(200);
    const [late] = (await t.waiting(endpointId, 1)) as [string];
    expect(await claim(endpointId)).toEqual([]);
    const rows = await t.deliveriesOf(endpointId);
    const last = rows.find((row) => row.id === late);
    for (const row of rows.filter((r) => r.held && r.id !== late))
      expect((row.nextAttemptAt as string) <= (last?.nextAttemptAt as string)).toBe(true);
    // The 201st of those that wait goes in the 67th hour.
    expect(msUntil(last?.nextAttemptAt as string)).toBeGreaterThan(66.9 * HOUR_MS);
    expect(msUntil(last?.nextAttemptAt as string)).toBeLessThan(67.1 * HOUR_MS);
  });

  it('reads a long queue a part at a time, and loses none of it', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 700 });
    const ids = await t.waiting(endpointId, 1_500);
    // Postgres commits several groups at the same time: their order among each other is open, and not what this is about.
    await t.rows(sql`update deliveries set next_attempt_at = now() where endpoint_id = ${endpointId}`);
    const sent: string[] = [];
    for (let hours = 0; sent.length < ids.length; hours++) {
      expect(hours).toBeLessThan(4);
      for (let taken = ['']; taken.length > 0; sent.push(...taken)) {
        taken = await claim(endpointId);
        await Promise.all(taken.map(async (id) => t.store.attempts.finish(anEnd(await t.begun(id)))));
      }
      if (hours < 2) expect(sent).toHaveLength(700 * (hours + 1));
      // Each pass gives so many their times.
      for (let n = 0; n < 3; n++) await claim(endpointId);
      await elapse(endpointId, HOUR_MS);
    }
    expect(sent).toEqual(ids);
  });

  it('counts retries, and sends them before first attempts', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 2 });
    const ids = await t.waiting(endpointId, 4);
    expect(await claim(endpointId)).toEqual(ids.slice(0, 2));
    await send(ids.slice(0, 2), { ...aFailure(0), release: true });
    expect(await claim(endpointId)).toEqual([]);
    expect(await t.delivery(ids[1] as string)).toMatchObject({ reason: 'hourly_limit', held: true, tries: 1 });
    await elapse(endpointId, HOUR_MS);
    expect(await claim(endpointId)).toEqual(ids.slice(0, 2));
    await send(ids.slice(0, 2));
    expect(await places(endpointId)).toHaveLength(4);
    await elapse(endpointId, HOUR_MS);
    expect(await claim(endpointId)).toEqual(ids.slice(2));
  });

  it('refuses a retry that its workflow holds while there is no place, and lets it go to wait', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 2 });
    const [retried, other] = (await t.waiting(endpointId, 3)) as [string, string];
    await claim(endpointId);
    await send([retried], aFailure(0));
    await t.begun(other);
    expect(await t.begin(retried)).toMatchObject({ why: 'released', attemptCount: 1 });
    expect(await t.delivery(retried)).toMatchObject({ status: 'pending', reason: 'hourly_limit', workflowId: null });
    expect(await claim(endpointId)).toEqual([]);
    expect(msUntil((await t.delivery(retried)).nextAttemptAt)).toBeGreaterThan(HOUR_MS - 60_000);
    await elapse(endpointId, HOUR_MS);
    expect(await claim(endpointId)).toEqual([retried]);
    expect(await t.begun(retried)).toMatchObject({ number: 2 });
  });

  it('keeps the places that were reserved for those before a retry', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 3 });
    const [retried, reserved] = (await t.waiting(endpointId, 1)) as [string, string?];
    await claim(endpointId);
    await send([retried], aFailure(0));
    const others = await t.waiting(endpointId, 2);
    expect(await claim(endpointId)).toEqual(others);
    expect(reserved).toBeUndefined();
    expect(await t.begin(retried)).toMatchObject({ why: 'released' });
    expect(await beginAll(others)).toHaveLength(2);
  });

  it('lets a resend take a free place, and has it wait where there is none', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 2 });
    const [id] = (await t.waiting(endpointId, 1)) as [string];
    await claim(endpointId);
    await send([id]);
    await t.store.control.resend(t.organizationId, id);
    await send([id]);
    await t.store.control.resend(t.organizationId, id);
    expect(await t.begin(id)).toMatchObject({ why: 'released' });
    expect(await places(endpointId)).toHaveLength(2);
  });

  it('sends back to the queue what was resent without ever having been begun', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 2 });
    const [id] = (await t.waiting(endpointId, 1)) as [string];
    await t.store.control.cancel(t.organizationId, id);
    await t.store.control.resend(t.organizationId, id);
    expect(await t.begin(id)).toMatchObject({ why: 'released' });
    expect(await claim(endpointId)).toEqual([id]);
    expect(await t.begin(id)).toMatchObject({ kind: 'begun' });
  });

  it('is not got round by retry-now', async () => {
    const { endpointId, ids } = await aFullEndpoint(3);
    const last = ids[2] as string;
    await t.store.control.retryNow(t.organizationId, last);
    expect(await claim(endpointId)).toEqual([]);
    expect(await t.delivery(last)).toMatchObject({ held: true, reason: 'hourly_limit' });
    await elapse(endpointId, HOUR_MS);
    expect(await claim(endpointId)).toEqual(ids);
  });

  it('counts no test events, and sends them while others wait', async () => {
    const { endpointId, ids } = await aFullEndpoint(2);
    await t.publish({ to: [endpointId], test: true });
    const [test] = (await claim(endpointId)) as [string];
    expect(ids).not.toContain(test);
    await send([test]);
    expect(await places(endpointId)).toHaveLength(3);
  });

  it('lets those go who wait when the limit is raised, as far as there are places now', async () => {
    const { endpointId, ids } = await aFullEndpoint(6);
    await t.store.endpoints.update(t.organizationId, endpointId, { maxPerHour: 5 });
    expect(await claim(endpointId)).toEqual(ids.slice(0, 2));
    await t.store.endpoints.update(t.organizationId, endpointId, { maxPerHour: null });
    expect(await claim(endpointId)).toEqual(ids.slice(2));
    await send(ids);
  });

  it('keeps a limit that was lowered after the claim', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 10 });
    const ids = await t.waiting(endpointId, 6);
    expect(await claim(endpointId)).toEqual(ids);
    await t.store.endpoints.update(t.organizationId, endpointId, { maxPerHour: 2 });
    const results = await Promise.all(ids.map((id) => t.begin(id)));
    expect(results.filter((r) => r.kind === 'begun')).toHaveLength(2);
    expect(await claim(endpointId)).toEqual([]);
  });

  it('counts from the moment on in which a limit is set', async () => {
    const endpointId = await t.anEndpoint();
    const ids = await t.waiting(endpointId, 3);
    await claim(endpointId);
    await t.store.endpoints.update(t.organizationId, endpointId, { maxPerHour: 2 });
    // Claimed without a place: back to the queue, and in its order out of it.
    for (const id of ids) expect(await t.begin(id)).toMatchObject({ why: 'released' });
    expect(await claim(endpointId)).toEqual(ids.slice(0, 2));
  });

  it('tells changed times after a change, and leaves changes of other settings alone', async () => {
    const { endpointId, ids } = await aFullEndpoint(7);
    const before = (await t.deliveriesOf(endpointId)).map((row) => row.nextAttemptAt);
    await t.store.endpoints.update(t.organizationId, endpointId, { description: 'new', maxPerHour: 3 });
    expect((await t.deliveriesOf(endpointId)).map((row) => row.nextAttemptAt)).toEqual(before);
    await t.store.endpoints.update(t.organizationId, endpointId, { maxPerHour: 1 });
    expect(await claim(endpointId)).toEqual([]);
    const last = await t.delivery(ids.at(-1) as string);
    expect(msUntil(last.nextAttemptAt)).toBeGreaterThan(6.9 * HOUR_MS);
  });

  it('looks again at a queue whose head was cancelled', async () => {
    const { endpointId, ids } = await aFullEndpoint(9);
    for (const id of ids.slice(0, 6)) await t.store.control.cancel(t.organizationId, id);
    await t.store.limits.tend();
    expect(await claim(endpointId)).toEqual([]);
    const rest = await Promise.all(ids.slice(6).map((id) => t.delivery(id)));
    for (const row of rest) expect(msUntil(row.nextAttemptAt)).toBeLessThanOrEqual(HOUR_MS);
  });

  it('gives the place of what was cancelled before its attempt to the next', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 1 });
    const [first, second] = (await t.waiting(endpointId, 2)) as [string, string];
    expect(await claim(endpointId)).toEqual([first]);
    await t.store.control.cancel(t.organizationId, first);
    await t.store.limits.tend();
    expect(await places(endpointId)).toEqual([]);
    expect(await claim(endpointId)).toEqual([second]);
  });

  it('takes a request whose worker is lost for one that was just sent', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 2 });
    const [id] = (await t.waiting(endpointId, 1)) as [string];
    await claim(endpointId);
    const lost = await t.begun(id);
    const next = await t.begun(id, { attemptCount: 0, activityAttempt: 2 });
    expect(await places(endpointId)).toEqual([
      { number: 1, stamped: true },
      { number: 2, stamped: false },
    ]);
    await elapse(endpointId, HOUR_MS - 5_000);
    await t.store.attempts.finish(anEnd(lost, aFailure()));
    const [row] = await t.rows<{ recent: boolean }>(
      sql`select stamped_at > now() - interval '1 minute' as recent from places where delivery_id = ${id} and number = 1`,
    );
    expect(row?.recent).toBe(true);
    await t.store.attempts.finish(anEnd(next));
  });

  it('stamps the request of a dead worker whose delivery was cancelled, once its lease is over', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 1 });
    const [id] = (await t.waiting(endpointId, 1)) as [string];
    await claim(endpointId);
    await t.begun(id);
    await t.store.control.cancel(t.organizationId, id);
    await t.store.limits.tend();
    expect(await places(endpointId)).toEqual([{ number: 1, stamped: false }]);
    await t.rows(sql`update deliveries set lease_until = now() - interval '1 second' where id = ${id}`);
    await t.store.limits.tend();
    expect(await places(endpointId)).toEqual([{ number: 1, stamped: true }]);
  });

  it('deletes places that are free again, and keeps the others', async () => {
    const { endpointId } = await aFullEndpoint(1);
    await t.store.limits.tend();
    expect(await places(endpointId)).toHaveLength(3);
    await elapse(endpointId, HOUR_MS);
    await t.store.limits.tend();
    expect(await places(endpointId)).toEqual([]);
  });

  it('cancels what waits when the endpoint is disabled', async () => {
    const { endpointId, ids } = await aFullEndpoint(4);
    await t.store.endpoints.disable(t.organizationId, endpointId, 'requested');
    // Without what follows a disable in the gateway, as after a crash: claim and begin see to it.
    await t.store.limits.tend();
    expect(await claim(endpointId)).toEqual(ids);
    for (const id of ids) expect(await t.begin(id)).toMatchObject({ why: 'finished', status: 'cancelled' });
  });

  it('has each endpoint served in turn, those with limits and those without', async () => {
    const limited = await Promise.all([1, 2].map(() => t.anEndpoint({ maxPerHour: 5 })));
    const free = await Promise.all([1, 2].map(() => t.anEndpoint()));
    const all = [...limited, ...free];
    for (const id of all) await t.waiting(id, 10);
    const groups = await t.store.claim({ limit: 8, room: new Map(), only: all }, (claimed) =>
      claimed.map((d) => ({ workflowId: d.id, deliveries: [d] })),
    );
    const counts = Map.groupBy(groups, (g) => g.deliveries[0]?.endpointId);
    expect(all.map((id) => counts.get(id)?.length)).toEqual([2, 2, 2, 2]);
  });

  it('claims no more than the room that is left in this process', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 5, maxConcurrency: 4 });
    const ids = await t.waiting(endpointId, 10);
    const groups = await t.store.claim({ limit: 8, room: new Map([[endpointId, 2]]), only: [endpointId] }, (claimed) =>
      claimed.map((d) => ({ workflowId: d.id, deliveries: [d] })),
    );
    expect(groups).toHaveLength(2);
    expect(await claim(endpointId)).toEqual(ids.slice(2, 5));
  });

  it('takes no place for what was offered and not claimed', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 2 });
    const ids = await t.waiting(endpointId, 3);
    await t.store.claim({ limit: 8, room: new Map(), only: [endpointId] }, () => []);
    expect(await places(endpointId)).toEqual([]);
    expect(await t.delivery(ids[0] as string)).toMatchObject({ held: false, reason: null });
    expect(await claim(endpointId)).toEqual(ids.slice(0, 2));
  });

  it('has nobody wait for places that are free, while requests are being finished', async () => {
    const endpointId = await t.anEndpoint({ maxPerHour: 200 });
    await t.waiting(endpointId, 100);
    const begun = await beginAll(await claim(endpointId));
    const ids = await t.waiting(endpointId, 90);
    const finishing = begun.map((b, n) => async () => {
      for (let turn = 0; turn < n / 10; turn++) await t.store.healthy();
      await t.store.attempts.finish(anEnd(b));
    });
    const claiming = async () => {
      for (let n = 0; n < 10; n++) {
        await t.store.claim({ limit: 2, room: new Map(), only: [endpointId] }, (claimed) =>
          claimed.map((d) => ({ workflowId: d.id, deliveries: [d] })),
        );
      }
    };
    await Promise.all([claiming(), ...finishing.map((finish) => finish())]);
    const held = (await t.deliveriesOf(endpointId)).filter((row) => row.held);
    expect(held).toEqual([]);
    expect(await claim(endpointId)).toEqual(ids.slice(20));
  });

  it('lets pass so many in any second, and says when the next may', async () => {
    const endpointId = await t.anEndpoint({ ratePerSecond: 2 });
    const ids = await t.waiting(endpointId, 4);
    const told: number[] = [];
    const stop = t.store.onWaiting((deliveries) => told.push(deliveries));
    expect(await claim(endpointId)).toEqual(ids.slice(0, 2));
    await send(ids.slice(0, 2));
    expect(await claim(endpointId)).toEqual([]);
    expect(await t.delivery(ids[3] as string)).toMatchObject({ held: true, reason: 'rate_limit' });
    const next: string[] = [];
    await eventually('the next two', async () => next.push(...(await claim(endpointId))) === 2);
    expect(next).toEqual(ids.slice(2));
    const [row] = await t.rows<{ ms: number }>(
      sql`select extract(epoch from now() - max(stamped_at))::float8 * 1000 as ms from places where endpoint_id = ${endpointId}`,
    );
    expect(row?.ms).toBeGreaterThanOrEqual(1_100);
    expect(told).toContain(0);
    stop();
  });

  it.runIf(kind === 'postgres')('holds with two workers that claim and begin at once', async () => {
    const other = await t.another();
    const endpointId = await t.anEndpoint({ maxPerHour: 40 });
    const ids = await t.waiting(endpointId, 120);
    const begun: string[] = [];
    const work = async (store: typeof other) => {
      for (let n = 0; n < 20; n++) {
        const groups = await store.claim({ limit: 7, room: new Map(), only: [endpointId] }, (claimed) =>
          claimed.map((d) => ({ workflowId: d.id, deliveries: [d] })),
        );
        const results = await Promise.all(groups.map(({ deliveries: [d] }) => t.begin(d?.id as string, {}, store)));
        for (const result of results) if (result.kind === 'begun') begun.push(result.deliveryId);
      }
    };
    await Promise.all([work(t.store), work(other), work(t.store), work(other)]);
    expect(begun.toSorted()).toEqual(ids.slice(0, 40));
    expect(await places(endpointId)).toHaveLength(40);
  });
});
