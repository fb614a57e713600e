import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from './free-port.ts';
import { isAlive, type ProcessStat, readProcessTree } from './process-tree.ts';

/** A first start may build Temporal, which takes minutes. */
const START_TIMEOUT_MS = 600_000;
const STOP_TIMEOUT_MS = 30_000;
/** A killed child is gone a moment after its parent. */
const LEFT_GRACE_MS = 1000;
const POLL_MS = 100;
const SHOWN_LOG_LINES = 40;

/** How to start Waybill. */
export interface StartOptions {
  /** Variables beside the bench's own, such as `WAYBILL_DELIVERIES_PER_WORKFLOW`. */
  environment: Readonly<Record<string, string>>;
  /** Leave state and log where they are when Waybill stops, and say where that is. */
  keepData: boolean;
  /** Given the data folder before Waybill starts, to put into its store what is measured. */
  prepare?: (dataDir: string) => Promise<void>;
}

/** A Waybill that the bench started. */
export interface RunningWaybill {
  url: string;
  adminKey: string;
  /** All its processes, Temporal included. */
  processes(): ProcessStat[];
  /** Rejects when Waybill ends by itself, with the last lines of its log; never resolves. */
  ended: Promise<never>;
  /** SIGTERM, then after 30 s SIGKILL to everything left; removes state and log. Returns complaints for the reader. */
  stop(): Promise<string[]>;
  /** Ends everything at once and synchronously, for an exit that cannot wait. */
  kill(): void;
}

/** Waybill did not start, or ended under load. The message carries the end of its log. */
export class WaybillFailedError extends Error {
  override name = 'WaybillFailedError';
}

/**
 * Starts `waybill up` with a data folder of its own, empty unless `prepare` fills it, under the system's temporary folder
 * (`TMPDIR`; a folder in memory makes commits cheaper than a disk would) and with free ports, in a process group of its
 * own. Waits until it is ready, 10 minutes at most. The rest of the environment is passed on, so that any setting can be measured. `onSpawn` is given
 * the handle before Waybill is ready, so that an interrupted start can be cleaned up.
 */
export async function startWaybill(
  { environment, keepData, prepare }: StartOptions,
  onSpawn: (waybill: RunningWaybill) => void,
): Promise<RunningWaybill> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
  const dataDir = join(folder, 'data');
  const logPath = join(folder, 'waybill.log');
  const [port = 0, temporalPort = 0, temporalUiPort = 0] = await findFreePorts(3);
  const { WAYBILL_ADMIN_KEY: _, ...inherited } = process.env;
  await prepare?.(dataDir);

  const log = openSync(logPath, 'a');
  const child = spawn(process.execPath, ['cli/waybill.ts', 'up'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      ...inherited,
      WAYBILL_DATA_DIR: dataDir,
      WAYBILL_HOST: '127.0.0.1',
      WAYBILL_PORT: String(port),
      WAYBILL_TEMPORAL_PORT: String(temporalPort),
      WAYBILL_TEMPORAL_UI_PORT: String(temporalUiPort),
      ...environment,
    },
  });
  closeSync(log);

  let stopping = false;
  let hasEnded = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const ended = exited.then((how): Promise<never> => {
    hasEnded = true;
    if (stopping) return new Promise(() => undefined);
    throw new WaybillFailedError(`Waybill ended by itself (${how})\n${lastLines(logPath)}`);
  });
  ended.catch(() => undefined); // whoever waits for it sees it; between two waits it is no unhandled rejection

  const rootPid = child.pid ?? Number.NaN;
  const seen = new Map<string, ProcessStat>();
  const processes = (): ProcessStat[] => {
    const tree = readProcessTree(rootPid);
    for (const one of tree) seen.set(`${one.pid} ${one.startTicks}`, one);
    return tree;
  };
  const findLeft = (): ProcessStat[] => {
    processes();
    return [...seen.values()].filter(isAlive);
  };
  const kill = (): void => {
    for (const { pid } of findLeft()) killIfAlive(pid);
  };
  const waybill: RunningWaybill = {
    url: `http://127.0.0.1:${port}`,
    adminKey: '',
    processes,
    ended,
    kill,
    async stop() {
      stopping = true;
      const complaints: string[] = [];
      processes();
      child.kill('SIGTERM');
      const stopped = await Promise.race([exited, sleep(STOP_TIMEOUT_MS, null, { ref: false })]);
      if (stopped === null) {
        complaints.push(`Waybill did not stop within ${STOP_TIMEOUT_MS / 1000} s and was killed`);
      } else if (!(await becomesTrue(() => findLeft().length === 0, LEFT_GRACE_MS))) {
        complaints.push(`Waybill ended and left ${findLeft().length} processes running, which were killed`);
      }
      kill();
      if (keepData) complaints.push(`state and log are kept in ${folder}`);
      else await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      return complaints;
    },
  };
  onSpawn(waybill);

  await Promise.race([untilReady(waybill.url, logPath, () => hasEnded), ended]);
  processes(); // so that what this one leaves behind is known even if it ends by itself
  waybill.adminKey = (await readFile(join(dataDir, 'admin-key'), 'utf8')).trim();
  return waybill;
}

/** Also returns when `hasEnded`, which the caller learns elsewhere. */
async function untilReady(url: string, logPath: string, hasEnded: () => boolean): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    if (hasEnded()) return true;
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  };
  if (await becomesTrue(isReady, START_TIMEOUT_MS)) return;
  throw new WaybillFailedError(`Waybill was not ready within ${START_TIMEOUT_MS / 1000} s\n${lastLines(logPath)}`);
}

/** Asks until it is so, `timeoutMs` at most. */
async function becomesTrue(ask: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (performance.now() < deadlineMs) {
    if (await ask()) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function lastLines(path: string): string {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.slice(-SHOWN_LOG_LINES).join('\n');
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ended by itself in the meantime
  }
}
