import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../test/eventually.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';

let t: TestStore;
afterEach(() => t?.close());

describe.runIf(KINDS.includes('postgres'))('between processes on one Postgres', () => {
  it('who listens hears of what another one committed, also after its connection broke', async () => {
    t = await aStore('postgres');
    const worker = await t.another();
    const heard: number[] = [];
    worker.onWaiting((deliveries) => void heard.push(deliveries));
    await eventually('it listens', () => heard.length > 0);
    const endpointId = await t.anEndpoint();

    await t.waiting(endpointId, 3);
    await eventually('the others’ deliveries', () => heard.reduce((sum, n) => sum + n, 0) === 3);

    const looks = heard.length;
    await t.store.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waybill notices' and datname = current_database()`,
    );
    await eventually('it listens again', () => heard.length > looks);
    await t.waiting(endpointId, 2);
    await eventually('those too', () => heard.reduce((sum, n) => sum + n, 0) === 5);
  });

  it('what a process commits itself is heard once', async () => {
    t = await aStore('postgres');
    const heard: number[] = [];
    t.store.onWaiting((deliveries) => void heard.push(deliveries));
    const other: number[] = [];
    (await t.another()).onWaiting((deliveries) => void other.push(deliveries));
    await eventually('both listen', () => heard.length > 0 && other.length > 0);
    await t.waiting(await t.anEndpoint(), 4);
    await eventually('the other has heard', () => other.reduce((sum, n) => sum + n, 0) === 4);
    expect(heard.reduce((sum, n) => sum + n, 0)).toBe(4);
  });
});
