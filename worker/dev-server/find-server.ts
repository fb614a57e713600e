import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildServer, GO_PACKAGE } from './build-server.ts';
import { checkServer, OLDEST_SERVER } from './check-server.ts';

/** No usable Temporal server on this machine. The message lists the ways to get one. */
export class ServerNotFoundError extends Error {
  override readonly name = 'ServerNotFoundError';
}

/** Where to look, and whom to tell. */
export interface FindServerOptions {
  /** Waybill's data folder; `<dataDir>/bin/temporal` is looked at. */
  readonly dataDir: string;
  /** From `cacheFolder`; `<cacheDir>/bin/temporal` is looked at and is where a built one goes. */
  readonly cacheDir: string;
  /** PATH of it is searched for `temporal` and `go`; `go install` is given all of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what a long step does and for how long by now, every few seconds. */
  report(text: string): void;
  /** Ends a build. */
  readonly signal?: AbortSignal;
}

/** A `temporal` executable that is new enough. */
export interface FoundServer {
  readonly executable: string;
  /** Where it was found: on the PATH, in the data folder, in the user's cache, or just built into that. */
  readonly source: 'path' | 'data' | 'cache' | 'built';
  /** Version of the server in it, such as "1.29.1" (not that of the CLI). */
  readonly serverVersion: string;
}

/** `$XDG_CACHE_HOME/waybill`, else `~/.cache/waybill`. Source: XDG Base Directory Specification 0.8. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>, homeDir: string): string {
  return join(environment.XDG_CACHE_HOME || join(homeDir, '.cache'), 'waybill');
}

/**
 * Finds or builds a `temporal` executable, in the order of the design: PATH, data folder, user's cache, `go install`.
 *
 * Temporal's official download stands in the design between the last two and is left out: nothing it offers is
 * pinned here by a checksum, and we run no program that we cannot verify. (`go install` verifies against Go's
 * checksum database.)
 * @throws ServerNotFoundError with what was tried and the ways to help; the signal's reason when aborted.
 */
export async function findServer(options: FindServerOptions): Promise<FoundServer> {
  const cached = join(options.cacheDir, 'bin', 'temporal');
  const onPath = findExecutable('temporal', options.environment.PATH);
  const candidates = [
    { source: 'path', executable: onPath },
    { source: 'data', executable: existing(join(options.dataDir, 'bin', 'temporal')) },
    { source: 'cache', executable: existing(cached) },
  ] as const;
  const tried: string[] = [];
  for (const { source, executable } of candidates) {
    if (executable === undefined) continue;
    const checked = await checkServer(executable);
    if (checked.serverVersion !== undefined) return { executable, source, serverVersion: checked.serverVersion };
    tried.push(`${executable}: ${checked.fault}`);
  }
  const go = findExecutable('go', options.environment.PATH);
  if (go === undefined) {
    tried.push('go: not on the PATH');
    throw notFound(tried);
  }
  try {
    await buildServer({ ...options, go, target: cached });
  } catch (error) {
    options.signal?.throwIfAborted();
    tried.push(`go install ${GO_PACKAGE}: ${error instanceof Error ? error.message : String(error)}`);
    throw notFound(tried);
  }
  const built = await checkServer(cached);
  if (built.serverVersion === undefined) throw notFound([...tried, `${cached}: ${built.fault}`]);
  return { executable: cached, source: 'built', serverVersion: built.serverVersion };
}

function notFound(tried: readonly string[]): ServerNotFoundError {
  return new ServerNotFoundError(
    [
      'No Temporal server can be started on this machine.',
      'Tried:',
      ...tried.map((line) => `  - ${line}`),
      'Any one of these helps:',
      '  - set TEMPORAL_ADDRESS to a Temporal server or Temporal Cloud',
      `  - put the Temporal CLI (server ${OLDEST_SERVER} or newer) on the PATH: https://docs.temporal.io/cli/setup-cli`,
      '  - install Go 1.25 or newer (https://go.dev/dl), and Waybill builds the Temporal CLI itself in a few minutes',
    ].join('\n'),
  );
}

function findExecutable(name: string, path: string | undefined): string | undefined {
  for (const folder of (path ?? '').split(delimiter)) {
    const found = folder === '' ? undefined : existing(join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function existing(file: string): string | undefined {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}
