import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPglite, rowsOf } from '../store/database.ts';
import { aWaybillProcess, type WaybillProcess } from './waybill-process.ts';

const MIB = 1024 * 1024;
const LARGE_BYTES = 250 * MIB;
/** A few hundred MiB kept in memory, once, would pass it. */
const GROWTH_LIMIT_BYTES = 100 * MIB;
/** Some tens of seconds on a free machine. */
const TIMEOUT_MS = 600_000;

let waybill: WaybillProcess;

beforeEach(async () => {
  waybill = await aWaybillProcess();
  await waybill.start();
});
afterEach(() => waybill.dispose());

/** A key of a new organization. */
async function aKey(): Promise<string> {
  const adminKey = readFileSync(join(waybill.dataDir, 'admin-key'), 'utf8').trim();
  const made = await fetch(`${waybill.url}/v1/organizations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: '{"name":"Test"}',
  });
  return ((await made.json()) as { key: string }).key;
}

async function put(key: string, body: AsyncIterable<Uint8Array>) {
  const answer = await fetch(`${waybill.url}/flexorch/v1/datasets/ds_1`, {
    method: 'PUT',
    headers: { 'x-api-key': key, 'content-type': 'application/x-ndjson' },
    body: Readable.toWeb(Readable.from(body)) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  return { status: answer.status, dataset: await answer.json() };
}

/** Records that do not compress well, made as they are taken. */
async function* records(bytes: number): AsyncGenerator<Uint8Array> {
  let seed = 1;
  for (let sent = 0; sent < bytes; ) {
    let text = '';
    while (text.length < 65_536) {
      seed = (seed * 48_271) % 2_147_483_647;
      text += `{"id":${seed},"name":"record ${seed.toString(36)}","score":${seed / 7},"tags":["a","b"]}\n`;
    }
    const piece = Buffer.from(text);
    sent += piece.length;
    yield piece;
  }
}

/** Records without an end: all have been taken, and the connection stays open. */
function unfinished(bytes: number) {
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* records(bytes);
    resolve();
    await new Promise(() => undefined);
  }
  return { body: body(), taken };
}

/** Versions of all chunks in the store of a Waybill that does not run. */
async function storedVersions(): Promise<number[]> {
  const database = await openPglite(join(waybill.dataDir, 'store'));
  const rows = await rowsOf<{ version: number }>(database.db, sql`select version from dataset_chunks`);
  await database.close();
  return rows.map(({ version }) => version);
}

test(
  'a dataset of 250 MiB passes through little memory',
  async () => {
    const key = await aKey();
    await put(key, records(4 * MIB));
    const growthBytes = await waybill.memoryGrowth(async () => {
      const { status, dataset } = await put(key, records(LARGE_BYTES));
      expect(status).toBe(200);
      expect((dataset as { bytes: number }).bytes).toBeGreaterThanOrEqual(LARGE_BYTES);
    });
    console.log(`memory grew by ${Math.round(growthBytes / MIB)} MiB`);
    expect(growthBytes).toBeLessThan(GROWTH_LIMIT_BYTES);
  },
  TIMEOUT_MS,
);

test(
  'after a SIGKILL during an upload the old version stands, and the next start leaves nothing of the new one',
  async () => {
    const key = await aKey();
    const old = (await put(key, records(MIB))).dataset;
    const upload = unfinished(20 * MIB);
    const broken = put(key, upload.body).catch((error: Error) => error);
    await upload.taken;
    await waybill.killAll();
    expect(await broken).toBeInstanceOf(Error);
    expect((await storedVersions()).filter((version) => version === 2).length).toBeGreaterThan(10);

    await waybill.start();
    const standing = await fetch(`${waybill.url}/flexorch/v1/datasets/ds_1`, { headers: { 'x-api-key': key } });
    expect(await standing.json()).toEqual(old);
    expect(await waybill.terminate()).toBe(0);
    expect(new Set(await storedVersions())).toEqual(new Set([1]));
  },
  TIMEOUT_MS,
);
