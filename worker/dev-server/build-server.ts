import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkServer } from './check-server.ts';

/**
 * What is built: the newest version of the Temporal CLI that `go install` can build. From 1.6 on its go.mod has a
 * `replace`, which `go install` refuses. It brings server 1.29.1 and UI 2.42.1.
 */
export const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** How the server is built. */
export interface BuildServerOptions {
  /** Path of `go`. */
  readonly go: string;
  /** Path that the executable gets. */
  readonly target: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  report(text: string): void;
  /** Milliseconds between two reports. @default 5000 */
  readonly reportEveryMs?: number;
  /** Ends the build; nothing stays behind but Go's own caches. */
  readonly signal?: AbortSignal;
}

/**
 * Builds the Temporal CLI (213 MB) with `go install`: 2 to 5 minutes on 2 cores the first time.
 *
 * It is built into a folder of its own and then renamed to `target`, so that builds of several processes at once
 * never show half a file: the last one wins, and a running older one keeps its file.
 * @throws with the last lines of Go's output when the build fails or its result is refused.
 */
export async function buildServer(options: BuildServerOptions): Promise<void> {
  const folder = dirname(options.target);
  await mkdir(folder, { recursive: true });
  const building = await mkdtemp(join(folder, '.build-'));
  try {
    await goInstall(options, building);
    const built = join(building, 'temporal');
    const { fault } = await checkServer(built);
    if (fault !== undefined) throw new Error(`what was built ${fault}`);
    await rename(built, options.target);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function goInstall(options: BuildServerOptions, targetFolder: string): Promise<void> {
  options.signal?.throwIfAborted();
  const startedAt = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - startedAt) / 1000)} s`;
  options.report(`Building a Temporal server with ${options.go} install ${GO_PACKAGE}; the first time takes minutes`);
  const child = spawn(options.go, ['install', '-v', '-ldflags', '-s -w', GO_PACKAGE], {
    // Without cgo no C compiler is needed.
    env: { ...options.environment, GOBIN: targetFolder, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // Go starts compilers: the group is ended as one.
    detached: true,
  });
  let downloaded = 0;
  let compiled = 0;
  const lastLines: string[] = [];
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => {
    if (line.startsWith('go: downloading')) downloaded += 1;
    else compiled += 1;
    lastLines.push(line.slice(0, 300));
    if (lastLines.length > 10) lastLines.shift();
  });
  const progress = setInterval(() => {
    const done = `${downloaded} modules downloaded, ${compiled} packages compiled`;
    options.report(`Building a Temporal server: ${done}, ${elapsed()}`);
  }, options.reportEveryMs ?? 5000);
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    } catch {
      // ESRCH: it has just ended.
    }
  };
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted) end();
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    options.signal?.throwIfAborted();
    if (code !== 0) throw new Error(`exit code ${code}\n${lastLines.join('\n')}`);
    options.report(`Built a Temporal server in ${elapsed()}`);
  } finally {
    clearInterval(progress);
    options.signal?.removeEventListener('abort', end);
  }
}
