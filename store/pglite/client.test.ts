import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openPglite, rowsOf } from '../database.ts';
import { PgliteClient } from './client.ts';

describe('PGlite in a thread', () => {
  let database: Database;

  beforeAll(async () => {
    database = await openPglite(null);
    await database.db.execute(sql`create table t (n int primary key)`);
  });
  afterAll(() => database.close());

  const count = async () => (await rowsOf<{ n: number }>(database.db, sql`select count(*)::int as n from t`))[0]?.n;

  it('refuses a query past the transaction it comes from, instead of waiting for itself', async () => {
    const run = database.db.transaction(async () => {
      await database.db.execute(sql`select 1`);
    });
    await expect(run).rejects.toMatchObject({
      cause: { message: expect.stringContaining('must use the transaction, not the database') },
    });
    expect(await count()).toBe(0);
  });

  it('lets work that a transaction started use the database once that has ended', async () => {
    let goOn = () => {};
    const ended = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let later: Promise<number | undefined> | undefined;
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      later = ended.then(count);
    });
    goOn();
    expect(await later).toBe(0);
  });

  it('keeps what others ask for out of a transaction', async () => {
    const rollback = database.db
      .transaction(async (tx) => {
        await tx.execute(sql`insert into t values (1)`);
        throw new Error('taken back');
      })
      .catch((error: Error) => error.message);
    const outside = count();
    expect(await rollback).toBe('taken back');
    expect(await outside).toBe(0);
  });

  it('keeps bytes as they are, in a buffer of their own', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const [row] = await rowsOf<{ b: Uint8Array; none: Uint8Array }>(
      database.db,
      sql`select ${bytes.subarray(1)}::bytea as b, ${new Uint8Array(0)}::bytea as none`,
    );
    expect([row?.b, row?.none]).toEqual([bytes.slice(1), new Uint8Array(0)]);
    expect(row?.b.buffer.byteLength).toBe(255);
  });

  it('tells the database’s error with its code, and goes on', async () => {
    await expect(database.db.execute(sql`insert into t values ('x')`)).rejects.toMatchObject({
      cause: { code: '22P02' },
    });
    expect(await count()).toBe(0);
  });

  it('rejects what waits when the thread dies, and what comes after', async () => {
    let thread: Worker | undefined;
    process.once('worker', (worker) => {
      thread = worker;
    });
    const client = new PgliteClient(null);
    await client.query('select 1');
    const waiting = [
      client.query('select pg_sleep(60)'),
      client.query('select 1'),
      client.transaction((session) => session.query('select 1')),
    ];
    const settled = Promise.allSettled(waiting);
    await thread?.terminate();
    expect((await settled).map((r) => r.status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(client.query('select 1')).rejects.toThrow('the embedded database has stopped');
    await client.close();
  });

  it('finishes what was asked for before it closes, and refuses what comes after', async () => {
    const client = new PgliteClient(null);
    const before = client.query('select 1 as n');
    const closing = client.close();
    const late = client.query('select 1').catch((error: Error) => error);
    expect((await before).rows).toEqual([{ n: 1 }]);
    await closing;
    expect(await late).toBeInstanceOf(Error);
    await expect(client.query('select 1')).rejects.toThrow('the embedded database has stopped');
  });

  it('rejects all calls when it cannot be opened', async () => {
    const client = new PgliteClient('/dev/null/no-folder');
    const results = await Promise.allSettled([client.query('select 1'), client.exec('select 1')]);
    expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected']);
    await expect(openPglite('/dev/null/no-folder')).rejects.toThrow();
    await client.close().catch(() => undefined);
  });

  it('opens a folder again with what was written, its migrations done', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-pglite-'));
    const first = await openPglite(join(folder, 'db'));
    await first.db.execute(sql`insert into settings values ('kept', 'yes')`);
    const migrations = await rowsOf(first.db, sql`select hash from drizzle.__drizzle_migrations`);
    await first.close();
    const second = await openPglite(join(folder, 'db'));
    expect(await rowsOf(second.db, sql`select value from settings`)).toEqual([{ value: 'yes' }]);
    expect(await rowsOf(second.db, sql`select hash from drizzle.__drizzle_migrations`)).toEqual(migrations);
    await second.close();
    await rm(folder, { recursive: true, force: true });
  });
});
