import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { PutDatasetResult } from './datasets.ts';

const ONE_MIB = 1024 * 1024;
const NO_LIMIT = Number.POSITIVE_INFINITY;

describe.each(KINDS)('datasets, on %s', (kind) => {
  let t: TestStore;
  let organizationId: string;

  beforeAll(async () => {
    t = await aStore(kind);
    organizationId = t.organizationId;
  });
  afterAll(() => t.close());

  const put = (id: string, pieces: AsyncIterable<Uint8Array> | string, maxBytes = NO_LIMIT) =>
    t.store.datasets.put(organizationId, id, typeof pieces === 'string' ? inPieces(pieces) : pieces, maxBytes);

  async function stored(id: string, text: string) {
    const result = await put(id, text);
    if (result.kind !== 'stored') throw new Error(result.kind);
    return result;
  }

  async function read(id: string): Promise<string> {
    const dataset = await t.store.datasets.get(organizationId, id);
    if (!dataset) throw new Error('gone');
    const chunks: Uint8Array[] = [];
    for await (const chunk of t.store.datasets.readChunks(organizationId, id, dataset.version)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  const chunksOf = (id: string) =>
    t.rows<{ version: number; position: number; bytes: number }>(
      sql`select version, position, length(body) as bytes from dataset_chunks
        where organization_id = ${organizationId} and dataset_id = ${id} order by version, position`,
    );

  it('keep records line by line in chunks of 1 MiB, whatever pieces they come in', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ id: i, text: 'ü'.repeat(i % 90) }));
    const text = `${lines.join('\n')}\n`;
    const bytes = Buffer.byteLength(text);
    expect(bytes).toBeGreaterThan(2 * ONE_MIB);
    const result = await put('large', inPieces(`\n${lines.join('\r\n\n')}`, 70_001));
    expect(result).toMatchObject({
      kind: 'stored',
      created: true,
      dataset: { id: 'large', version: 1, recordsUrl: null, records: 30_000, bytes },
    });
    expect(await read('large')).toBe(text);
    const sizes = (await chunksOf('large')).map((chunk) => chunk.bytes);
    expect(sizes).toEqual([...Array(Math.floor(bytes / ONE_MIB)).fill(ONE_MIB), bytes % ONE_MIB]);
  });

  it('may be empty', async () => {
    expect((await stored('empty', '\n\n')).dataset).toMatchObject({ records: 0, bytes: 0 });
    expect(await read('empty')).toBe('');
  });

  it('are replaced whole, under a higher version; the old chunks go', async () => {
    const first = await stored('replaced', '{"a":1}');
    const second = await stored('replaced', '{"a":2}\n{"a":3}');
    expect(second).toMatchObject({ created: false, dataset: { version: 2, records: 2 } });
    expect(second.dataset.createdAt).toBe(first.dataset.createdAt);
    expect(await read('replaced')).toBe('{"a":2}\n{"a":3}\n');
    expect((await chunksOf('replaced')).map((chunk) => chunk.version)).toEqual([2]);
  });

  it.each<[string, AsyncIterable<Uint8Array>, number, PutDatasetResult | 'throws']>([
    ['invalid at its end', withEnd('{"a":'), NO_LIMIT, { kind: 'invalid', lineNumber: 60_001, rule: 'is not JSON' }],
    ['too large', withEnd(''), 2 * ONE_MIB, { kind: 'too_large' }],
    ['broken off', withEnd(null), NO_LIMIT, 'throws'],
  ])('stay as they were when an upload is %s, and nothing of it is left', async (name, pieces, maxBytes, expected) => {
    await stored(name, '{"old":true}');
    const upload = put(name, pieces, maxBytes);
    if (expected === 'throws') await expect(upload).rejects.toThrow('the line is dead');
    else expect(await upload).toEqual(expected);
    expect(await read(name)).toBe('{"old":true}\n');
    expect(await chunksOf(name)).toHaveLength(1);
    // The same as the first upload of its id leaves nothing to be seen either.
    expect(await put(`new ${name}`, 'no')).toMatchObject({ kind: 'invalid', lineNumber: 1 });
    expect(await t.store.datasets.get(organizationId, `new ${name}`)).toBeNull();
    expect((await stored(name, '{}')).dataset.version).toBeGreaterThan(2);
  });

  it('are what the upload begun last says; an earlier one comes to nothing', async () => {
    const early = paused();
    const overtaken = put('raced', early.pieces);
    await early.underWay;
    expect(await chunksOf('raced')).toHaveLength(1);
    await stored('raced', '{"late":true}');
    early.goOn();
    expect(await overtaken).toEqual({ kind: 'overtaken' });
    expect(await read('raced')).toBe('{"late":true}\n');
    expect(await chunksOf('raced')).toHaveLength(1);
  });

  it('when deleted take an upload under way with them, and come back under a version never used', async () => {
    const before = await stored('deleted', '{"old":true}');
    const early = paused();
    const overtaken = put('deleted', early.pieces);
    await early.underWay;
    expect(await t.store.datasets.remove('org_other', 'deleted')).toBe(false);
    expect(await t.store.datasets.remove(organizationId, 'deleted')).toBe(true);
    expect(await t.store.datasets.remove(organizationId, 'deleted')).toBe(false);
    early.goOn();
    expect(await overtaken).toEqual({ kind: 'overtaken' });
    expect(await chunksOf('deleted')).toEqual([]);
    expect(await t.store.datasets.get(organizationId, 'deleted')).toBeNull();
    const after = await stored('deleted', '{}');
    expect(after.created).toBe(true);
    expect(after.dataset.version).toBeGreaterThan(before.dataset.version + 1);
  });

  it('are read in one version, or the reading ends with an error', async () => {
    const { version } = (await stored('read', lines(30_000))).dataset;
    const reading = t.store.datasets.readChunks(organizationId, 'read', version)[Symbol.asyncIterator]();
    expect((await reading.next()).value).toHaveLength(ONE_MIB);
    await stored('read', lines(30_000));
    await expect(reading.next()).rejects.toThrow('replaced or deleted');
    const late = t.store.datasets.readChunks(organizationId, 'read', version)[Symbol.asyncIterator]();
    await expect(late.next()).rejects.toThrow('replaced or deleted');
  });

  it('may be an address instead, and records again', async () => {
    await stored('address', '{}');
    const url = 'https://data.example.com/records';
    expect(await t.store.datasets.putUrl(organizationId, 'address', url)).toMatchObject({
      kind: 'stored',
      created: false,
      dataset: { version: 2, recordsUrl: url, records: null, bytes: null },
    });
    expect(await chunksOf('address')).toEqual([]);
    expect((await stored('address', '{}')).dataset).toMatchObject({ version: 3, recordsUrl: null, records: 1 });
  });

  it('are listed by id, to their organization only', async () => {
    const other = (await t.store.organizations.create('Other')).organization.id;
    for (const id of ['b', 'a', 'c']) await t.store.datasets.putUrl(other, id, 'https://data.example.com');
    await t.store.datasets.remove(other, 'c');
    const ids = async (after: string | null, limit = 10) =>
      (await t.store.datasets.list(other, { limit, after })).map(({ id }) => id);
    expect([await ids(null), await ids(null, 1), await ids('a')]).toEqual([['a', 'b'], ['a'], ['b']]);
    expect(await t.store.datasets.get(organizationId, 'a')).toBeNull();
  });

  it('lose what a process that died left of an upload, and nothing else', async () => {
    await stored('crashed', '{"old":true}');
    const dead = paused();
    const upload = put('crashed', dead.pieces);
    await dead.underWay;
    await (await t.store.datasets.abandonUploads(60_000))();
    expect(await chunksOf('crashed')).toHaveLength(2);
    await (await t.store.datasets.abandonUploads(0))();
    expect(await chunksOf('crashed')).toHaveLength(1);
    expect(await read('crashed')).toBe('{"old":true}\n');
    dead.goOn();
    expect(await upload).toEqual({ kind: 'overtaken' });
  });

  it('lose it at the next upload too', async () => {
    const dead = paused();
    const upload = put('put again', dead.pieces);
    await dead.underWay;
    expect(await put('put again', 'no')).toMatchObject({ kind: 'invalid' });
    expect(await chunksOf('put again')).toEqual([]);
    dead.goOn();
    expect(await upload).toEqual({ kind: 'overtaken' });
  });
});

const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `{"line":"${i}","text":"${'x'.repeat(40)}"}\n`).join('');

async function* inPieces(text: string, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Lines that fill three chunks, and then `end`; null: the sender is gone. */
async function* withEnd(end: string | null): AsyncGenerator<Uint8Array> {
  yield* inPieces(lines(60_000));
  if (end === null) throw new Error('the line is dead');
  yield Buffer.from(end);
}

/** An upload that stops after a chunk until it is told to go on with another. */
function paused() {
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let arrive = () => {};
  const underWay = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield* inPieces(lines(30_000));
    arrive();
    await gate;
    yield* inPieces(lines(30_000));
  }
  return { pieces: pieces(), goOn, underWay };
}
