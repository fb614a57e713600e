import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

const RESTART_WAIT_MS = 1_000;

/** A Temporal worker that is made anew whenever it fails, until `stop`. */
export interface KeptWorking {
  /** Takes no new work; resolves when running attempts have ended (bounded by the worker's own grace). */
  stop(): Promise<void>;
}

/**
 * Runs `first`, and when it fails (polls of a namespace that is not found end a worker for good) makes the next one with
 * `make`, which is called again until it succeeds.
 */
export function keepWorking(
  first: Worker,
  make: () => Promise<Worker>,
  onFault: (where: string, error: unknown) => void,
): KeptWorking {
  const stopping = new AbortController();
  const { signal } = stopping;
  let worker: Worker | undefined = first;

  const remake = async (): Promise<Worker | undefined> => {
    while (!signal.aborted) {
      await sleep(RESTART_WAIT_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
      try {
        return await make();
      } catch (error) {
        onFault('worker', error);
      }
    }
    return undefined;
  };

  const working = (async () => {
    while (worker !== undefined) {
      const running = worker.run().catch((error: unknown) => onFault('worker', error));
      // Made while `stop` was called: it holds the connection until it has run and ended.
      if (signal.aborted) worker.shutdown();
      await running;
      worker = await remake();
    }
  })();

  return {
    async stop() {
      stopping.abort();
      if (worker?.getState() === 'RUNNING') worker.shutdown();
      await working;
    },
  };
}
