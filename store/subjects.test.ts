import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Remote } from '../domain/destinations/destination.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { SubjectClaim } from './destination-types.ts';

const remote: Remote = {
  place: 'DQ',
  id: '10001',
  name: 'DQ-1',
  link: 'https://acme.example.com/DQ-1',
  resolved: false,
};
const NOTHING = { remote: undefined, occurredAt: null, searches: null };
const LONG_MS = 60_000;

describe.each(KINDS)('subjects on %s', (kind) => {
  let t: TestStore;
  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  let made = 0;
  const aClaim = (changes: Partial<SubjectClaim> = {}): SubjectClaim => {
    made += 1;
    return { endpointId: 'ep_1', key: `wb-${made}`, deliveryId: `dlv_${made}`, attemptId: `atm_${made}`, ...changes };
  };
  /** Another attempt at the same subject. */
  const next = (claim: SubjectClaim, changes: Partial<SubjectClaim> = {}) =>
    aClaim({ key: claim.key, deliveryId: claim.deliveryId, ...changes });
  const { lease, remember, release } = {
    lease: (claim: SubjectClaim, leaseMs = LONG_MS, pausesMs = [0, 0]) =>
      t.store.subjects.lease(claim, { leaseMs, pausesMs }),
    remember: (claim: SubjectClaim, outcome: Partial<Parameters<typeof t.store.subjects.remember>[1]>) =>
      t.store.subjects.remember(claim, { ...NOTHING, ...outcome }),
    release: (claim: SubjectClaim) => t.store.subjects.release(claim),
  };
  const held = (more = {}) => ({ kind: 'held', remote: null, lastOccurredAt: null, searches: null, ...more });

  test('one attempt has it; the next gets what the first left', async () => {
    const first = aClaim();
    const second = next(first, { deliveryId: 'dlv_second' });
    expect(await lease(first)).toEqual(held());
    expect(await lease(second)).toEqual({ kind: 'busy' });
    await remember(first, { remote, occurredAt: '2026-03-01T10:00:00.000Z' });
    expect(await lease(second)).toEqual({ kind: 'busy' });
    await release(first);
    expect(await lease(second)).toEqual(held({ remote, lastOccurredAt: '2026-03-01T10:00:00.000Z' }));
    await release(second);
    expect(await t.store.subjects.read(first.endpointId, first.key)).toEqual({
      remote,
      lastOccurredAt: '2026-03-01T10:00:00.000Z',
    });
  });

  test('of many at once exactly one has it, and subjects of other endpoints are others', async () => {
    const claim = aClaim();
    const rivals = Array.from({ length: 10 }, (_, i) => next(claim, { deliveryId: `dlv_rival_${i}` }));
    const kinds = (await Promise.all(rivals.map((rival) => lease(rival)))).map((each) => each.kind);
    expect(kinds.toSorted()).toEqual([...Array(9).fill('busy'), 'held']);
    expect(await lease(next(claim, { endpointId: 'ep_2' }))).toEqual(held());
  });

  test('the latest event that was applied counts, in whatever order they come', async () => {
    const claim = aClaim();
    await lease(claim);
    await remember(claim, { occurredAt: '2026-03-01T11:00:00.000Z' });
    await remember(claim, { occurredAt: '2026-03-01T10:00:00.000Z' });
    await remember(claim, { occurredAt: null });
    await release(claim);
    expect(await lease(next(claim))).toMatchObject({ lastOccurredAt: '2026-03-01T11:00:00.000Z' });
  });

  test('what its delivery left behind is to be looked for, by the same delivery at once', async () => {
    const crashed = aClaim();
    await lease(crashed);
    expect(await lease(next(crashed))).toEqual(held({ searches: 0 }));
  });

  test('by another delivery once the lease is over', async () => {
    const crashed = aClaim();
    await lease(crashed, 0);
    expect(await lease(next(crashed, { deliveryId: 'dlv_other' }))).toEqual(held({ searches: 0 }));
  });

  test('searches are counted, and forgotten once it is found', async () => {
    const claim = aClaim();
    await lease(claim);
    for (const searches of [0, 1, 2]) {
      await remember(claim, { searches });
      await release(claim);
      expect(await lease(claim)).toEqual(held({ searches }));
    }
    await remember(claim, { remote });
    await release(claim);
    expect(await lease(claim)).toEqual(held({ remote }));
  });

  test('of several deliveries no other searches before its time: the vendor must have had the pause between', async () => {
    const first = aClaim();
    const other = next(first, { deliveryId: 'dlv_other' });
    await lease(first);
    await remember(first, { searches: 1 });
    await release(first);
    const early = await lease(other, LONG_MS, [0, LONG_MS]);
    expect(early).toEqual({ kind: 'early', waitMs: expect.any(Number) });
    if (early.kind === 'early') expect(early.waitMs).toBeGreaterThan(LONG_MS / 2);
    expect(await lease(other, LONG_MS, [LONG_MS, 0])).toEqual(held({ searches: 1 }));
    await remember(other, { searches: 2 });
    await release(other);
    expect(await lease(first, LONG_MS, [0, 0, LONG_MS])).toMatchObject({ kind: 'early' });
    expect(await lease(other, LONG_MS, [0, 0, LONG_MS])).toEqual(held({ searches: 2 }));
    await remember(other, { remote, searches: 0 });
    await release(other);
    expect(await lease(first, LONG_MS, [LONG_MS])).toEqual(held({ remote }));
  });

  test('once the ticket is known, a comment in doubt concerns its own delivery alone, and stays in doubt until that has looked', async () => {
    const first = aClaim();
    await lease(first);
    await remember(first, { remote, searches: 0 });
    await release(first);
    const other = next(first, { deliveryId: 'dlv_other' });
    expect(await lease(other)).toEqual(held({ remote }));
    await remember(other, {});
    await release(other);
    expect(await lease(first)).toEqual(held({ remote, searches: 0 }));
  });

  test('whoever lost the lease writes nothing any more', async () => {
    const late = aClaim();
    await lease(late, 0);
    const now = next(late, { deliveryId: 'dlv_now' });
    await lease(now);
    await remember(late, { remote });
    await release(late);
    expect(await lease(next(late, { deliveryId: 'dlv_third' }))).toEqual({ kind: 'busy' });
    expect(await t.store.subjects.read(late.endpointId, late.key)).toEqual({ remote: null, lastOccurredAt: null });
  });

  test('what is gone is forgotten', async () => {
    const claim = aClaim();
    await lease(claim);
    await remember(claim, { remote });
    await remember(claim, { remote: null });
    await release(claim);
    expect(await lease(claim)).toEqual(held());
  });

  test('retention takes what nothing was told of for long, and nothing that is being worked on', async () => {
    await t.store.db.execute(sql`delete from subjects`);
    const [old, atWork] = [aClaim(), aClaim()];
    await lease(old);
    await release(old);
    await lease(atWork);
    const soon = new Date(Date.now() + LONG_MS).toISOString();
    expect(await t.store.scans.deleteRetained('subjects', new Date(0).toISOString(), null)).toEqual({
      deleted: 0,
      next: null,
    });
    expect(await t.store.scans.deleteRetained('subjects', soon, null)).toEqual({ deleted: 1, next: null });
    expect(await lease(next(atWork, { deliveryId: 'dlv_other' }))).toEqual({ kind: 'busy' });
  });
});

describe.each(KINDS)('refused configurations on %s', (kind) => {
  let t: TestStore;
  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const versionOf = async (id: string) => (await t.store.endpoints.get(t.organizationId, id))?.version ?? 0;
  const add = async (id: string, reason = 'Jira refused the token') =>
    t.store.configurationFaults.add(t.organizationId, id, await versionOf(id), reason);
  const paused = async (id: string) => (await t.store.endpoints.get(t.organizationId, id))?.pausedReason;

  test('three in a row pause it; a success between begins anew', async () => {
    const id = await t.anEndpoint();
    await add(id);
    await add(id);
    await t.store.configurationFaults.clear(id);
    await add(id);
    await add(id);
    expect(await paused(id)).toBeNull();
    await add(id, 'the last word');
    await add(id, 'too late');
    expect(await paused(id)).toBe('the last word');
    expect(await t.store.endpoints.resume(t.organizationId, id)).toBe(true);
    expect(await t.store.endpoints.resume(t.organizationId, id)).toBe(false);
    await add(id);
    expect(await paused(id)).toBeNull();
  });

  test('what was under way when it was changed says nothing of the change', async () => {
    const id = await t.anEndpoint();
    const before = await versionOf(id);
    await t.store.endpoints.update(t.organizationId, id, {
      config: (standing) => ({ url: 'https://acme.example', config: standing }),
    });
    for (const _ of [1, 2, 3]) await t.store.configurationFaults.add(t.organizationId, id, before, 'of the old token');
    expect(await paused(id)).toBeNull();
    await add(id);
    await add(id);
    expect(await paused(id)).toBeNull();
  });

  test('who listens is told of the pause and of its end, once each', async () => {
    await t.anEndpoint({ eventTypes: ['endpoint.paused', 'endpoint.updated'] });
    const id = await t.anEndpoint({ eventTypes: ['order.created'] });
    for (const _ of [1, 2, 3, 4]) await add(id, 'Jira refused the token');
    await t.store.endpoints.resume(t.organizationId, id);
    const told = await t.rows<{ type: string; data: string }>(
      sql`select type, data from events where organization_id = ${t.organizationId} and type like 'endpoint.%' order by type`,
    );
    expect(told.map(({ type, data }) => [type, JSON.parse(data)])).toMatchObject([
      ['endpoint.paused', { endpoint: { id }, reason: 'Jira refused the token' }],
      ['endpoint.updated', { endpoint: { id }, change: 'resumed' }],
    ]);
  });
});
