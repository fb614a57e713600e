import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { acquireFolderLock, FolderLockError } from '../cli/folder-lock.ts';
import { eventually } from './eventually.ts';
import { VERSITYGW_VERSION, versitygwPath } from './versitygw.ts';

const GO_PACKAGE = `github.com/versity/versitygw/cmd/versitygw@${VERSITYGW_VERSION}`;
/** 90 s on 2 cores; another run may have begun a moment ago. */
const BUILD_LIMIT_MS = 15 * 60_000;

/** Builds the S3 server of the tests into the user's cache, once per machine. @throws without Go, or with its last words. */
export default async function buildVersitygw(): Promise<void> {
  const target = versitygwPath();
  if (existsSync(target)) return;
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  // Two runs at once would build it twice, on machines that are slow at it.
  const lock = await eventually('the lock of the build', () => lockOf(join(folder, '.versitygw')), BUILD_LIMIT_MS);
  const building = await mkdtemp(join(folder, '.build-'));
  try {
    if (existsSync(target)) return;
    console.log(`[test set-up] building the S3 server with go install ${GO_PACKAGE}; this takes minutes`);
    await goInstall(building);
    // Renamed into place: a run that is killed here leaves no half executable.
    await rename(join(building, 'versitygw'), target);
  } finally {
    await rm(building, { recursive: true, force: true });
    lock.release();
  }
}

async function lockOf(folder: string) {
  return acquireFolderLock(folder).catch((error: unknown) => {
    if (error instanceof FolderLockError && error.message.includes('in use')) return null;
    throw error;
  });
}

async function goInstall(folder: string): Promise<void> {
  const child = spawn('go', ['install', '-ldflags', '-s -w', GO_PACKAGE], {
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: BUILD_LIMIT_MS,
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-2_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new Error('the tests of exports need Go on the PATH, to build the S3 server versitygw: https://go.dev/dl')
          : error,
      ),
    );
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`go install ${GO_PACKAGE} failed (exit code ${code}):\n${said}`);
}
