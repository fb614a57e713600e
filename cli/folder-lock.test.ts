import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireFolderLock, FolderLockError } from './folder-lock.ts';

let dir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waybill-lock-'));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** Another process that takes the lock and keeps it. */
async function aHolder(): Promise<ChildProcess> {
  const module = new URL('./folder-lock.ts', import.meta.url).href;
  const script = `
    const { acquireFolderLock } = await import(${JSON.stringify(module)});
    await acquireFolderLock(${JSON.stringify(dir)}).catch(() => process.exit(1));
    globalThis.gc();
    process.stdout.write('held');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const held = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => undefined)]);
  if (held === undefined) throw new Error('no lock');
  return child;
}

describe('acquireFolderLock', () => {
  it('refuses a folder that another process holds, naming folder and process', async () => {
    const holder = await aHolder();
    const refused = await acquireFolderLock(dir).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FolderLockError);
    expect((refused as Error).message).toContain(dir);
    expect((refused as Error).message).toContain(`process ${holder.pid}`);
  });

  it('succeeds after the holder was killed with SIGKILL', async () => {
    const holder = await aHolder();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await acquireFolderLock(dir);
    lock.release();
  });

  it('refuses a second lock in the same process until the first is released', async () => {
    const lock = await acquireFolderLock(dir);
    await expect(acquireFolderLock(dir)).rejects.toThrow(`in use by another Waybill (process ${process.pid})`);
    lock.release();
    lock.release();
    (await acquireFolderLock(dir)).release();
  });

  it('keeps out other processes after a second try in the holding process', async () => {
    const lock = await acquireFolderLock(dir);
    await expect(acquireFolderLock(dir)).rejects.toThrow(FolderLockError);
    await expect(aHolder()).rejects.toThrow('no lock');
    lock.release();
    await aHolder();
  });

  it('lets exactly one of many win that come at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => acquireFolderLock(dir)));
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    won[0]?.value.release();
  });

  it('makes a missing folder', async () => {
    (await acquireFolderLock(join(dir, 'a', 'b'))).release();
  });

  it('says which folder cannot be written', async () => {
    const file = join(dir, 'a-file');
    writeFileSync(file, '');
    await expect(acquireFolderLock(join(file, 'data'))).rejects.toThrow(
      `the folder ${join(file, 'data')} cannot be written`,
    );
  });
});
