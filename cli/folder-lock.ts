import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The folder is in use by another process, or cannot be used at all. The message names the folder and the remedy. */
export class FolderLockError extends Error {
  override readonly name = 'FolderLockError';
}

/** The exclusive use of a folder, from `acquireFolderLock` until `release` or the end of the process. */
export interface FolderLock {
  /** Gives the folder back. May be called repeatedly. */
  release(): void;
}

/** SQLITE_BUSY. Source: https://sqlite.org/rescode.html#busy */
const BUSY = 5;

/** A lock whose database object were collected would be gone while its holder still believes in it. */
const held = new Set<DatabaseSync>();

/**
 * Takes the exclusive use of `dir`, which is made if missing (mode 700), for this process. Does not wait.
 *
 * The lock is the operating system's own lock on the file `lock`, held through an open SQLite transaction: Node has no
 * call for file locks, and SQLite's is portable. The kernel drops it when the process ends, by SIGKILL too, so there
 * is no stale lock and nothing to take over. The file `lock` itself stays and means nothing by itself; `lock-holder`
 * holds the process id for the message.
 * @throws FolderLockError when another process (or this one) has it, or when the folder cannot be written.
 */
export async function acquireFolderLock(dir: string): Promise<FolderLock> {
  const holderFile = join(dir, 'lock-holder');
  let database: DatabaseSync;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    // Its error says more than SQLite's "unable to open database file". The file itself is opened by SQLite alone:
    // POSIX drops a process's locks on a file when the process closes any descriptor of it.
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    database = new DatabaseSync(join(dir, 'lock'), { timeout: 0 });
  } catch (error) {
    throw new FolderLockError(`the folder ${dir} cannot be written: ${(error as Error).message}`);
  }
  try {
    database.exec('BEGIN EXCLUSIVE');
    writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== BUSY) {
      throw new FolderLockError(`the folder ${dir} cannot be locked: ${(error as Error).message}`);
    }
    throw new FolderLockError(
      `the folder ${dir} is in use by another Waybill${holder(holderFile)}: stop that one or set another folder`,
    );
  }
  held.add(database);
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

function holder(file: string): string {
  try {
    const pid = readFileSync(file, 'utf8').trim();
    return pid === '' ? '' : ` (process ${pid})`;
  } catch {
    return '';
  }
}
