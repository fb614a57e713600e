import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';

describe.each(KINDS)('publishing on %s', (kind) => {
  let t: TestStore;
  let everything: string;

  beforeAll(async () => {
    t = await aStore(kind);
    everything = await t.anEndpoint({ eventTypes: ['order.*'] });
  });
  afterAll(() => t.close());

  const eventsWith = (data: string) =>
    t.rows<{ id: string }>(sql`select id from events where data = ${data} order by id`);

  it('commits many that wait together, each with one delivery for every matching endpoint', async () => {
    const items = Array.from({ length: 450 }, (_, n) => t.anItem({ data: `{"many":${n}}` }));
    const results = await Promise.all(items.map((item) => t.store.publish(item)));
    expect(new Set(results.map((r) => r.kind === 'created' && r.eventId)).size).toBe(450);
    expect(results.every((r) => r.kind === 'created' && r.deliveryCount === 1)).toBe(true);
    const [counted] = await t.rows<{
      events: number;
      deliveries: number;
    }>(sql`select count(distinct e.id)::int as events,
      count(d.id)::int as deliveries from events e join deliveries d on d.event_id = e.id where e.data like '{"many":%'`);
    expect(counted).toEqual({ events: 450, deliveries: 450 });
  });

  it('keeps text that looks like syntax of the database as it is', async () => {
    for (const text of ['NULL', '', '{a,b}', 'a"b', "it's", 'back\\slash', 'ünï🔑', 'two\nlines']) {
      const id = await t.publish({ data: JSON.stringify(text), presenceName: text, userId: text, type: 'order.odd' });
      const [row] = await t.rows(sql`select data, presence_name, user_id from events where id = ${id}`);
      expect(row).toEqual({ data: JSON.stringify(text), presence_name: text, user_id: text });
    }
  });

  it.each([
    ['a time that is none', { occurredAt: 'no time' }],
    ['a text the database cannot hold', { presenceName: 'nul\u0000' }],
    ['a key too long to be indexed', { idempotencyKey: incompressible(9_000) }],
  ])('lets %s fail alone', async (name, fault) => {
    const data = JSON.stringify(`beside ${name}`);
    const results = await Promise.allSettled(
      [{}, fault, { id: `after-${data.length}` }].map((changes) => t.store.publish(t.anItem({ data, ...changes }))),
    );
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await eventsWith(data)).toHaveLength(2);
  });

  it('does not publish a neighbour twice when a repeat in its group is at fault', async () => {
    const data = '"beside a bad repeat"';
    const bad = { id: 'bad-repeat', occurredAt: 'no time' };
    const results = await Promise.allSettled(
      [{}, { id: 'bad-repeat' }, bad].map((changes) => t.store.publish(t.anItem({ data, ...changes }))),
    );
    expect(results.map((r) => (r.status === 'fulfilled' ? r.value.kind : 'rejected'))).toEqual([
      'created',
      'created',
      'rejected',
    ]);
    expect(await eventsWith(data)).toHaveLength(2);
  });

  describe('what was published before', () => {
    it('is told by its id, in one group as in two', async () => {
      const publish = (fingerprint: string) => t.store.publish(t.anItem({ id: 'evt-1', fingerprint }));
      const [first, second, other] = await Promise.all([publish('a'), publish('a'), publish('b')]);
      expect(first).toMatchObject({ kind: 'created', eventId: 'evt-1' });
      expect(second).toEqual({ kind: 'repeated', eventId: 'evt-1' });
      expect(other).toEqual({ kind: 'conflict', field: 'id' });
      expect(await publish('a')).toEqual(second);
      expect(await publish('b')).toEqual(other);
      expect(await t.rows(sql`select id from deliveries where event_id = 'evt-1'`)).toHaveLength(1);
    });

    it('is told by its Idempotency-Key, with the id of the first', async () => {
      const publish = (fingerprint: string) => t.store.publish(t.anItem({ idempotencyKey: 'key 1', fingerprint }));
      const [first, second, other] = await Promise.all([publish('a'), publish('a'), publish('b')]);
      if (first?.kind !== 'created') throw new Error('not created');
      expect(second).toEqual({ kind: 'repeated', eventId: first.eventId });
      expect(other).toEqual({ kind: 'conflict', field: 'Idempotency-Key' });
      expect(await publish('a')).toEqual(second);
      expect(await publish('b')).toEqual(other);
    });

    it('conflicts where key and id belong to two events', async () => {
      await t.publish({ id: 'of-id' });
      await t.publish({ id: 'of-key', idempotencyKey: 'key 2' });
      const result = await t.store.publish(t.anItem({ id: 'of-id', idempotencyKey: 'key 2' }));
      expect(result).toEqual({ kind: 'conflict', field: 'Idempotency-Key' });
    });

    it('is still a repeat when an endpoint it was addressed to is gone', async () => {
      const gone = await t.anEndpoint({ eventTypes: [] });
      const item = t.anItem({ id: 'to-a-gone-one', to: [gone] });
      await t.store.publish(item);
      await t.store.endpoints.remove(t.organizationId, gone);
      expect(await t.store.publish(item)).toEqual({ kind: 'repeated', eventId: 'to-a-gone-one' });
      expect(await t.store.publish({ ...item, id: null })).toEqual({ kind: 'unknown_endpoint', endpointId: gone });
    });

    it('does not fail the others of its group', async () => {
      const data = '"beside repeats"';
      await t.publish({ id: 'there-before' });
      const ids = ['there-before', 'twice', 'twice', null, null];
      const results = await Promise.all(ids.map((id) => t.store.publish(t.anItem({ id, data }))));
      expect(results.map((r) => r.kind)).toEqual(['repeated', 'created', 'repeated', 'created', 'created']);
      expect(await eventsWith(data)).toHaveLength(3);
    });

    it('is another organization’s own matter', async () => {
      await t.publish({ id: 'shared', idempotencyKey: 'shared' });
      const { organization } = await t.store.organizations.create('Other');
      const theirs = t.anItem({ organizationId: organization.id, id: 'shared', idempotencyKey: 'shared' });
      expect(await t.store.publish(theirs)).toEqual({ kind: 'created', eventId: 'shared', deliveryCount: 0 });
    });
  });

  describe('who gets it', () => {
    it('never another organization’s endpoint, not even by name', async () => {
      const { organization } = await t.store.organizations.create('Other');
      const theirs = await t.anEndpoint({}, organization.id);
      await t.publish({ type: 'order.theirs' });
      const named = await t.store.publish(t.anItem({ to: [everything, theirs] }));
      expect(named).toEqual({ kind: 'unknown_endpoint', endpointId: theirs });
      expect(await t.deliveriesOf(theirs)).toEqual([]);
    });

    it('the endpoints named in `to` and no others, whatever their filter and dialect', async () => {
      const named = await t.anEndpoint({ dialect: 'fltr', eventTypes: [] });
      const id = await t.publish({ to: [named] });
      const rows = await t.rows(sql`select endpoint_id, status from deliveries where event_id = ${id}`);
      expect(rows).toEqual([{ endpoint_id: named, status: 'pending' }]);
      expect(await t.store.publish(t.anItem({ to: [] }))).toMatchObject({ kind: 'created', deliveryCount: 0 });
    });

    it('nobody, and nothing is written, when `to` names an unknown endpoint', async () => {
      const result = await t.store.publish(t.anItem({ data: '"to nowhere"', to: [everything, 'ep_none'] }));
      expect(result).toEqual({ kind: 'unknown_endpoint', endpointId: 'ep_none' });
      expect(await eventsWith('"to nowhere"')).toEqual([]);
    });

    it('a disabled endpoint a cancelled delivery, a deleted one none', async () => {
      const disabled = await t.anEndpoint({ eventTypes: ['shut.*'] });
      const deleted = await t.anEndpoint({ eventTypes: ['shut.*'] });
      await t.store.endpoints.disable(t.organizationId, disabled, 'by_hand');
      await t.store.endpoints.remove(t.organizationId, deleted);
      let told = 0;
      const stop = t.store.onWaiting((deliveries) => {
        told += deliveries;
      });
      await t.publish({ type: 'shut.one' });
      stop();
      const cancelled = { status: 'cancelled', reason: 'endpoint_disabled', nextAttemptAt: null };
      expect(await t.deliveriesOf(disabled)).toMatchObject([cancelled]);
      expect(await t.deliveriesOf(deleted)).toEqual([]);
      expect(told).toBe(0);
    });

    it('an endpoint from the moment it was created, changed or enabled', async () => {
      const types = (name: string) => ({ eventTypes: [name] });
      const endpoint = await t.anEndpoint(types('fresh.one'));
      await t.publish({ type: 'fresh.one' });
      await t.store.endpoints.update(t.organizationId, endpoint, types('fresh.two'));
      await t.publish({ type: 'fresh.one' });
      await t.publish({ type: 'fresh.two' });
      await t.store.endpoints.disable(t.organizationId, endpoint, 'by_hand');
      await t.store.endpoints.enable(t.organizationId, endpoint);
      await t.publish({ type: 'fresh.two' });
      const rows = await t.deliveriesOf(endpoint);
      expect(rows.map((row) => [row.eventType, row.status])).toEqual([
        ['fresh.one', 'pending'],
        ['fresh.two', 'pending'],
        ['fresh.two', 'pending'],
      ]);
    });
  });
});

/** Long text that an index cannot shrink below its limit. */
function incompressible(length: number): string {
  let state = 42;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCharCode(33 + ((state >> 8) % 90));
  }).join('');
}
