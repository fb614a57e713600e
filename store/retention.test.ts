import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RETAINED, type Retained } from '../domain/delivery/retained.ts';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';

describe.each(KINDS)('retention on %s', (kind) => {
  let t: TestStore;
  const HOUR_MS = 3_600_000;
  /** Everything there is so far is older than this. */
  const later = () => new Date(Date.now() + HOUR_MS).toISOString();
  const earlier = () => new Date(Date.now() - HOUR_MS).toISOString();

  beforeAll(async () => {
    t = await aStore(kind);
  });
  beforeEach(async () => {
    await t.store.db.execute(sql`truncate deliveries, events, attempts, dataset_exports, places, endpoint_health, validations,
      source_receipts, portal_sessions, portal_links`);
  });
  afterAll(() => t.close());

  async function deleteAll(what: Retained, before = later()): Promise<number> {
    let deleted = 0;
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof t.store.scans.deleteRetained>> = await t.store.scans.deleteRetained(
        what,
        before,
        after,
      );
      deleted += page.deleted;
      after = page.next;
    } while (after !== null);
    return deleted;
  }
  /** A run as it is meant: every kind in its order, but for what is written down of everything that happens here. */
  async function run(before = later()): Promise<Partial<Record<Retained, number>>> {
    const counts: Partial<Record<Retained, number>> = {};
    for (const what of RETAINED.filter((each) => !['endpoint_health', 'throughput', 'activity'].includes(each))) {
      const deleted = await deleteAll(what, before);
      if (deleted > 0) counts[what] = deleted;
    }
    return counts;
  }
  async function count(table: string): Promise<number> {
    const [row] = await t.rows<{ n: number }>(sql`select count(*)::int as n from ${sql.identifier(table)}`);
    return row?.n ?? 0;
  }
  /** A delivery with one attempt, ended by it or waiting for the next. */
  async function anAttempted(end = {}): Promise<string> {
    const { id } = await t.aClaimed();
    await t.store.attempts.finish(anEnd(await t.begun(id), end));
    return id;
  }

  it('deletes attempts, deliveries and events of what is over', async () => {
    await anAttempted();
    await anAttempted(aFailure(null));
    expect(await run()).toEqual({ attempts: 2, deliveries: 2, events: 2 });
    expect([await count('attempts'), await count('deliveries'), await count('events')]).toEqual([0, 0, 0]);
  });

  it('keeps all that is younger', async () => {
    await anAttempted();
    expect(await run(earlier())).toEqual({});
    expect([await count('attempts'), await count('deliveries'), await count('events')]).toEqual([1, 1, 1]);
  });

  it('never deletes what is pending, nor its event and attempts, however old', async () => {
    const id = await anAttempted(aFailure());
    const endpointId = await t.anEndpoint();
    await t.waiting(endpointId);
    expect(await run()).toEqual({});
    expect(await t.attemptsOf(id)).toHaveLength(1);
    expect([await count('deliveries'), await count('events')]).toEqual([2, 2]);
  });

  it('a delivery goes only after its attempts, an event only after all its deliveries', async () => {
    await anAttempted();
    expect([await deleteAll('events'), await deleteAll('deliveries')]).toEqual([0, 0]);
    expect([await deleteAll('attempts'), await deleteAll('events'), await deleteAll('deliveries')]).toEqual([1, 0, 1]);
    expect(await deleteAll('events')).toBe(1);
  });

  it('an event that nobody took goes too; in another organization the same id is judged by its own deliveries', async () => {
    const other = (await t.store.organizations.create('Other')).organization.id;
    const endpointId = await t.anEndpoint();
    await t.publish({ id: 'shared', to: [endpointId] });
    await t.publish({ id: 'shared', organizationId: other });
    expect(await run()).toEqual({ events: 1 });
    expect(await t.rows(sql`select organization_id from events`)).toEqual([{ organization_id: t.organizationId }]);
  });

  it('takes idempotency keys off events that are over, which stay', async () => {
    const key = { idempotencyKey: 'k-1', to: [] };
    const first = await t.publish(key);
    await t.publish({ idempotencyKey: 'k-2', to: [await t.anEndpoint()] });
    expect(await deleteAll('idempotency_keys', earlier())).toBe(0);
    expect(await deleteAll('idempotency_keys')).toBe(1);
    expect(await count('events')).toBe(2);
    const again = await t.store.publish(t.anItem({ ...key, fingerprint: 'other' }));
    expect(again).toMatchObject({ kind: 'created' });
    expect(again).not.toMatchObject({ eventId: first });
  });

  it('looks at 500 rows at most in a page, and comes to all of them', async () => {
    await t.store.db.execute(sql`insert into events (organization_id, id, dialect, type, data, fingerprint, occurred_at)
      select ${t.organizationId}, 'e-' || n, 'standard', 'a', '{}', '', now() from generate_series(1, 1201) n`);
    const pages: number[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof t.store.scans.deleteRetained>> = await t.store.scans.deleteRetained(
        'events',
        later(),
        after,
      );
      pages.push(page.deleted);
      after = page.next;
    } while (after !== null);
    expect(pages).toEqual([500, 500, 201]);
  });

  it('passes by what must stay at the head of the line', async () => {
    const endpointId = await t.anEndpoint();
    await t.waiting(endpointId, 510);
    await anAttempted();
    expect(await run()).toEqual({ attempts: 1, deliveries: 1, events: 1 });
    expect(await count('events')).toBe(510);
  });

  it('deletes exports with their deliveries, and places that are free again', async () => {
    const id = await anAttempted();
    const pendingId = await anAttempted(aFailure());
    for (const deliveryId of [id, pendingId]) {
      await t.store.db.execute(sql`insert into dataset_exports
        (delivery_id, organization_id, generation, tries, dataset_id, connector_number, format, bucket, key, status)
        values (${deliveryId}, ${t.organizationId}, 1, 1, 'ds', 1, 'jsonl', 'b', 'k', 'done')`);
      await t.store.db.execute(sql`insert into places (delivery_id, number, endpoint_id, stamped_at)
        values (${deliveryId}, 1, 'ep', now()), (${deliveryId}, 2, 'ep', null)`);
    }
    expect(await run()).toEqual({ attempts: 1, exports: 1, places: 3, deliveries: 1, events: 1 });
    expect(await t.rows(sql`select delivery_id, number from places`)).toEqual([{ delivery_id: pendingId, number: 2 }]);
    expect(await t.rows(sql`select delivery_id from dataset_exports`)).toEqual([{ delivery_id: pendingId }]);
  });

  it('deletes validations, hours of health, receipts, and portal links after their sessions', async () => {
    await t.store.validations.add(t.organizationId, {
      validation: {
        validationId: randomUUID(),
        platform: 'uipath',
        fileName: 'Main.xaml',
        label: null,
        passed: true,
        score: 100,
        enforcementMode: 'blocking',
        policyPackSlug: 'base',
        validatedAt: '2026-05-15T18:42:11.500Z',
        summary: { critical: 0, high: 0, medium: 0, low: 0, total: 0 },
      },
      findings: [],
      result: '{}',
      fingerprint: '',
    });
    const hour = Math.floor(Date.now() / HOUR_MS);
    await t.store.db.execute(sql`insert into endpoint_health (endpoint_id, bucket, attempts, failed)
      values ('ep', ${hour}, 1, 0), ('ep', ${hour + 24}, 1, 0)`);
    await t.store.db.execute(sql`insert into source_receipts (id, source_id, outcome, body_bytes)
      values (${'rcp_01k00000000000000000000000'}, 'src', 'accepted', 1)`);
    const link = { readOnly: true, options: {}, expiresInSeconds: 60 };
    await t.store.portalAccess.createLink(t.organizationId, link);
    await t.store.portalAccess.createLink(t.organizationId, { ...link, expiresInSeconds: 2 * 86_400 });
    await t.store.db.execute(sql`insert into portal_sessions (id, link_id, organization_id, cookie_hash, read_only, expires_at)
      select 'pse_01k00000000000000000000000', id, organization_id, token_hash, true, now() + interval '1 minute'
      from portal_links order by expires_at limit 1`);
    expect(await run()).toEqual({
      events: 1,
      validations: 1,
      source_receipts: 1,
      portal_sessions: 1,
      portal_links: 1,
    });
    expect(await deleteAll('endpoint_health')).toBe(1);
    expect([await count('portal_links'), await count('endpoint_health')]).toEqual([1, 1]);
  });
});
