import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { NewPortalLink } from './portal-links.ts';
import { portalLinks, portalSessions } from './schema.ts';

const HOUR_MS = 3_600_000;
const ADMIN_KEY = 'the admin key of this test';

describe.each(KINDS)('links into the portal, on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const aLink = (changes: Partial<NewPortalLink> = {}) =>
    t.store.portalAccess.createLink(t.organizationId, {
      readOnly: false,
      options: {},
      expiresInSeconds: 3_600,
      ...changes,
    });

  async function opened(changes: Partial<NewPortalLink> = {}) {
    const { link, token } = await aLink(changes);
    const result = await t.store.portalAccess.exchange(token);
    if (result.kind !== 'opened') throw new Error(result.why);
    return { link, token, ...result };
  }

  const session = (cookie: string) => t.store.portalAccess.session(cookie, ADMIN_KEY);

  const past = sql`now() - interval '1 millisecond'`;

  it('open one session, which lasts a day and knows organization, rights and the way back', async () => {
    const {
      link,
      cookie,
      session: shown,
    } = await opened({ readOnly: true, options: { returnUrl: 'https://a.example' } });
    expect(shown).toMatchObject({
      kind: 'customer',
      linkId: link.id,
      organizationId: t.organizationId,
      readOnly: true,
      options: { returnUrl: 'https://a.example' },
    });
    expect(Math.abs(Date.parse(shown.expiresAt) - Date.now() - 24 * HOUR_MS)).toBeLessThan(HOUR_MS);
    expect(await session(cookie)).toEqual(shown);
  });

  it('and their sessions are kept as hashes only', async () => {
    const { token, cookie } = await opened();
    const stored = JSON.stringify([
      await t.rows(sql`select *, encode(token_hash, 'escape') as h from portal_links`),
      await t.rows(sql`select *, encode(cookie_hash, 'escape') as h from portal_sessions`),
    ]);
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(cookie);
  });

  it('open one session even when many exchange the same token at once', async () => {
    const { link, token } = await aLink();
    const results = await Promise.all(Array.from({ length: 8 }, () => t.store.portalAccess.exchange(token)));
    expect(results.filter((result) => result.kind === 'opened')).toHaveLength(1);
    const refused = results.filter((result) => result.kind === 'refused');
    expect(refused).toEqual(Array(7).fill({ kind: 'refused', why: 'used', linkId: link.id }));
    const sessions = await t.store.db.select().from(portalSessions).where(eq(portalSessions.linkId, link.id));
    expect(sessions).toHaveLength(1);
  });

  it('are told apart when they open nothing: unknown, expired, revoked', async () => {
    const exchange = (token: string) => t.store.portalAccess.exchange(token);
    const unknown = { kind: 'refused', why: 'unknown', linkId: null };
    expect(await exchange('nonsense')).toEqual(unknown);
    expect(await exchange('A'.repeat(43))).toEqual(unknown);
    const expired = await aLink();
    await t.store.db.update(portalLinks).set({ expiresAt: past }).where(eq(portalLinks.id, expired.link.id));
    expect(await exchange(expired.token)).toEqual({ kind: 'refused', why: 'expired', linkId: expired.link.id });
    const revoked = await aLink();
    expect(await t.store.portalAccess.revokeLink(t.organizationId, revoked.link.id)).toBe(true);
    expect(await exchange(revoked.token)).toEqual({ kind: 'refused', why: 'revoked', linkId: revoked.link.id });
  });

  it('expire when they were told to', async () => {
    const { link } = await aLink({ expiresInSeconds: 60 });
    expect(Date.parse(link.expiresAt) - Date.parse(link.createdAt)).toBe(60_000);
  });

  it('end their session when revoked, once, by their own organization only', async () => {
    const { link, cookie } = await opened();
    const other = (await t.store.organizations.create('Other')).organization.id;
    expect(await t.store.portalAccess.revokeLink(other, link.id)).toBe(false);
    expect(await session(cookie)).not.toBeNull();
    expect(await t.store.portalAccess.revokeLink(t.organizationId, link.id)).toBe(true);
    expect(await session(cookie)).toBeNull();
    expect(await t.store.portalAccess.revokeLink(t.organizationId, link.id)).toBe(false);
  });

  it('leave no session behind when revoked and exchanged at once', async () => {
    for (let round = 0; round < 5; round++) {
      const { link, token } = await aLink();
      const [result] = await Promise.all([
        t.store.portalAccess.exchange(token),
        t.store.portalAccess.revokeLink(t.organizationId, link.id),
      ]);
      if (result.kind === 'opened') expect(await session(result.cookie)).toBeNull();
    }
  });

  it('are listed by organization, newest first, with what became of them', async () => {
    const organizationId = (await t.store.organizations.create('Listed')).organization.id;
    const make = () =>
      t.store.portalAccess.createLink(organizationId, { readOnly: false, options: {}, expiresInSeconds: 60 });
    const first = await make();
    const second = await make();
    await t.store.portalAccess.exchange(first.token);
    const page = await t.store.portalAccess.listLinks(organizationId, { limit: 10, after: null });
    expect(page.map((link) => [link.id, link.usedAt !== null])).toEqual([
      [second.link.id, false],
      [first.link.id, true],
    ]);
    expect(await t.store.portalAccess.listLinks(organizationId, { limit: 10, after: second.link.id })).toHaveLength(1);
  });

  it('sessions end by time, and by hand', async () => {
    const expired = await opened();
    await t.store.db.update(portalSessions).set({ expiresAt: past }).where(eq(portalSessions.id, expired.session.id));
    expect(await session(expired.cookie)).toBeNull();
    const ended = await opened();
    await t.store.portalAccess.endSession(ended.session.id);
    expect(await session(ended.cookie)).toBeNull();
    expect(await session('A'.repeat(43))).toBeNull();
    expect(await session('nonsense')).toBeNull();
  });

  it("operators' sessions are of no organization, and end by time, by hand, and with the admin key", async () => {
    const { cookie, session: shown } = await t.store.portalAccess.openOperatorSession(ADMIN_KEY);
    expect(shown).toMatchObject({ kind: 'operator', linkId: null, organizationId: null, readOnly: false, options: {} });
    expect(await session(cookie)).toEqual(shown);
    expect(await t.store.portalAccess.session(cookie, 'the next admin key')).toBeNull();
    await t.store.portalAccess.endSession(shown.id);
    expect(await session(cookie)).toBeNull();
    const expired = await t.store.portalAccess.openOperatorSession(ADMIN_KEY);
    await t.store.db.update(portalSessions).set({ expiresAt: past }).where(eq(portalSessions.id, expired.session.id));
    expect(await session(expired.cookie)).toBeNull();
  });
});
