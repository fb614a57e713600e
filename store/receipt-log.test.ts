import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import { createReceiptLog } from './receipt-log.ts';
import type { Receipt, ReceiptOutcome } from './receipt-table.ts';

describe.each(KINDS)('the log of a source on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  async function aSource(): Promise<string> {
    const created = { name: '', dialect: 'fltr', secret: null, headers: [] };
    return (await t.store.sources.create(t.organizationId, created)).source.id;
  }

  function aReceipt(sourceId: string, changes: Partial<Receipt> = {}): Omit<Receipt, 'id'> {
    return {
      sourceId,
      outcome: 'accepted',
      reason: null,
      sourceEventId: null,
      eventId: null,
      bodyBytes: 10,
      receivedAt: '2026-01-02T03:04:05.678Z',
      ...changes,
    };
  }

  function addMany(sourceId: string, outcome: ReceiptOutcome, count: number): void {
    for (let n = 0; n < count; n++) t.store.receipts.add(aReceipt(sourceId, { outcome, reason: String(n) }));
  }

  const list = (sourceId: string, page: { outcome?: ReceiptOutcome; after?: string; limit?: number } = {}) =>
    t.store.receipts.list(t.organizationId, sourceId, { limit: 50, after: null, outcome: null, ...page });
  const countOf = async (sourceId: string, outcome: ReceiptOutcome): Promise<number> => {
    await list(sourceId);
    const [row] = await t.rows<{ n: number }>(
      sql`select count(*)::int as n from source_receipts where source_id = ${sourceId} and outcome = ${outcome}`,
    );
    return row?.n ?? 0;
  };

  it('is read newest first, in pages, by outcome, with the flag of the event', async () => {
    const sourceId = await aSource();
    const source = { id: sourceId, eventId: 'sender-1', flag: 'unknown_type' };
    const published = await t.store.publish(t.anItem({ source }));
    if (published.kind !== 'created') throw new Error(published.kind);
    const { eventId } = published;
    t.store.receipts.add(aReceipt(sourceId, { eventId, sourceEventId: 'sender-1' }));
    t.store.receipts.add(aReceipt(sourceId, { outcome: 'unverified', reason: 'header X is missing' }));
    const [newest, oldest] = await list(sourceId);
    expect(newest).toMatchObject({ outcome: 'unverified', reason: 'header X is missing', eventId: null, flag: null });
    expect(oldest).toEqual({
      id: expect.stringMatching(/^rcp_/),
      outcome: 'accepted',
      reason: null,
      sourceEventId: 'sender-1',
      eventId,
      flag: 'unknown_type',
      bodyBytes: 10,
      receivedAt: '2026-01-02T03:04:05.678Z',
    });
    expect(await list(sourceId, { limit: 1, after: newest?.id as string })).toEqual([oldest]);
    expect(await list(sourceId, { outcome: 'unverified' })).toEqual([newest]);
  });

  it('lists at most 100 refused ones of a moment, and counts the others', async () => {
    const [flooded, calm] = [await aSource(), await aSource()];
    addMany(flooded, 'unverified', 100_000);
    addMany(flooded, 'accepted', 3);
    addMany(calm, 'malformed', 2);
    expect(await countOf(flooded, 'unverified')).toBe(100);
    expect(await countOf(flooded, 'accepted')).toBe(3);
    expect(await countOf(calm, 'malformed')).toBe(2);
    const [unlogged] = await list(flooded, { outcome: 'unlogged' });
    expect(unlogged?.reason).toBe('99900 more arrived in the same moment and are not listed one by one');
    addMany(flooded, 'unverified', 1);
    expect(await countOf(flooded, 'unverified')).toBe(101);
  });

  it('keeps the newest 1,000 refused, give or take 500, whatever pours in, and what was accepted beside', async () => {
    const sourceId = await aSource();
    addMany(sourceId, 'accepted', 5);
    for (let n = 0; n < 25; n++) {
      addMany(sourceId, 'unverified', 100);
      await list(sourceId);
    }
    t.store.receipts.add(aReceipt(sourceId, { outcome: 'malformed', reason: 'the newest' }));
    expect((await list(sourceId))[0]?.reason).toBe('the newest');
    const kept = await countOf(sourceId, 'unverified');
    expect(kept).toBeGreaterThanOrEqual(1_000);
    expect(kept).toBeLessThanOrEqual(1_500);
    expect(await countOf(sourceId, 'accepted')).toBe(5);
  });

  it('keeps the newest 10,000 of what was accepted or repeated', async () => {
    const sourceId = await aSource();
    addMany(sourceId, 'unverified', 5);
    for (const outcome of ['accepted', 'repeated'] as const) {
      addMany(sourceId, outcome, 6_000);
      await list(sourceId);
    }
    expect(await countOf(sourceId, 'accepted')).toBe(4_000);
    expect(await countOf(sourceId, 'repeated')).toBe(6_000);
    expect(await countOf(sourceId, 'unverified')).toBe(5);
  });

  it('is gone with its source, and takes nothing more', async () => {
    const sourceId = await aSource();
    addMany(sourceId, 'accepted', 700);
    await t.store.sources.remove(t.organizationId, sourceId);
    addMany(sourceId, 'unverified', 7);
    await t.store.receipts.purge(sourceId);
    addMany(sourceId, 'accepted', 7);
    await list(sourceId);
    expect(await t.rows(sql`select id from source_receipts where source_id = ${sourceId}`)).toEqual([]);
  });

  it('is nothing to another organization', async () => {
    const sourceId = await aSource();
    addMany(sourceId, 'accepted', 1);
    const { organization } = await t.store.organizations.create('Other');
    const page = { limit: 50, after: null, outcome: null };
    expect(await t.store.receipts.list(organization.id, sourceId, page)).toEqual([]);
  });

  it('takes any text, cut to 500 characters', async () => {
    const sourceId = await aSource();
    const reason = `nul\u0000 bell\u0007 half\ud800 ${'🔑'.repeat(400)}`;
    t.store.receipts.add(aReceipt(sourceId, { outcome: 'malformed', reason, bodyBytes: 1e15 }));
    const [receipt] = await list(sourceId);
    expect(receipt?.reason).toMatch(/^nul\? bell\? half\? 🔑+\??$/u);
    expect(receipt?.reason?.length).toBeLessThanOrEqual(500);
    expect(receipt?.bodyBytes).toBe(2_147_483_647);
  });

  it('is written though the database failed for a while', async () => {
    const sourceId = await aSource();
    const faults: unknown[] = [];
    let fails = true;
    const db = new Proxy(t.store.db, {
      get(target, name, receiver) {
        if (name === 'execute' && fails) return () => Promise.reject(new Error('away'));
        return Reflect.get(target, name, receiver);
      },
    });
    const log = createReceiptLog(db, { onWritten: () => undefined, onFault: (error) => void faults.push(error) });
    log.add(aReceipt(sourceId));
    await log.close();
    log.add(aReceipt(sourceId, { outcome: 'repeated' }));
    fails = false;
    await log.close();
    expect(faults).toHaveLength(1);
    expect((await list(sourceId)).map((receipt) => receipt.outcome)).toEqual(['repeated', 'accepted']);
  });
});
