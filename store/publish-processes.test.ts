import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../test/eventually.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { Store } from './open-store.ts';

describe.runIf(KINDS.includes('postgres'))('publishing from two processes', () => {
  let t: TestStore;
  let other: Store;

  beforeAll(async () => {
    t = await aStore('postgres');
    other = await t.another();
  });
  afterAll(() => t.close());

  it('tells in one what was published in the other', async () => {
    await t.store.publish(t.anItem({ id: 'one', fingerprint: 'a' }));
    expect(await other.publish(t.anItem({ id: 'one', fingerprint: 'a' }))).toEqual({
      kind: 'repeated',
      eventId: 'one',
    });
    expect(await other.publish(t.anItem({ id: 'one', fingerprint: 'b' }))).toEqual({ kind: 'conflict', field: 'id' });
    const first = await other.publish(t.anItem({ idempotencyKey: 'k', fingerprint: 'a' }));
    if (first.kind !== 'created') throw new Error(first.kind);
    const again = await t.store.publish(t.anItem({ idempotencyKey: 'k', fingerprint: 'a' }));
    expect(again).toEqual({ kind: 'repeated', eventId: first.eventId });
  });

  it('creates what both publish at once one time, in whatever order it comes', async () => {
    await t.anEndpoint({ eventTypes: ['at.once'] });
    const ids = Array.from({ length: 60 }, (_, n) => `at-once-${n}`);
    const publish = (store: Store, order: string[]) =>
      order.map((id) => store.publish(t.anItem({ id, idempotencyKey: `key of ${id}`, type: 'at.once' })));
    const results = await Promise.all([...publish(t.store, ids), ...publish(other, ids.toReversed())]);
    expect(results.filter((r) => r.kind === 'created')).toHaveLength(60);
    expect(results.filter((r) => r.kind === 'repeated')).toHaveLength(60);
    const [counted] = await t.rows(sql`select count(*)::int as n from deliveries where event_type = 'at.once'`);
    expect(counted).toEqual({ n: 60 });
  });

  it('publishes all the same when the database ends a deadlock at its cost', async () => {
    const client = new pg.Client({ connectionString: t.databaseUrl });
    await client.connect();
    const insert = (id: string) =>
      client.query(
        `insert into events (organization_id, id, dialect, type, data, fingerprint, occurred_at)
          values ($1, $2, 'standard', 'order.created', '0', 'same', now())`,
        [t.organizationId, id],
      );
    await client.query('begin');
    await insert('lock-b');
    const group = Promise.all(['lock-a', 'lock-b', 'lock-c'].map((id) => t.store.publish(t.anItem({ id }))));
    await eventually('the group waiting for the other transaction', async () => {
      const waiting = await t.rows(sql`select 1 from pg_locks where not granted and locktype = 'transactionid'`);
      return waiting.length > 0;
    });
    // Now each waits for the other; the group has waited longer and is found first.
    await insert('lock-a');
    await client.query('commit');
    await client.end();
    expect((await group).map((r) => r.kind)).toEqual(['repeated', 'repeated', 'created']);
  });

  it('sends to an endpoint that the other has just created, and not to one that it has just deleted', async () => {
    await t.publish({ type: 'fresh' });
    const endpointId = await t.anEndpoint({ eventTypes: ['fresh'] }, t.organizationId, other);
    await t.publish({ type: 'fresh' });
    expect(await t.deliveriesOf(endpointId)).toMatchObject([{ status: 'pending' }]);
    await other.endpoints.disable(t.organizationId, endpointId, 'by_hand');
    await t.publish({ type: 'fresh' });
    await other.endpoints.remove(t.organizationId, endpointId);
    await t.publish({ type: 'fresh' });
    expect((await t.deliveriesOf(endpointId)).map((row) => row.status)).toEqual(['pending', 'cancelled']);
  });

  it('begins in one what was published in the other', async () => {
    const endpointId = await t.anEndpoint({}, t.organizationId, other);
    const [id] = (await t.waiting(endpointId)) as [string];
    await t.claim([endpointId]);
    expect(await t.begin(id, {}, other)).toMatchObject({ kind: 'begun', event: { data: '{"total":42}' } });
  });
});
