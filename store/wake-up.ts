/** Later than this nobody is woken: whoever listens looks by itself before that. */
const LONGEST_MS = 1_000;

/**
 * Calls `wake` in so many milliseconds, at the earliest of the times asked for: places of limits free to the millisecond, and a
 * rate per second would be lost to waits for the next look. Nothing is called after `stop`.
 */
export function createWakeUp(wake: () => void, stop: AbortSignal): (ms: number) => void {
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Number.POSITIVE_INFINITY;
  stop.addEventListener('abort', () => clearTimeout(timer));

  return (ms) => {
    const atMs = performance.now() + ms;
    if (stop.aborted || ms > LONGEST_MS || atMs >= dueAtMs) return;
    clearTimeout(timer);
    dueAtMs = atMs;
    timer = setTimeout(() => {
      dueAtMs = Number.POSITIVE_INFINITY;
      wake();
    }, ms);
    timer.unref();
  };
}
