import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET } from '../test/new-endpoint.ts';
import { aPostgresDatabase, aStore, KINDS, type TestStore } from '../test/stores.ts';
import { openPostgres, rowsOf } from './database.ts';
import journal from './migrations/meta/_journal.json' with { type: 'json' };

const withPostgres = KINDS.includes('postgres');

describe.each(KINDS)('what is kept at rest on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  it('holds no secret, header value or API key that could be read', async () => {
    const marked = ['MARKED-secret-1', 'MARKED-secret-2', 'MARKED-header-3', 'MARKED-header-4'] as const;
    const { organization, secret: key } = await t.store.organizations.create('Sealed');
    const headers = (value: string) => [{ name: 'x-api-key', value }];
    const endpointId = await t.anEndpoint(
      { secret: { scheme: 'hmac', value: marked[0] }, headers: headers(marked[2]) },
      organization.id,
    );
    await t.store.endpoints.rotateSecret(organization.id, endpointId, { scheme: 'ed25519', value: marked[1] }, 60_000);
    await t.store.endpoints.update(organization.id, endpointId, { headers: headers(marked[3]) });
    await t.anEndpoint();
    const sender = await t.store.attempts.senderEndpoint(endpointId, 3);
    expect(sender.secrets.map((s) => s.value)).toEqual([marked[1], marked[0]]);
    expect(sender.headers).toEqual(headers(marked[3]));

    const tables = await t.rows<{ name: string }>(
      sql`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    let dump = '';
    for (const { name } of tables) {
      const rows = await t.rows<{ row: string }>(sql`select to_jsonb(t)::text as row from ${sql.identifier(name)} t`);
      dump += rows
        .map((row) => row.row)
        .join('\n')
        .toLowerCase();
    }
    expect(dump).toContain(endpointId);
    for (const text of [...marked, key, SECRET]) {
      const bytes = Buffer.from(text);
      for (const form of [text, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, '')]) {
        expect(dump.includes(form.toLowerCase()), form).toBe(false);
      }
    }
  });

  it('is taken back as a whole when a transaction fails', async () => {
    const run = t.store.db.transaction(async (tx) => {
      await tx.execute(sql`insert into settings values ('half', 'done')`);
      await tx.execute(sql`insert into settings values ('half', 'again')`);
    });
    await expect(run).rejects.toMatchObject({ cause: { code: '23505' } });
    expect(await t.store.recovery.readSetting('half')).toBeNull();
  });
});

describe.runIf(withPostgres)('opening Postgres', () => {
  it('migrates once, though several processes open it at once, and again opens what is migrated', async () => {
    const { url, drop } = await aPostgresDatabase();
    const databases = await Promise.all([1, 2, 3, 4].map(() => openPostgres(url, 2)));
    const again = await openPostgres(url, 2);
    const migrations = await rowsOf(again.db, sql`select hash from drizzle.__drizzle_migrations`);
    const locks = await rowsOf(
      again.db,
      sql`select 1 from pg_locks where locktype = 'advisory' and database =
      (select oid from pg_database where datname = current_database())`,
    );
    for (const database of [...databases, again]) await database.close();
    await drop();
    expect(migrations).toHaveLength(journal.entries.length);
    expect(locks).toEqual([]);
  });

  it('leaves no lock behind when a migration fails', async () => {
    const { url, drop } = await aPostgresDatabase();
    const admin = await openPostgres(url, 1);
    await admin.db.execute(sql`delete from drizzle.__drizzle_migrations`);
    await expect(openPostgres(url, 2)).rejects.toThrow();
    const locks = sql`select 1 from pg_locks where locktype = 'advisory' and database =
      (select oid from pg_database where datname = current_database())`;
    await expect.poll(() => rowsOf(admin.db, locks), { timeout: 10_000 }).toEqual([]);
    await admin.close();
    await drop();
  });
});
