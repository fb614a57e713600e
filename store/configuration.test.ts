import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aNewEndpoint, SECRET } from '../test/new-endpoint.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import { createSecretBox } from './secret-box.ts';
import { createSenderEndpoints } from './sender-endpoints.ts';

const page = { limit: 10, after: null };

describe.each(KINDS)('what an organization sets up, on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const endpointsVersion = async () => {
    const [row] = await t.rows<{ v: number }>(
      sql`select endpoints_version as v from organizations where id = ${t.organizationId}`,
    );
    return row?.v;
  };

  describe('organizations', () => {
    it('come with a key of all scopes, and are listed newest first', async () => {
      const { organization, key, secret } = await t.store.organizations.create('Newest');
      expect(key).toMatchObject({ scopes: ['manage', 'publish', 'read'], prefix: secret.slice(0, 8) });
      const [newest, before] = await t.store.organizations.list(page);
      expect([newest?.id, before?.id]).toEqual([organization.id, t.organizationId]);
      expect(await t.store.organizations.list({ ...page, after: organization.id })).toHaveLength(1);
    });

    it('exist from their creation on, others do not', async () => {
      expect(await t.store.organizations.exists(t.organizationId)).toBe(true);
      expect(await t.store.organizations.exists('org_nix')).toBe(false);
      expect(await t.store.organizations.update('org_nix', { name: 'a' })).toBeNull();
    });
  });

  describe('API keys', () => {
    it('are kept as hashes, and known by their secret until they are revoked', async () => {
      const { key, secret } = await t.store.apiKeys.create(t.organizationId, {
        name: 'a',
        scopes: ['read'],
        dialect: 'fltr',
      });
      const stored = JSON.stringify(await t.rows(sql`select *, encode(hash, 'escape') as h from api_keys`));
      expect(stored).not.toContain(secret);
      const owner = {
        keyId: key.id,
        name: 'a',
        organizationId: t.organizationId,
        scopes: new Set(['read']),
        dialect: 'fltr',
      };
      expect(await t.store.apiKeys.authenticate(secret)).toEqual(owner);
      expect(await t.store.apiKeys.authenticate(`${secret.slice(0, -1)}!`)).toBeNull();
      expect(await t.store.apiKeys.revoke('org_nix', key.id)).toBe(false);
      expect(await t.store.apiKeys.authenticate(secret)).toEqual(owner);
      // A look-up that is under way during the revocation must not bring the key back for a while.
      const [, revoked] = await Promise.all([
        t.store.apiKeys.authenticate(secret),
        t.store.apiKeys.revoke(t.organizationId, key.id),
        t.store.apiKeys.authenticate(secret),
      ]);
      expect(revoked).toBe(true);
      expect(await t.store.apiKeys.authenticate(secret)).toBeNull();
      expect((await t.store.apiKeys.list(t.organizationId, page)).map((other) => other.id)).not.toContain(key.id);
    });
  });

  describe('endpoints', () => {
    it('are encrypted where they hold secrets, under their own id', async () => {
      const headers = [{ name: 'X-Mine', value: 'hunter2' }];
      const id = await t.anEndpoint({ headers });
      const stored = JSON.stringify(
        await t.rows(
          sql`select encode(e.headers, 'escape') as h, encode(s.ciphertext, 'escape') as c
            from endpoints e join endpoint_secrets s on s.endpoint_id = e.id where e.id = ${id}`,
        ),
      );
      expect(stored).not.toContain('hunter2');
      expect(stored).not.toContain(SECRET);
      expect(await t.store.attempts.senderEndpoint(id, 1)).toMatchObject({
        headers,
        secrets: [{ scheme: 'hmac', value: SECRET, expiresAt: null }],
      });
      const other = await t.anEndpoint();
      await t.store.db.execute(sql`update endpoints set headers = (select headers from endpoints where id = ${id})
        where id = ${other}`);
      await expect(t.store.attempts.senderEndpoint(other, 1)).rejects.toThrow('belong to another row');
      const otherKey = createSenderEndpoints(t.store.db, createSecretBox(randomBytes(32)));
      await expect(otherKey(id, 1)).rejects.toThrow('changed');
      await t.store.db.execute(sql`update endpoints set headers = null where id = ${other}`);
    });

    it('raise both versions with every change, and with none that did not happen', async () => {
      const id = await t.anEndpoint();
      const steps: [number, () => Promise<unknown>][] = [
        [1, () => t.store.endpoints.update(t.organizationId, id, { description: 'a' })],
        [1, () => t.store.endpoints.rotateSecret(t.organizationId, id, { scheme: 'hmac', value: SECRET }, 1_000)],
        [1, () => t.store.endpoints.disable(t.organizationId, id, 'requested')],
        [0, () => t.store.endpoints.disable(t.organizationId, id, 'again')],
        [1, () => t.store.endpoints.enable(t.organizationId, id)],
        [0, () => t.store.endpoints.enable(t.organizationId, id)],
        [0, () => t.store.endpoints.update('org_nix', id, { description: 'b' })],
        [1, () => t.store.endpoints.remove(t.organizationId, id)],
        [0, () => t.store.endpoints.remove(t.organizationId, id)],
        [0, () => t.store.endpoints.update(t.organizationId, id, { description: 'b' })],
      ];
      let version = await endpointsVersion();
      for (const [raise, step] of steps) {
        await step();
        const now = await endpointsVersion();
        expect(now).toBe((version ?? 0) + raise);
        version = now;
      }
      const [row] = await t.rows<{ version: number }>(sql`select version from endpoints where id = ${id}`);
      expect(row?.version).toBe(6);
    });

    it('are no more than the limit, also when created at once', async () => {
      const { organization } = await t.store.organizations.create('Limited');
      const create = () => t.store.endpoints.create(organization.id, aNewEndpoint({ dialect: 'fltr' }), 3);
      const kinds = (await Promise.all(Array.from({ length: 8 }, create))).map((result) => result.kind);
      expect(kinds.filter((result) => result === 'created')).toHaveLength(3);
      expect(kinds.filter((result) => result === 'limit_reached')).toHaveLength(5);
    });

    it('sign with the new secret and, until it expires, the old one', async () => {
      const id = await t.anEndpoint();
      const next = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
      const before = Date.now();
      await t.store.endpoints.rotateSecret(t.organizationId, id, { scheme: 'hmac', value: next }, 3_600_000);
      const { secrets } = await t.store.attempts.senderEndpoint(id, 2);
      expect(secrets.map((secret) => secret.value)).toEqual([next, SECRET]);
      expect(Date.parse(secrets[1]?.expiresAt as string) - before).toBeGreaterThan(3_500_000);
      await t.store.endpoints.rotateSecret(t.organizationId, id, { scheme: 'ed25519', value: 'whsk_' }, 0);
      const last = await t.store.attempts.senderEndpoint(id, 3);
      expect(last.secrets.map((secret) => secret.value)).toEqual(['whsk_', SECRET]);
      expect(await t.store.endpoints.currentScheme(t.organizationId, id)).toBe('ed25519');
    });
  });

  describe('event types', () => {
    const type = { dialect: 'standard', name: 'a.b', description: '', schema: '{}', example: null };

    it('are registered, replaced and removed, each seen by the next publish', async () => {
      const rules = async () => [...(await t.store.eventTypes.publishRules(t.organizationId)).schemas];
      expect(await rules()).toEqual([]);
      expect((await t.store.eventTypes.put(t.organizationId, type)).created).toBe(true);
      expect(await rules()).toEqual([['standard:a.b', '{}']]);
      expect((await t.store.eventTypes.put(t.organizationId, { ...type, schema: null })).created).toBe(false);
      expect(await rules()).toEqual([['standard:a.b', null]]);
      expect(await t.store.eventTypes.remove('org_nix', 'standard', 'a.b')).toBe(false);
      expect(await t.store.eventTypes.remove(t.organizationId, 'standard', 'a.b')).toBe(true);
      expect(await rules()).toEqual([]);
    });
  });

  it('events are read in pages by creation and id', async () => {
    for (const id of ['b', 'a', 'c']) await t.publish({ id });
    await t.store.db.execute(sql`update events set created_at = '2026-01-01T00:00:00.123Z'`);
    const filter = { dialect: null, type: null, unmatched: false, since: null, until: null };
    const first = await t.store.events.list(t.organizationId, filter, { limit: 2, after: null });
    expect(first.map((event) => event.id)).toEqual(['c', 'b']);
    const after = first[1] ?? null;
    const rest = await t.store.events.list(t.organizationId, filter, { limit: 2, after });
    expect(rest.map((event) => event.id)).toEqual(['a']);
    const until = { ...filter, since: '2026-01-01T00:00:00.123Z', until: '2026-01-01T00:00:00.124Z' };
    expect(await t.store.events.list(t.organizationId, until, { limit: 9, after: null })).toHaveLength(3);
  });

  it('attempts are read with the one under way', async () => {
    const { id } = await t.aClaimed();
    const begun = await t.begun(id);
    const attempts = await t.store.deliveries.attempts(t.organizationId, id, { limit: 10, after: 0 });
    expect(attempts).toMatchObject([{ id: begun.attemptId, number: 1, outcome: 'in_progress', finishedAt: null }]);
    expect(await t.store.deliveries.attempts('org_nix', id, { limit: 10, after: 0 })).toBeNull();
  });
});
