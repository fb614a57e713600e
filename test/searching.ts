import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { rowsOf } from '../store/database.ts';
import { openStore } from '../store/open-store.ts';

/** Every row of every table as JSON text, binary columns also as the text their bytes would be. */
export async function textOfTables(dataDir: string, secretKey: Uint8Array): Promise<Map<string, string>> {
  const store = await openStore({ dataDir, secretKey, timeScale: 1, onFault: () => undefined });
  try {
    const tables = await rowsOf<{ name: string }>(
      store.db,
      sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
    );
    const texts = new Map<string, string>();
    for (const { name } of tables) {
      const rows = await rowsOf<{ text: string }>(
        store.db,
        sql`select row_to_json(t)::text as text from ${sql.identifier(name)} t`,
      );
      const text = rows.map((row) => row.text).join('\n');
      const bytes = [...text.matchAll(/\\\\x([0-9a-f]+)/g)].map(([, hex]) => Buffer.from(hex ?? '', 'hex'));
      texts.set(name, [text, ...bytes.map((b) => b.toString('latin1'))].join('\n'));
    }
    return texts;
  } finally {
    await store.close();
  }
}

/** The files below a folder that hold any of the texts. */
export function filesWith(folder: string, texts: string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return texts.some((text) => bytes.includes(text, 0, 'latin1'));
    });
}
