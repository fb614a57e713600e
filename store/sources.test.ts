import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { NewSource } from './sources.ts';
import type { PublishItem } from './types.ts';

describe.each(KINDS)('sources on %s', (kind) => {
  let t: TestStore;
  let other: string;

  beforeAll(async () => {
    t = await aStore(kind);
    other = (await t.store.organizations.create('Other')).organization.id;
  });
  afterAll(() => t.close());
  afterEach(() => vi.useRealTimers());

  const aSource = (changes: Partial<NewSource> = {}) =>
    t.store.sources.create(t.organizationId, {
      name: 'billing',
      dialect: 'fltr',
      secret: { scheme: 'hmac', value: 'whsec_first' },
      headers: [],
      ...changes,
    });
  const valuesOf = async (token: string) => (await t.store.sources.byToken(token))?.secrets.map((s) => s.value);

  it('are found by their token, with secret and headers in clear', async () => {
    const headers = [{ name: 'X-Webhook-Secret', value: 'marked-header' }];
    const { source, token } = await aSource({ headers });
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await t.store.sources.byToken(token)).toEqual({
      id: source.id,
      organizationId: t.organizationId,
      dialect: 'fltr',
      secrets: [{ scheme: 'hmac', value: 'whsec_first' }],
      headers,
    });
    expect(source).toMatchObject({ name: 'billing', hasSecret: true, headerNames: ['X-Webhook-Secret'] });
  });

  it.each(['', 'x', `${'A'.repeat(43)}`, 'ä', 'a'.repeat(10_000)])(
    'a token of nobody finds none, case %#',
    async (token) => {
      expect(await t.store.sources.byToken(token)).toBeNull();
    },
  );

  it('that are asked for together each get their own', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => aSource()));
    const tokens = made.flatMap(({ token }) => [token, `${token}x`]);
    const found = await Promise.all(tokens.map((token) => t.store.sources.byToken(token)));
    expect(found.map((s) => s?.id ?? null)).toEqual(made.flatMap(({ source }) => [source.id, null]));
  });

  it('keep token, secret and header values readable nowhere', async () => {
    const { source, token } = await aSource({ headers: [{ name: 'X-A', value: 'marked-header' }] });
    const [row] = await t.rows<{ text: string }>(sql`select s::text as text from sources s where id = ${source.id}`);
    const bytes = [...(row?.text ?? '').matchAll(/\\x([0-9a-f]+)/g)].map(([, hex = '']) => Buffer.from(hex, 'hex'));
    const text = [row?.text, ...bytes.map((b) => b.toString('latin1'))].join('\n');
    for (const mark of [token, 'whsec_first', 'marked-header']) expect(text).not.toContain(mark);
  });

  it('of a new token are unknown by the old one at once', async () => {
    const { source, token } = await aSource();
    expect(await t.store.sources.byToken(token)).not.toBeNull();
    const rotated = await t.store.sources.rotateToken(t.organizationId, source.id);
    expect(await t.store.sources.byToken(token)).toBeNull();
    expect((await t.store.sources.byToken(rotated?.token ?? ''))?.id).toBe(source.id);
  });

  it('that were deleted are unknown at once, and keep no secret', async () => {
    const { source, token } = await aSource();
    expect(await t.store.sources.byToken(token)).not.toBeNull();
    expect(await t.store.sources.remove(t.organizationId, source.id)).toBe(true);
    expect(await t.store.sources.byToken(token)).toBeNull();
    expect(await t.store.sources.get(t.organizationId, source.id)).toBeNull();
    expect(await t.store.sources.remove(t.organizationId, source.id)).toBe(false);
    expect(await t.rows(sql`select secret, headers from sources where id = ${source.id}`)).toEqual([
      { secret: null, headers: null },
    ]);
  });

  it.runIf(kind === 'postgres')('that another process deleted are unknown at once, too', async () => {
    const { source, token } = await aSource();
    expect(await t.store.sources.byToken(token)).not.toBeNull();
    const other = await t.another();
    expect((await other.sources.byToken(token))?.id).toBe(source.id);
    await other.sources.remove(t.organizationId, source.id);
    expect(await t.store.sources.byToken(token)).toBeNull();
  });

  it('take the old secret along with the new one until the overlap ends, five at most', async () => {
    const { source, token } = await aSource();
    const change = (value: string | null, overlapMs: number) =>
      t.store.sources.update(t.organizationId, source.id, {
        secret: { value: value === null ? null : { scheme: 'hmac', value }, overlapMs },
      });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await change('second', 60_000);
    expect(await valuesOf(token)).toEqual(['second', 'whsec_first']);
    await change('third', 1_000);
    expect(await valuesOf(token)).toEqual(['third', 'second', 'whsec_first']);
    vi.setSystemTime(Date.now() + 1_000);
    expect(await valuesOf(token)).toEqual(['third', 'whsec_first']);
    await change('fourth', 0);
    expect(await valuesOf(token)).toEqual(['fourth', 'whsec_first']);
    for (const n of [5, 6, 7, 8]) await change(`secret ${n}`, 60_000);
    expect(await valuesOf(token)).toEqual(['secret 8', 'secret 7', 'secret 6', 'secret 5', 'fourth']);
    await change(null, 60_000);
    expect(await valuesOf(token)).toEqual([]);
  });

  it('change name and headers by themselves; a value of null keeps the stored one', async () => {
    const { source, token } = await aSource({ headers: [{ name: 'X-A', value: 'a' }] });
    const update = (patch: object) => t.store.sources.update(t.organizationId, source.id, patch);
    expect(await update({})).toMatchObject({ kind: 'updated', source: { name: 'billing' } });
    expect(await update({ name: 'renamed' })).toMatchObject({ source: { name: 'renamed', hasSecret: true } });
    const headers = [
      { name: 'x-a', value: null },
      { name: 'X-B', value: 'b' },
    ];
    expect(await update({ headers })).toMatchObject({ source: { headerNames: ['x-a', 'X-B'] } });
    expect((await t.store.sources.byToken(token))?.headers.map((h) => h.value)).toEqual(['a', 'b']);
    expect(await update({ headers: [{ name: 'X-C', value: null }] })).toEqual({ kind: 'unknown_header', name: 'X-C' });
  });

  it('are nothing to another organization', async () => {
    const { source, token } = await aSource();
    expect(await t.store.sources.get(other, source.id)).toBeNull();
    expect(await t.store.sources.update(other, source.id, { name: 'theirs' })).toEqual({ kind: 'not_found' });
    expect(await t.store.sources.rotateToken(other, source.id)).toBeNull();
    expect(await t.store.sources.remove(other, source.id)).toBe(false);
    expect(await t.store.sources.list(other, { limit: 10, after: null })).toEqual([]);
    expect((await t.store.sources.byToken(token))?.id).toBe(source.id);
  });

  it('are listed newest first, in pages', async () => {
    const { organization } = await t.store.organizations.create('Lists');
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const created = { name, dialect: 'orion', secret: null, headers: [] };
      ids.unshift((await t.store.sources.create(organization.id, created)).source.id);
    }
    const list = async (after: string | null) =>
      (await t.store.sources.list(organization.id, { limit: 2, after })).map((source) => source.id);
    expect(await list(null)).toEqual(ids.slice(0, 2));
    expect(await list(ids[1] as string)).toEqual(ids.slice(2));
  });

  describe('what they publish', () => {
    const publish = (changes: Partial<PublishItem>) => t.store.publish(t.anItem(changes));
    const arrival = (id: string, eventId: string, flag: string | null = null) => ({ source: { id, eventId, flag } });

    it('keeps source, the sender’s id and the flag', async () => {
      const result = await publish({ type: 'order.odd', ...arrival('src_a', 'sender-1', 'unknown_type') });
      if (result.kind !== 'created') throw new Error(result.kind);
      expect(await t.store.events.get(t.organizationId, result.eventId)).toMatchObject({
        sourceId: 'src_a',
        sourceEventId: 'sender-1',
        flag: 'unknown_type',
      });
      const own = await t.publish();
      expect(await t.store.events.get(t.organizationId, own)).toMatchObject({
        sourceId: null,
        sourceEventId: null,
        flag: null,
      });
    });

    it('is told by the sender’s id, in one group as in many, also with other content', async () => {
      const endpoint = await t.anEndpoint({ eventTypes: ['repeat.me'] });
      const item = { type: 'repeat.me', fingerprint: 'a', ...arrival('src_b', 'sender-1') };
      const [first, ...others] = await Promise.all(
        [item, item, { ...item, fingerprint: 'b' }, item].map((changes) => publish(changes)),
      );
      if (first?.kind !== 'created') throw new Error('not created');
      const repeated = { kind: 'repeated', eventId: first.eventId };
      expect(others).toEqual([repeated, { ...repeated, differs: true }, repeated]);
      expect(await publish(item)).toEqual(repeated);
      expect(await t.deliveriesOf(endpoint)).toHaveLength(1);
    });

    it('is another source’s own matter, and the API’s', async () => {
      const kinds = await Promise.all([
        publish(arrival('src_c', 'same')),
        publish(arrival('src_d', 'same')),
        publish({ id: 'same' }),
        publish({ id: 'same' }),
      ]);
      expect(kinds.map((r) => r.kind)).toEqual(['created', 'created', 'created', 'repeated']);
    });

    it('does not hold up its neighbours, whatever repeats among them', async () => {
      const items = Array.from({ length: 300 }, (_, n) => ({
        data: `"mixed ${n}"`,
        ...(n % 3 === 0 ? arrival('src_e', `id-${n % 60}`) : {}),
      }));
      const results = await Promise.all(items.map(publish));
      const created = results.filter((r) => r.kind === 'created').length;
      expect([created, results.length - created]).toEqual([220, 80]);
      const ids = new Set(results.flatMap((r) => ('eventId' in r ? [r.eventId] : [])));
      expect(ids.size).toBe(220);
    });
  });
});
