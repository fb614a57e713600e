import { randomUUID } from 'node:crypto';
import { and, asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import type { RiskException } from '../domain/exceptions/risk-exception.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import { events } from './schema.ts';

describe.each(KINDS)('the scan of exceptions on %s', (kind) => {
  let t: TestStore;
  let organizationId: string;
  const NOW = '2026-05-22T04:00:00.000Z';
  let hours = 0;
  let at = { scanHour: 0, scanTimeZone: 'UTC' };

  beforeAll(async () => {
    t = await aStore(kind);
  });
  beforeEach(async () => {
    organizationId = (await t.store.organizations.create('Acme')).organization.id;
    at = { scanHour: ++hours % 24, scanTimeZone: `Etc/GMT+${Math.floor(hours / 24)}` };
    // A time of its own, so that what other tests left is not scanned along.
    await t.store.alertSettings.update(organizationId, at);
  });
  afterAll(() => t.close());

  async function anException(changes: Partial<RiskException> = {}, of = organizationId): Promise<RiskException> {
    const exception: RiskException = {
      exceptionId: randomUUID(),
      ruleId: 'FC-UIP-HCD-001',
      fileName: 'Main.xaml',
      location: 'Main.xaml:42',
      reason: 'Documented credential injected at runtime by Orchestrator.',
      requestedByEmail: 'ops-lead@example.com',
      status: 'approved',
      expiresAt: '2026-05-28T00:00:00.000Z',
      ...changes,
    };
    await t.store.exceptions.put(of, exception);
    return exception;
  }
  const statusOf = async ({ exceptionId }: RiskException) =>
    (await t.store.exceptions.get(organizationId, exceptionId))?.status;

  /** A whole scan, page by page. */
  async function scan({ now = NOW, limit = 100, time = at, by = t.store } = {}) {
    const total = { warned: 0, expired: 0, pages: 0 };
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof t.store.scans.scanExceptions>> = await by.scans.scanExceptions({
        at: time,
        now,
        after,
        limit,
      });
      total.warned += page.warned;
      total.expired += page.expired;
      total.pages++;
      after = page.next;
    } while (after !== null);
    return total;
  }
  async function fired(of = organizationId) {
    const rows = await t.store.db
      .select()
      .from(events)
      .where(and(eq(events.organizationId, of), eq(events.type, 'exception.expiring_soon')))
      .orderBy(asc(events.createdAt));
    return rows.map(({ data, occurredAt, dialect }) => ({ data: JSON.parse(data), occurredAt, dialect }));
  }

  it("fires exception.expiring_soon with the document's payload once one enters the window", async () => {
    const to = await t.anEndpoint({ dialect: 'flowcerta', eventTypes: ['exception.expiring_soon'] }, organizationId);
    const { exceptionId } = await anException();
    expect(await scan()).toMatchObject({ warned: 1, expired: 0 });
    const [event] = await fired();
    const example = eventTypeOf('flowcerta', 'exception.expiring_soon')?.example;
    expect(event).toEqual({ dialect: 'flowcerta', occurredAt: NOW, data: { ...example, exceptionId } });
    expect(await t.deliveriesOf(to)).toMatchObject([{ status: 'pending', eventType: 'exception.expiring_soon' }]);
  });

  it('fires at the first moment of the default window of 7 days, not a millisecond before', async () => {
    await anException({ expiresAt: '2026-05-29T04:00:00.001Z' });
    expect(await scan()).toMatchObject({ warned: 0 });
    const edge = await anException({ expiresAt: '2026-05-29T04:00:00.000Z' });
    expect(await scan()).toMatchObject({ warned: 1 });
    expect((await fired()).map(({ data }) => [data.exceptionId, data.daysRemaining])).toEqual([[edge.exceptionId, 7]]);
  });

  it("keeps to the organization's own window", async () => {
    await anException({ expiresAt: '2026-05-31T00:00:00.000Z' });
    expect(await scan()).toMatchObject({ warned: 0 });
    await t.store.alertSettings.update(organizationId, { warningWindowDays: 9 });
    expect(await scan()).toMatchObject({ warned: 1 });
    expect((await fired())[0]?.data.daysRemaining).toBe(9);
  });

  it('fires at most once per exception, however often it is scanned', async () => {
    await anException();
    await scan();
    expect(await scan({ now: '2026-05-23T04:00:00.000Z' })).toMatchObject({ warned: 0 });
    expect(await fired()).toHaveLength(1);
  });

  it('a renewal with a later date arms it again; going back to a date that was warned for does not', async () => {
    const exception = await anException();
    await scan();
    await anException({ ...exception, expiresAt: '2026-06-28T00:00:00.000Z' });
    expect(await scan()).toMatchObject({ warned: 0 });
    expect(await scan({ now: '2026-06-25T04:00:00.000Z' })).toMatchObject({ warned: 1 });
    await anException({ ...exception });
    expect(await scan()).toMatchObject({ warned: 0 });
    expect((await fired()).map(({ data }) => data.expiresAt)).toEqual([
      '2026-05-28T00:00:00.000Z',
      '2026-06-28T00:00:00.000Z',
    ]);
  });

  it('one that is deleted and made again under its id does not fire twice for one date', async () => {
    const exception = await anException();
    await scan();
    await t.store.exceptions.remove(organizationId, exception.exceptionId);
    await anException(exception);
    expect(await scan()).toMatchObject({ warned: 0 });
    expect(await fired()).toHaveLength(1);
  });

  it('fires for approved ones only; one approved inside the window fires at the next scan', async () => {
    const requested = await anException({ status: 'requested' });
    await anException({ status: 'rejected' });
    expect(await scan()).toMatchObject({ warned: 0 });
    await anException({ ...requested, status: 'approved' });
    expect(await scan()).toMatchObject({ warned: 1 });
  });

  it('one already past expiresAt becomes expired and does not fire', async () => {
    const past = await anException({ expiresAt: NOW });
    const rejected = await anException({ expiresAt: NOW, status: 'rejected' });
    expect(await scan()).toMatchObject({ warned: 0, expired: 1 });
    expect([await statusOf(past), await statusOf(rejected)]).toEqual(['expired', 'rejected']);
    expect(await fired()).toEqual([]);
    expect(await scan()).toMatchObject({ expired: 0 });
  });

  it('a scan run late warns of what is still ahead, and expires what it was never warned of', async () => {
    const ahead = await anException({ expiresAt: '2026-05-30T00:00:00.000Z' });
    const missed = await anException();
    expect(await scan({ now: '2026-05-29T04:00:00.000Z' })).toMatchObject({ warned: 1, expired: 1 });
    expect((await fired()).map(({ data }) => [data.exceptionId, data.daysRemaining])).toEqual([[ahead.exceptionId, 1]]);
    expect(await statusOf(missed)).toBe('expired');
  });

  it('one that was warned of expires later', async () => {
    const exception = await anException();
    await scan();
    expect(await scan({ now: '2026-05-28T00:00:00.000Z' })).toMatchObject({ warned: 0, expired: 1 });
    expect(await statusOf(exception)).toBe('expired');
  });

  it('scans organizations of its hour and zone only', async () => {
    const other = (await t.store.organizations.create('Elsewhere')).organization.id;
    const elsewhere = { scanHour: 4, scanTimeZone: 'America/New_York' };
    await t.store.alertSettings.update(other, elsewhere);
    await anException({}, other);
    await anException();
    expect(await scan()).toMatchObject({ warned: 1 });
    expect(await fired(other)).toEqual([]);
    expect(await scan({ time: elsewhere })).toMatchObject({ warned: 1 });
    const times = await t.store.scans.scanTimes();
    expect(times).toContainEqual(at);
    expect(times).toContainEqual(elsewhere);
    expect(times).toContainEqual({ scanHour: 4, scanTimeZone: 'UTC' });
    expect(new Set(times.map((time) => JSON.stringify(time))).size).toBe(times.length);
  });

  it('pages through many of several organizations, each once', async () => {
    const ids = [organizationId];
    for (let i = 0; i < 3; i++) {
      const { id } = (await t.store.organizations.create(`Acme ${i}`)).organization;
      await t.store.alertSettings.update(id, at);
      ids.push(id);
    }
    for (const id of ids) for (let i = 0; i < 7; i++) await anException({}, id);
    expect(await scan({ limit: 5 })).toEqual({ warned: 28, expired: 0, pages: 6 });
    for (const id of ids) expect(await fired(id)).toHaveLength(7);
  });

  it('two scans at the same time fire once each', async () => {
    for (let i = 0; i < 40; i++) await anException();
    for (let i = 0; i < 10; i++) await anException({ expiresAt: NOW });
    const by = kind === 'postgres' ? await t.another() : t.store;
    const scans = await Promise.all([scan({ limit: 7 }), scan({ limit: 11, by }), scan({ limit: 50 })]);
    const sum = (of: 'warned' | 'expired') => scans.reduce((total, each) => total + each[of], 0);
    expect([sum('warned'), sum('expired')]).toEqual([40, 10]);
    expect(await fired()).toHaveLength(40);
  });

  it('a page that breaks off leaves neither stamp nor event, and the next scan makes up for it', async () => {
    await anException();
    const { db } = t.store;
    const { transaction } = db;
    db.transaction = ((work: (tx: typeof db) => Promise<unknown>) =>
      transaction.call(db, async (tx) => {
        await work(tx);
        throw new Error('killed before the commit');
      })) as typeof transaction;
    await expect(scan()).rejects.toThrow('killed before the commit');
    db.transaction = transaction;
    expect(await fired()).toEqual([]);
    expect(await scan()).toMatchObject({ warned: 1 });
    expect(await fired()).toHaveLength(1);
  });
});
