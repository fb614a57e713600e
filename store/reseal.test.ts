import { randomBytes } from 'node:crypto';
import { eq, getTableColumns, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterEach, describe, expect, it } from 'vitest';
import { SECRET } from '../test/new-endpoint.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import { createConnectorStore } from './connectors.ts';
import { resealSecrets } from './reseal.ts';
import * as schema from './schema.ts';
import { endpoints } from './schema.ts';
import { createSecretBox } from './secret-box.ts';
import { createSenderEndpoints } from './sender-endpoints.ts';
import { createSourceStore } from './sources.ts';

/** As in test/stores.ts. */
const oldKey = Buffer.alloc(32, 1);
const newKey = randomBytes(32);

let t: TestStore;
afterEach(() => t?.close());

it('every column that may be sealed is known to be, or not to be', () => {
  const sealable = Object.values(schema).flatMap((table) =>
    is(table, PgTable)
      ? Object.values(getTableColumns(table))
          .filter((column) => column.getSQLType() === 'bytea')
          .map((column) => `${getTableName(table)}.${column.name}`)
      : [],
  );
  const hashesAndBodies = sealable.filter((name) => /hash$|^dataset_chunks|hashes$/i.test(name));
  expect(sealable.filter((name) => !hashesAndBodies.includes(name)).sort()).toEqual([
    'connectors.credentials',
    'endpoint_secrets.ciphertext',
    'endpoints.basicAuth',
    'endpoints.configSecrets',
    'endpoints.headers',
    'sources.headers',
    'sources.secret',
  ]);
});

describe.each(KINDS)('on %s', (kind) => {
  it('seals everything anew: the new key alone opens it, and the old one nothing', async () => {
    t = await aStore(kind);
    const secrets = {
      headers: [{ name: 'X-Token', value: 'header-value' }],
      basicAuth: { username: 'u', password: 'basic-password' },
      config: { plain: {}, secret: { token: 'config-token' } },
    };
    const endpointId = await t.anEndpoint(secrets);
    // More than a page.
    for (let n = 0; n < 200; n++) await t.anEndpoint();
    const { source, token } = await t.store.sources.create(t.organizationId, {
      name: 'billing',
      dialect: 'fltr',
      secret: { scheme: 'hmac', value: 'source-secret' },
      headers: [{ name: 'X-Source', value: 'source-header' }],
    });
    const connector = (name: string) =>
      t.store.connectors.create(t.organizationId, {
        name,
        url: 'https://s3.example.com',
        region: 'eu-1',
        bucket: 'bucket',
        pathStyle: true,
        accessKeyId: 'AKIA',
        secretAccessKey: 'connector-secret',
      });
    const { number } = await connector('kept');
    const { number: deleted } = await connector('deleted');
    await t.store.connectors.remove(t.organizationId, deleted);

    // Headers, password, configuration; a secret of each endpoint; both columns of the source; one connector.
    expect(await resealSecrets(t.store.db, createSecretBox(newKey, oldKey))).toBe(3 + 201 + 2 + 1);

    const read = async (key: Uint8Array) => {
      const box = createSecretBox(key);
      const { version } = await t.store.db.select().from(endpoints).where(eq(endpoints.id, endpointId)).then(one);
      return {
        endpoint: await createSenderEndpoints(t.store.db, box)(endpointId, version),
        source: await createSourceStore(t.store.db, box, { maxRuns: 1, alone: true }).byToken(token),
        connector: await createConnectorStore(t.store.db, box).target(t.organizationId, number),
      };
    };
    const found = await read(newKey);
    const authorization = { name: 'Authorization', value: `Basic ${btoa('u:basic-password')}` };
    expect(found.endpoint).toMatchObject({
      headers: [...secrets.headers, authorization],
      config: secrets.config,
      secrets: [{ value: SECRET }],
    });
    expect(found.source).toMatchObject({ id: source.id, secrets: [{ value: 'source-secret' }] });
    expect(found.connector).toMatchObject({ secretAccessKey: 'connector-secret' });
    await expect(read(oldKey)).rejects.toThrow('WAYBILL_SECRET_KEY has changed');
  });
});

function one<Row>([row]: Row[]): Row {
  if (row === undefined) throw new Error('no row');
  return row;
}
