import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { ConnectorSettings } from './connectors.ts';

const settings: ConnectorSettings = {
  name: 'warehouse',
  url: 'https://s3.example.com',
  region: 'eu-central-1',
  bucket: 'exports',
  pathStyle: true,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'hunter2-secret',
};

describe.each(KINDS)('connectors, on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const anOrganization = async () => (await t.store.organizations.create('Another')).organization.id;
  const numbers = (list: { number: number }[]) => list.map(({ number }) => number);

  it('are numbered 1, 2, … in each organization, and no number is given twice', async () => {
    const { connectors } = t.store;
    const organizationId = await anOrganization();
    const parallel = await Promise.all([1, 2, 3].map(() => connectors.create(organizationId, settings)));
    expect(numbers(parallel).sort()).toEqual([1, 2, 3]);
    expect(await connectors.remove(organizationId, 3)).toEqual({ kind: 'removed' });
    expect((await connectors.create(organizationId, settings)).number).toBe(4);
    expect((await connectors.create(await anOrganization(), settings)).number).toBe(1);
    expect(numbers(await connectors.list(organizationId, { limit: 10, after: 0 }))).toEqual([1, 2, 4]);
    expect(numbers(await connectors.list(organizationId, { limit: 1, after: 1 }))).toEqual([2]);
  });

  it('are shown without their keys, which are kept encrypted under organization and number', async () => {
    const organizationId = await anOrganization();
    const created = await t.store.connectors.create(organizationId, settings);
    const { accessKeyId, secretAccessKey, ...rest } = settings;
    expect(created).toMatchObject({ ...rest, accessKeyIdHint: 'AKIA••••MPLE' });
    expect(await t.store.connectors.get(organizationId, 1)).toEqual(created);
    expect(JSON.stringify(created)).not.toMatch(/hunter2|IOSFODNN/);
    expect(JSON.stringify(await t.rows(sql`select encode(credentials, 'escape') from connectors`))).not.toMatch(
      /hunter2|IOSFODNN/,
    );
    const { name: _, ...target } = settings;
    expect(await t.store.connectors.target(organizationId, 1)).toEqual(target);
    await t.store.connectors.create(organizationId, { ...settings, accessKeyId: 'short', secretAccessKey: 'other' });
    await t.rows(sql`update connectors set credentials = (
      select credentials from connectors where organization_id = ${organizationId} and number = 2
    ) where organization_id = ${organizationId} and number = 1`);
    await expect(t.store.connectors.target(organizationId, 1)).rejects.toThrow(/another row/);
    expect((await t.store.connectors.get(organizationId, 2))?.accessKeyIdHint).toBe('••••');
  });

  it('are changed setting by setting, each key on its own', async () => {
    const organizationId = await anOrganization();
    await t.store.connectors.create(organizationId, settings);
    const changed = await t.store.connectors.update(organizationId, 1, { bucket: 'other', secretAccessKey: 'new' });
    expect(changed).toMatchObject({ name: 'warehouse', bucket: 'other', accessKeyIdHint: 'AKIA••••MPLE' });
    expect(await t.store.connectors.target(organizationId, 1)).toMatchObject({
      bucket: 'other',
      accessKeyId: settings.accessKeyId,
      secretAccessKey: 'new',
    });
  });

  it('are seen by their organization only', async () => {
    const [mine, other] = [await anOrganization(), await anOrganization()];
    await t.store.connectors.create(mine, settings);
    expect(await t.store.connectors.get(other, 1)).toBeNull();
    expect(await t.store.connectors.target(other, 1)).toBeNull();
    expect(await t.store.connectors.update(other, 1, { bucket: 'b' })).toBeNull();
    expect(await t.store.connectors.remove(other, 1)).toEqual({ kind: 'not_found' });
    expect(await t.store.connectors.list(other, { limit: 10, after: 0 })).toEqual([]);
  });

  it('are not deleted while an endpoint exports to them, and lose their keys when they are', async () => {
    const organizationId = await anOrganization();
    await t.store.connectors.create(organizationId, settings);
    await t.store.connectors.create(organizationId, settings);
    const autoExport = { connectorId: 1, format: 'jsonl', prefix: '' };
    const endpointId = await t.anEndpoint({ options: { autoExport } }, organizationId);
    await t.anEndpoint({ options: { other: 'x' } }, organizationId);
    expect(await t.store.connectors.remove(organizationId, 1)).toEqual({ kind: 'in_use', endpointId });
    expect(await t.store.connectors.remove(organizationId, 2)).toEqual({ kind: 'removed' });
    await t.store.endpoints.remove(organizationId, endpointId);
    expect(await t.store.connectors.remove(organizationId, 1)).toEqual({ kind: 'removed' });
    expect(await t.store.connectors.remove(organizationId, 1)).toEqual({ kind: 'not_found' });
    expect(await t.store.connectors.get(organizationId, 1)).toBeNull();
    expect(await t.store.connectors.target(organizationId, 1)).toBeNull();
    const left = await t.rows<{ n: number }>(
      sql`select length(credentials) as n from connectors where organization_id = ${organizationId}`,
    );
    expect(left).toEqual([{ n: 0 }, { n: 0 }]);
  });
});
