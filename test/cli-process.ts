import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

/** A command of Waybill that runs as a process of its own, in a process group of its own, as at a shell. */
export interface CliProcess {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Its exit code once it has ended; the signal's name where it ended by one. */
  readonly exited: Promise<number | string>;
  /** The same, failing with its output when it does not end in time. */
  ended(withinMs?: number): Promise<number | string>;
  /** Signals it alone, or its whole group as a terminal's Ctrl-C does. */
  signal(name: NodeJS.Signals, to?: 'process' | 'group'): void;
  isRunning(): boolean;
  /** Ids of everything that it started and that lives, itself included. */
  alive(): number[];
  /** Id of its Temporal server; undefined while there is none. */
  temporalPid(): number | undefined;
  /** Kills all of `alive` and waits for their end. For `afterEach`. */
  dispose(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The developer's own settings must not reach the command under test, nor vitest's NODE_OPTIONS. */
const FOREIGN = /^(WAYBILL_|TEMPORAL_|DATABASE_URL$|VITEST|NODE_OPTIONS$)/;

/** A name that shells hand on, and no variable of Waybill's. */
const MARK = 'MARK_OF_CLI_TEST';

/** Runs `command`, such as `[process.execPath, 'cli/waybill.ts', 'up']`, with `environment` on top of ours. */
export function aCliProcess(command: readonly string[], environment: Readonly<Record<string, string>>): CliProcess {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
  // Everything that it starts inherits this mark, and is found by it even after its parent is gone.
  const mark = randomUUID();
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...own, ...environment, [MARK]: mark },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, name) => resolve(code ?? name ?? 'unknown'));
  });
  let result: number | string | undefined;
  void exited.then((value) => {
    result = value;
  });
  const pid = child.pid ?? Number.NaN;
  const alive = () => processesWith(`${MARK}=${mark}`);
  return {
    pid,
    exited,
    alive,
    isRunning: () => result === undefined,
    stdout: () => stdout,
    stderr: () => stderr,
    ended: async (withinMs = 60_000) =>
      (
        await eventually('the end', () => result !== undefined && { result }, withinMs).catch((error: Error) => {
          throw new Error(`${error.message}\n${stdout}\n${stderr}`);
        })
      ).result,
    signal: (name, to = 'process') => process.kill(to === 'group' ? -pid : pid, name),
    temporalPid: () => alive().find((one) => /^[^\0]*temporal\0server\0start-dev\0/.test(commandOf(one))),
    async dispose() {
      await eventually('the end of every process', () => {
        const left = alive();
        for (const one of left) kill(one);
        return left.length === 0;
      });
    },
  };
}

function processesWith(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => textOf(`/proc/${pid}/environ`).split('\0').includes(mark));
}

function commandOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`);
}

/** Empty where the process is gone (a zombie's is empty too) or belongs to somebody else. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended by itself in the meantime.
  }
}
