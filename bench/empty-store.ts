import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore, type Store } from '../store/open-store.ts';

/** Opens the store of a data folder, or of `databaseUrl`, to be filled. Throws for a database that has organizations already. */
export async function openEmptyStore(dataDir: string, databaseUrl: string | undefined): Promise<Store> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const store = await openStore({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    dataDir: join(dataDir, 'store'),
    secretKey: Buffer.alloc(32),
    timeScale: 1,
    onFault: (where, error) => process.stderr.write(`${where}: ${error}\n`),
  });
  const [first] = await store.organizations.list({ limit: 1, after: null });
  if (first) {
    await store.close();
    throw new Error('the database is not empty');
  }
  return store;
}
