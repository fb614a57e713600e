import { setTimeout as sleep } from 'node:timers/promises';

/** What is kept running: something that ends by itself or is stopped. */
export interface Running {
  /** Resolves, with the reason in words, when it has ended for whatever reason. Never rejects. */
  readonly exited: Promise<string>;
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>;
}

/** How patient the supervision is. */
export interface RestartLimits {
  /** Pause before the first restart in milliseconds; doubled for each further one in a row, up to 10 s. @default 200 */
  readonly backoffMs: number;
  /** Restarts in a row before it gives up. 0: never restarted. @default 5 */
  readonly maxInARow: number;
  /** After so many milliseconds of running the count begins anew. @default 60000 */
  readonly steadyAfterMs: number;
}

export const defaultRestartLimits: RestartLimits = { backoffMs: 200, maxInARow: 5, steadyAfterMs: 60_000 };

const MAX_BACKOFF_MS = 10_000;

/** What the supervision tells of itself. The functions must not throw. */
export interface SupervisionHooks {
  /** It ended unasked and runs again. `reason` is how it ended, `inARow` the number of this restart, from 1. */
  onRestart?(reason: string, inARow: number): void;
  /** It ended too often in a row, or could not be started so often. `error` is the last reason. Called at most once. */
  onGiveUp?(error: Error): void;
}

/** A thing that is started again whenever it ends, until `stop` is called. */
export interface Supervised<T extends Running> {
  /** The one that runs now; `undefined` between an end and the restart, and after `stop` or giving up. */
  current(): T | undefined;
  /** Ends it for good. Resolves when it is gone and nothing will be started any more. May be called repeatedly. */
  stop(): Promise<void>;
}

/** Keeps `first` running: when it ends, `start` makes the next one. */
export function supervise<T extends Running>(
  first: T,
  start: () => Promise<T>,
  limits: RestartLimits,
  hooks: SupervisionHooks,
): Supervised<T> {
  const stopping = new AbortController();
  let current: T | undefined = first;

  async function keepRunning(): Promise<void> {
    let inARow = 0;
    let running = first;
    let startedAt = performance.now();
    while (!stopping.signal.aborted) {
      let reason = await running.exited;
      current = undefined;
      if (performance.now() - startedAt >= limits.steadyAfterMs) inARow = 0;
      while (current === undefined && !stopping.signal.aborted) {
        if (inARow >= limits.maxInARow) {
          hooks.onGiveUp?.(new Error(`ended ${inARow + 1} times in a row, last by: ${reason}`));
          return;
        }
        const pauseMs = Math.min(limits.backoffMs * 2 ** inARow, MAX_BACKOFF_MS);
        inARow += 1;
        await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) return;
        try {
          running = await start();
          current = running;
          startedAt = performance.now();
        } catch (error) {
          reason = error instanceof Error ? error.message : String(error);
        }
      }
      // Started while `stop` was called: nobody else knows of it.
      if (stopping.signal.aborted) await running.stop();
      else hooks.onRestart?.(reason, inARow);
    }
  }

  const kept = keepRunning();
  return {
    current: () => current,
    stop: async () => {
      stopping.abort();
      await current?.stop();
      await kept;
      current = undefined;
    },
  };
}
