import { type SQL, sql } from 'drizzle-orm';
import { connectorContext } from './connectors.ts';
import { type Db, rowsOf } from './database.ts';
import type { SecretBox } from './secret-box.ts';
import { sourceContext } from './source-secrets.ts';

/** A column that a secret box has sealed. */
interface SealedColumn {
  table: SQL;
  column: SQL;
  /** Tells rows apart, and gives them an order; text. */
  key: SQL;
  /** What the bytes of the row with this key are sealed for. `owner`: the value of the column `owner`. */
  context(key: string, owner: string): string;
  owner?: SQL;
}

const id = sql`id`;

const SEALED: readonly SealedColumn[] = [
  { table: sql`endpoints`, column: sql`headers`, key: id, context: (key) => key },
  { table: sql`endpoints`, column: sql`basic_auth`, key: id, context: (key) => key },
  { table: sql`endpoints`, column: sql`config_secrets`, key: id, context: (key) => key },
  {
    table: sql`endpoint_secrets`,
    column: sql`ciphertext`,
    key: id,
    owner: sql`endpoint_id`,
    context: (_, owner) => owner,
  },
  { table: sql`sources`, column: sql`secret`, key: id, context: (key) => sourceContext(key, 'secret') },
  { table: sql`sources`, column: sql`headers`, key: id, context: (key) => sourceContext(key, 'headers') },
  {
    table: sql`connectors`,
    column: sql`credentials`,
    key: sql`organization_id || ' ' || number`,
    owner: sql`organization_id`,
    context: (key, owner) => connectorContext(owner, Number(key.slice(owner.length + 1))),
  },
];

const PAGE = 200;

/**
 * Seals every stored secret anew by the box's first key; what is changed meanwhile is left alone, since that was sealed by it
 * already. Returns how many values were sealed anew. Throws `SecretBoxError` at one that no key opens, with those before it done.
 */
export async function resealSecrets(db: Db, box: SecretBox): Promise<number> {
  let count = 0;
  for (const column of SEALED) {
    for (let after = ''; ; ) {
      const rows = await readPage(db, column, after);
      for (const { key, owner, bytes } of rows) {
        const context = column.context(key, owner);
        await db.execute(sql`update ${column.table} set ${column.column} = ${Buffer.from(box.seal(box.open(bytes, context), context))}
          where ${column.key} = ${key} and ${column.column} = ${Buffer.from(bytes)}`);
      }
      count += rows.length;
      after = rows.at(-1)?.key ?? '';
      if (rows.length < PAGE) break;
    }
  }
  return count;
}

/** Empty bytes are none: a deleted connector keeps its row. */
function readPage(db: Db, { table, column, key, owner }: SealedColumn, after: string) {
  return rowsOf<{ key: string; owner: string; bytes: Uint8Array }>(
    db,
    sql`select ${key} as key, ${owner ?? sql`''`} as owner, ${column} as bytes from ${table}
      where length(${column}) > 0 and ${key} > ${after} order by 1 limit ${PAGE}`,
  );
}
