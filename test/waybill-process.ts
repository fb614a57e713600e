import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, type ProcessStat, readProcessTree } from '../bench/process-tree.ts';
import { freePort } from '../worker/dev-server/ports.ts';
import { eventually } from './eventually.ts';

/** A start on a loaded machine; building Temporal is not in it, since the run's set-up has done that. */
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 60_000;
const SHOWN_LOG_LINES = 30;

/** `waybill up` as a process of its own, with a data folder and ports that stay over stops and starts. */
export interface WaybillProcess {
  readonly url: string;
  readonly dataDir: string;
  /** `host:port` of its Temporal. */
  readonly temporalAddress: string;
  /** Starts it and returns once it is ready: the milliseconds that took. */
  start(): Promise<number>;
  /** SIGTERM; returns the exit code, null if it ended by a signal. */
  terminate(): Promise<number | null>;
  /** SIGKILL to Waybill, its Temporal and everything else of its tree, as a machine that goes down would. */
  killAll(): Promise<void>;
  /** Id of the Temporal server that runs now; waits for it while it is being restarted. */
  temporalPid(): Promise<number>;
  /** How much more memory than before Waybill itself, without its Temporal, held at most during `run`, in bytes (Linux). */
  memoryGrowth(run: () => Promise<void>): Promise<number>;
  /** What it has written so far, over all starts. */
  log(): string;
  /** Ends everything, however far it came, and removes the folder. For `afterEach`. */
  dispose(): Promise<void>;
}

/** Prepares folder and ports; nothing runs before `start`. */
export async function aWaybillProcess(environment: Readonly<Record<string, string>> = {}): Promise<WaybillProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-process-'));
  const dataDir = join(folder, 'data');
  const logFile = join(folder, 'waybill.log');
  const [port, temporalPort, uiPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const started = new Map<string, ProcessStat>();
  let child: ChildProcess | undefined;
  let exit: Promise<number | null> = Promise.resolve(null);

  /** Everything that was seen of this Waybill's trees and still lives, children whose parent is gone included. */
  const alive = (): ProcessStat[] => {
    if (child?.pid !== undefined) for (const one of readProcessTree(child.pid)) started.set(keyOf(one), one);
    return [...started.values()].filter(isAlive);
  };
  const log = () => readFileSync(logFile, 'utf8');
  const tail = () => log().split('\n').slice(-SHOWN_LOG_LINES).join('\n');

  const killAll = async (): Promise<void> => {
    await eventually('the end of every process', () => {
      for (const { pid } of alive()) signal(pid, 'SIGKILL');
      return alive().length === 0;
    });
    await exit;
  };

  return {
    url,
    dataDir,
    temporalAddress: `127.0.0.1:${temporalPort}`,
    killAll,
    log,
    async start() {
      const before = performance.now();
      const out = openSync(logFile, 'a');
      const running = spawn(process.execPath, ['cli/waybill.ts', 'up'], {
        cwd: fileURLToPath(new URL('..', import.meta.url)),
        detached: true,
        stdio: ['ignore', out, out],
        env: {
          ...withoutWaybill(process.env),
          WAYBILL_DATA_DIR: dataDir,
          WAYBILL_HOST: '127.0.0.1',
          WAYBILL_PORT: String(port),
          WAYBILL_TEMPORAL_PORT: String(temporalPort),
          WAYBILL_TEMPORAL_UI_PORT: String(uiPort),
          WAYBILL_LOG_LEVEL: 'warn',
          ...environment,
        },
      });
      closeSync(out);
      child = running;
      let ended = false;
      exit = new Promise((resolve) => {
        running.once('error', () => resolve(null));
        running.once('exit', resolve);
      });
      void exit.then(() => {
        ended = true;
      });
      const ready = await eventually(
        'Waybill ready',
        async () => ended || (await fetch(`${url}/health/ready`).catch(() => null))?.ok,
        START_LIMIT_MS,
      ).catch(() => false);
      if (!ready || ended) throw new Error(`Waybill ${ended ? 'ended' : 'was not ready'}:\n${tail()}`);
      alive();
      return performance.now() - before;
    },
    async terminate() {
      alive();
      child?.kill('SIGTERM');
      const late = AbortSignal.timeout(STOP_LIMIT_MS);
      const code = await Promise.race([
        exit,
        new Promise<'late'>((resolve) => late.addEventListener('abort', () => resolve('late'))),
      ]);
      if (code === 'late') throw new Error(`Waybill did not stop within ${STOP_LIMIT_MS} ms:\n${tail()}`);
      await eventually('no process left behind', () => alive().length === 0, 5_000);
      return code;
    },
    async memoryGrowth(run) {
      const proc = `/proc/${child?.pid}`;
      const bytesOf = (name: string) =>
        Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]) * 1024;
      // Lets the peak begin anew (proc_pid_clear_refs(5)): that of the start is higher.
      writeFileSync(`${proc}/clear_refs`, '5');
      const before = bytesOf('VmRSS');
      await run();
      return bytesOf('VmHWM') - before;
    },
    temporalPid: () =>
      eventually('a Temporal server', () => alive().find(({ pid }) => nameOf(pid) === 'temporal')?.pid),
    async dispose() {
      await killAll();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

function keyOf({ pid, startTicks }: ProcessStat): string {
  return `${pid} ${startTicks}`;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // ended by itself in the meantime
  }
}

/** Name of the executable; empty when the process is gone. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** A developer's own settings must not reach the Waybill under test, nor vitest's NODE_OPTIONS. */
function withoutWaybill(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(WAYBILL_|TEMPORAL_|DATABASE_URL$|VITEST|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !foreign.test(name)));
}
