/** A terminal signals the whole group and npm passes its copy on as well: one Ctrl-C may arrive twice, milliseconds apart. */
const SAME_REQUEST_MS = 1_000;

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP. Another one a second later or more ends the process at once, with
 * code 1, for whoever does not want to wait.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        firstAtMs = performance.now();
        controller.abort();
      } else if (performance.now() - firstAtMs >= SAME_REQUEST_MS) process.exit(1);
    });
  }
  return controller.signal;
}

/** Resolves once `signal` is aborted, at once if it is already. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
