import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntilServing } from './health.ts';
import { tailFrom } from './log-tail.ts';
import { ensurePortFree, freePort } from './ports.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { defaultRestartLimits, type RestartLimits, type SupervisionHooks, supervise } from './supervise.ts';

/** A Temporal that cannot be started here. The message says why and shows the last lines of its log. */
export class DevServerError extends Error {
  override readonly name = 'DevServerError';
}

/** What a dev server is started with, and whom it tells when it had to be restarted. */
export interface DevServerOptions extends SupervisionHooks {
  /** Path of the `temporal` executable, from `findServer`. */
  readonly executable: string;
  /** Folder of its database `temporal.db` and log `temporal.log`; made if missing. */
  readonly dataDir: string;
  /** The environment to hand on; GOMEMLIMIT in it goes before ours. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Namespace made at the first start. */
  readonly namespace: string;
  /** Port of the gRPC service on 127.0.0.1. 0: a free one. @default 0 */
  readonly port?: number;
  /** Port of the UI on 127.0.0.1. 0: a free one. @default 0 */
  readonly uiPort?: number;
  /** Without the UI. @default false */
  readonly headless?: boolean;
  /** Milliseconds it may take until it serves. @default 60000 */
  readonly startTimeoutMs?: number;
  /** Seconds it may take to end by itself after SIGTERM, then SIGKILL. It takes 1 s. @default 10 */
  readonly stopGraceSeconds?: number;
  /** @default defaultRestartLimits */
  readonly restartLimits?: RestartLimits;
}

/** A Temporal server of our own that serves, is restarted when it dies, and dies with this process. */
export interface DevServer {
  /** `host:port` for clients and workers; the same over restarts. */
  readonly address: string;
  /** Address of the web UI; `undefined` when headless. */
  readonly uiUrl: string | undefined;
  readonly logFile: string;
  /** Process id of the server; `undefined` while it is being restarted and after `stop`. */
  pid(): number | undefined;
  /** Ends it for good and returns when it is gone. May be called repeatedly. */
  stop(): Promise<void>;
}

/**
 * Bound on the memory of Go's runtime, so that the server's share of a small machine stays known; a precaution. It was
 * not reached in the runs made: 120 MB resident when idle, 275 to 290 after 1,500 workflows that carry 100 ids each,
 * with 300 MiB as without. It is soft: a server that needs more collects more often and goes on.
 */
const MEMORY_LIMIT = '400MiB';

/** Waybill's own Temporal of a moment ago may still hold the port, see server-process.ts. */
const PORT_WAIT_MS = 2000;

const MAX_LOG_BYTES = 16 * 1024 * 1024;

/**
 * Starts a Temporal server with a database file and returns once it serves.
 * @throws DevServerError when it ends or does not serve in time; PortTakenError when a given port is in use.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const logFile = join(options.dataDir, 'temporal.log');
  prepareFolder(options.dataDir, logFile);
  if (options.port) await ensurePortFree(options.port, 'Temporal', PORT_WAIT_MS);
  if (options.uiPort && !options.headless) await ensurePortFree(options.uiPort, "Temporal's UI", PORT_WAIT_MS);
  const port = options.port || (await freePort());
  const uiPort = options.headless ? undefined : options.uiPort || (await freePort());
  const address = `127.0.0.1:${port}`;
  const start = (): Promise<ServerProcess> => startOnce(options, address, logFile, serverArgs(options, port, uiPort));
  const first = await start();
  const supervised = supervise(first, start, options.restartLimits ?? defaultRestartLimits, options);
  return {
    address,
    uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
    logFile,
    pid: () => supervised.current()?.pid,
    stop: () => supervised.stop(),
  };
}

async function startOnce(
  options: DevServerOptions,
  address: string,
  logFile: string,
  args: readonly string[],
): Promise<ServerProcess> {
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const server = await startServerProcess({
    executable: options.executable,
    args,
    environment: { GOMEMLIMIT: MEMORY_LIMIT, ...options.environment },
    logFile,
    stopGraceSeconds: options.stopGraceSeconds ?? 10,
  });
  const startTimeoutMs = options.startTimeoutMs ?? 60_000;
  const ended = new AbortController();
  const exited = server.exited.then((how) => {
    ended.abort();
    return `it ended at once (${how})`;
  });
  // A dead server is asked about no longer; that another process answers on its port is no sign of life.
  const serving = await waitUntilServing(address, startTimeoutMs, ended.signal);
  if (serving && !ended.signal.aborted) return server;
  const why = ended.signal.aborted ? await exited : `it does not answer after ${startTimeoutMs / 1000} s`;
  await server.stop();
  const lines = tailFrom(logFile, logStart, 15);
  throw new DevServerError(
    `Temporal does not come up: ${why}. Its log, ${logFile}, ends with:\n${lines || '(nothing)'}`,
  );
}

function serverArgs(options: DevServerOptions, port: number, uiPort: number | undefined): readonly string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...['--db-filename', join(options.dataDir, 'temporal.db')],
    // One write-ahead log instead of a journal per commit; NORMAL loses nothing when a process dies, and Waybill's
    // own store heals what a power cut takes from Temporal.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...['--namespace', options.namespace, '--log-level', 'warn'],
    // A user's Temporal profile is about other servers, and a broken one would keep this one from starting.
    ...['--disable-config-file', '--disable-config-env'],
  ];
}

function prepareFolder(dataDir: string, logFile: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
    if (size > MAX_LOG_BYTES) renameSync(logFile, `${logFile}.1`);
    closeSync(openSync(logFile, 'a', 0o600));
  } catch (error) {
    throw new DevServerError(`the folder ${dataDir} cannot be used for Temporal's data: ${(error as Error).message}`);
  }
}
