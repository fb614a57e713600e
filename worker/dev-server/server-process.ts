import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A small shell between us and the server, so that the server never outlives us.
 *
 * The shell reads a pipe whose other end only this process holds. A line on it means "stop": SIGTERM, and SIGKILL
 * after a number of seconds. Its end means that we are gone, be it by SIGKILL, a crash or a power-off of the
 * container's main process: SIGKILL at once, so that a new Waybill finds ports and database free (SQLite in WAL mode
 * bears that). No signal handler of ours could do this, since SIGKILL runs none, and macOS has no parent-death signal.
 * The shell is the server's parent, so the server's id cannot be given to another process before the shell has
 * looked at it. A shell costs 1 MB; a second Node would cost 45.
 */
const WATCHDOG = `
grace=$1; shift
exec 3<&0
"$@" </dev/null >&2 3<&- &
server=$!
echo $server
exec >&2
(
  if read -r _ <&3; then
    kill -TERM $server 2>/dev/null
    while [ $grace -gt 0 ] && kill -0 $server 2>/dev/null; do sleep 1; grace=$((grace - 1)); done
  fi
  kill -KILL $server 2>/dev/null
) &
watchdog=$!
exec 3<&-
wait $server
code=$?
kill -KILL $watchdog 2>/dev/null
exit $code
`;

/** How a server's process is started. */
export interface ServerProcessOptions {
  /** Path of the executable. */
  readonly executable: string;
  readonly args: readonly string[];
  /** The whole environment of the server. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** File that standard output and error are appended to. */
  readonly logFile: string;
  /** Seconds between SIGTERM and SIGKILL in `stop`; whole. */
  readonly stopGraceSeconds: number;
}

/** A server that runs, until `exited` says otherwise. */
export interface ServerProcess {
  /** Process id of the server itself, not of the shell around it. */
  readonly pid: number;
  /** How it ended, in words for a message: "exit code 1", "signal 9". Never rejects. */
  readonly exited: Promise<string>;
  /** Ends it and returns when it is gone: SIGTERM, after `stopGraceSeconds` SIGKILL. May be called repeatedly. */
  stop(): Promise<void>;
}

/**
 * Starts a server that dies with this process, however that one dies. POSIX only: it needs `/bin/sh`.
 * @throws when the shell cannot be started; a server that cannot start shows in `exited`.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const log = openSync(options.logFile, 'a', 0o600);
  let shell: ChildProcess;
  try {
    shell = spawn(
      '/bin/sh',
      ['-c', WATCHDOG, 'waybill-temporal', String(options.stopGraceSeconds), options.executable, ...options.args],
      {
        // A group of its own: Ctrl-C reaches us alone, and the server stays up while running attempts are finished.
        detached: true,
        env: options.environment,
        stdio: ['pipe', 'pipe', log],
      },
    );
  } finally {
    closeSync(log);
  }
  const exited = new Promise<string>((resolve) => {
    shell.once('error', (error) => resolve(error.message));
    shell.once('exit', (code, signal) => resolve(howItEnded(code, signal)));
  }).then((how) => {
    // The shell may have been killed alone: whatever is left of its group must not hold ports and database.
    killGroup(shell);
    shell.stdin?.destroy();
    shell.stdout?.destroy();
    return how;
  });
  // Writing to a shell that is just ending is no fault: `exited` tells.
  shell.stdin?.on('error', () => {});
  const pid = await Promise.race([readPid(shell), exited.then(() => undefined)]);
  if (pid === undefined) throw new Error(`${options.executable} could not be started: ${await exited}`);

  const stop = async (): Promise<void> => {
    shell.stdin?.end('stop\n');
    // The shell keeps the bound; this is for a shell that hangs itself (stopped by a signal, say).
    const timer = new AbortController();
    const late = sleep((options.stopGraceSeconds + 5) * 1000, undefined, { signal: timer.signal }).then(
      () => killGroup(shell),
      () => {},
    );
    await exited;
    timer.abort();
    await late;
  };
  return { pid, exited, stop };
}

async function readPid(shell: ChildProcess): Promise<number | undefined> {
  if (shell.stdout === null) return undefined;
  const [line] = (await once(shell.stdout, 'data').catch(() => [''])) as [Buffer | string];
  const pid = Number.parseInt(line.toString(), 10);
  return Number.isInteger(pid) ? pid : undefined;
}

function killGroup(shell: ChildProcess): void {
  if (shell.pid === undefined) return;
  try {
    process.kill(-shell.pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody left in the group, as it should be.
  }
}

/** The shell reports a server that died by signal n as exit code 128 + n. */
function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `the shell around it ended by ${signal}`;
  if (code !== null && code > 128) return `signal ${code - 128}`;
  return `exit code ${code}`;
}
