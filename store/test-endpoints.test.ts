import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';

describe.each(KINDS)('endpoints that are lent for a time on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const read = (id: string) => t.store.endpoints.get(t.organizationId, id);
  const end = (id: string) =>
    t.rows(sql`update endpoints set lease_ends_at = now() - interval '1 millisecond' where id = ${id}`);

  it('say until when, and go once it is over; others stay', async () => {
    const lasting = await t.anEndpoint();
    const [over, lent] = [await t.anEndpoint({ leaseMs: 3_600_000 }), await t.anEndpoint({ leaseMs: 3_600_000 })];
    const [row] = await t.rows<{ ms: number }>(
      sql`select (extract(epoch from lease_ends_at - created_at) * 1000)::int as ms from endpoints where id = ${lent}`,
    );
    expect(row?.ms).toBe(3_600_000);
    expect((await read(lasting))?.leaseEndsAt).toBeNull();
    await t.store.endpoints.removeExpired();
    expect(await read(over)).not.toBeNull();
    await end(over);
    await t.store.endpoints.removeExpired();
    expect(await read(over)).toBeNull();
    for (const id of [lasting, lent]) expect(await read(id)).not.toBeNull();
  });

  it('leave nothing that is sent later: what waits for them is cancelled when it is taken up', async () => {
    const id = await t.anEndpoint({ leaseMs: 3_600_000 });
    const [delivery] = (await t.waiting(id, 1)) as [string];
    await end(id);
    await t.store.endpoints.removeExpired();
    await t.claim([id]);
    expect(await t.begin(delivery)).toMatchObject({ status: 'cancelled' });
  });
});
