import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** How a worker of the daily scans is started. */
export interface ScanProcessOptions {
  address: string;
  namespace: string;
  /** File of the bundled workflows. */
  codePath: string;
  /** Folder of its PGlite; null with `databaseUrl`. */
  dataDir: string | null;
  databaseUrl: string | null;
  /** The page of the exception scan, from 1, that it stands still in; null: none. */
  hold: { page: number; at: 'before its commit' | 'after its commit' } | null;
}

/** A worker of the daily scans in another process. */
export interface ScanProcess {
  /** Where each page of the exception scan that it was asked for begins, in their order. */
  readonly pages: readonly (string | null)[];
  /** Whether it stands still in its page. */
  isHeld(): boolean;
  /** SIGKILL, and gone. */
  kill(): Promise<void>;
  /** SIGTERM, and gone. @throws unless it ended in good order. */
  stop(): Promise<void>;
}

/** Starts it; it opens the store, and takes up what waits in Temporal. */
export function aScanProcess(options: ScanProcessOptions): ScanProcess {
  const child = fork(fileURLToPath(new URL('./scan-child.ts', import.meta.url)), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const pages: (string | null)[] = [];
  let held = false;
  child.on('message', (message: { after: string | null } | { held: true }) => {
    if ('held' in message) held = true;
    else pages.push(message.after);
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  return {
    pages,
    isHeld: () => held,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      if (child.exitCode !== 0) throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
    },
  };
}
