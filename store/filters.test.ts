import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointFilter } from '../domain/delivery/filter.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';

const above = (total: number): EndpointFilter => ({
  match: 'all',
  conditions: [{ field: 'total', operator: 'greaterThan', value: total }],
  minSeverity: null,
});
const severe: EndpointFilter = { match: 'all', conditions: [], minSeverity: 'high' };

describe.each(KINDS)('filters of endpoints on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const endpointsOf = async (eventId: string) => {
    const rows = await t.rows<{ id: string }>(
      sql`select endpoint_id as id from deliveries where event_id = ${eventId} order by 1`,
    );
    return rows.map((row) => row.id);
  };
  const unmatched = (eventId: string) => t.store.events.unmatched(t.organizationId, eventId);

  it('decide at the publish who gets an event, and what matched nothing says why', async () => {
    const eventTypes = ['order.filtered'];
    const low = await t.anEndpoint({ eventTypes, filter: above(10) });
    const high = await t.anEndpoint({ eventTypes, filter: above(100) });
    const send = (total: number) => t.publish({ type: 'order.filtered', data: JSON.stringify({ total }) });
    const [none, one, both] = [await send(5), await send(50), await send(500)];
    expect(await endpointsOf(none)).toEqual([]);
    expect(await endpointsOf(one)).toEqual([low]);
    expect(await endpointsOf(both)).toEqual([low, high].sort());
    expect(await unmatched(none)).toBe('filtered');
    expect(await unmatched(one)).toBeNull();
    expect(await unmatched(await t.publish({ type: 'order.unheard' }))).toBe('no_endpoint');
    expect(await unmatched('evt_none')).toBeNull();
  });

  it('by severity ask what the event means', async () => {
    const endpoint = await t.anEndpoint({ dialect: 'flexorch', filter: severe });
    const send = (type: string) => t.publish({ dialect: 'flexorch', type, data: '{"job_id":"job_1"}' });
    expect(await endpointsOf(await send('job.failed'))).toEqual([endpoint]);
    expect(await endpointsOf(await send('job.completed'))).toEqual([]);
  });

  it('are not asked where an event is aimed at an endpoint, as a test is', async () => {
    const endpoint = await t.anEndpoint({ eventTypes: ['order.aimed'], filter: above(100) });
    expect(await endpointsOf(await t.publish({ to: [endpoint] }))).toEqual([endpoint]);
    expect(await endpointsOf(await t.publish({ to: [endpoint], test: true }))).toEqual([endpoint]);
  });

  it('count from the next publish on when they are changed or taken away', async () => {
    const endpoint = await t.anEndpoint({ eventTypes: ['order.changing'] });
    const gets = async () => (await endpointsOf(await t.publish({ type: 'order.changing' }))).length;
    const set = (filter: EndpointFilter | null) => t.store.endpoints.update(t.organizationId, endpoint, { filter });
    expect(await gets()).toBe(1);
    await set(above(100));
    expect(await gets()).toBe(0);
    await set(above(10));
    expect(await gets()).toBe(1);
    await set(null);
    expect(await gets()).toBe(1);
    expect((await t.store.endpoints.get(t.organizationId, endpoint))?.filter).toBeNull();
  });

  it('hold for operational events, of which none is written for nobody', async () => {
    const filter: EndpointFilter = {
      match: 'all',
      conditions: [{ field: 'endpoint.id', operator: 'equals', value: 'another' }],
      minSeverity: null,
    };
    const { organization } = await t.store.organizations.create('Told');
    const eventTypes = ['endpoint.created'];
    await t.anEndpoint({ eventTypes, filter }, organization.id);
    await t.anEndpoint({}, organization.id);
    const page = { limit: 9, after: null };
    const all = { dialect: null, type: 'endpoint.created', unmatched: false, since: null, until: null };
    expect(await t.store.events.list(organization.id, all, page)).toEqual([]);
    await t.anEndpoint({ eventTypes }, organization.id);
    await t.anEndpoint({}, organization.id);
    expect((await t.store.events.list(organization.id, all, page)).length).toBeGreaterThan(0);
  });

  it('list what matched nothing by its index', async () => {
    const { organization } = await t.store.organizations.create('Unheard');
    const send = (id: string, organizationId = organization.id) =>
      t.publish({ id, organizationId, type: 'order.idle' });
    await send('idle-1');
    await send('idle-2');
    await send('idle-1', t.organizationId);
    await t.anEndpoint({ eventTypes: ['order.idle'] }, organization.id);
    await send('heard');
    const filter = { dialect: null, type: null, unmatched: true, since: null, until: null };
    const found = await t.store.events.list(organization.id, filter, { limit: 9, after: null });
    expect(found.map(({ id, unmatched }) => [id, unmatched])).toEqual([
      ['idle-2', 'no_endpoint'],
      ['idle-1', 'no_endpoint'],
    ]);
    const [plan] = await t.store.db.transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`);
      const explained = await tx.execute(sql`explain (format json) select id from events
        where organization_id = ${organization.id} and unmatched is not null order by created_at desc limit 9`);
      return (explained as unknown as { rows: unknown[] }).rows;
    });
    expect(JSON.stringify(plan)).toContain('events_unmatched');
  });

  describe('at a replay', () => {
    const replay = (id: string, type: string, filter: EndpointFilter | null, dryRun = false) =>
      t.store.replay({
        organizationId: t.organizationId,
        endpoint: {
          id,
          dialect: 'standard',
          eventTypes: [type],
          presenceName: null,
          userId: null,
          filter,
          disabled: false,
        },
        since: '2000-01-01T00:00:00Z',
        until: '2100-01-01T00:00:00Z',
        include: ['missing'],
        dryRun,
      });

    it('decide what is missing, over more than a page of data', async () => {
      const type = 'order.missed';
      for (let total = 0; total < 40; total++) await t.publish({ type, data: JSON.stringify({ total }) });
      const endpoint = await t.anEndpoint({ eventTypes: [type], filter: above(19) });
      expect(await replay(endpoint, type, above(19), true)).toMatchObject({ missing: 20 });
      expect(await t.deliveriesOf(endpoint)).toEqual([]);
      expect(await replay(endpoint, type, above(19))).toMatchObject({ missing: 20 });
      expect(await t.deliveriesOf(endpoint)).toHaveLength(20);
      expect(await replay(endpoint, type, above(19))).toMatchObject({ missing: 0 });
      expect(await replay(endpoint, type, above(29), true)).toMatchObject({ missing: 0 });
      expect(await replay(endpoint, type, null, true)).toMatchObject({ missing: 20 });
    });

    it('give what matched nothing a delivery, and it matched something then', async () => {
      const type = 'order.late';
      const eventId = await t.publish({ type });
      const endpoint = await t.anEndpoint({ eventTypes: [type], filter: above(10) });
      expect(await unmatched(eventId)).toBe('no_endpoint');
      await replay(endpoint, type, above(100));
      expect(await unmatched(eventId)).toBe('no_endpoint');
      await replay(endpoint, type, above(10));
      expect(await endpointsOf(eventId)).toEqual([endpoint]);
      expect(await unmatched(eventId)).toBeNull();
    });
  });
});
