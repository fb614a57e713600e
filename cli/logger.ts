import { DefaultLogger, Runtime } from '@temporalio/worker';
import { type Logger, pino } from 'pino';
import { describeFault } from '../store/fault.ts';
import { freePort } from '../worker/dev-server/ports.ts';
import { readableLine } from './readable-log.ts';

const SDK_METRICS_LIMIT_MS = 2_000;

/** The log of this process. */
export interface Log {
  logger: Logger;
  /** Writes what is held back. Call it before anything else is written to standard output, and at the end. */
  flush(): void;
}

/**
 * The log on standard output: a readable line each at a terminal, JSON lines elsewhere. The latter are written in blocks:
 * at 1,500 attempts a second a write per line costs more than the attempt.
 */
export function createLog(level: string, isTerminal: boolean): Log {
  const options = { level, serializers: { err: describeFault } };
  if (isTerminal) {
    const logger = pino(options, { write: (line: string) => process.stdout.write(readableLine(line)) });
    return { logger, flush: () => undefined };
  }
  const destination = pino.destination({ fd: 1, sync: false, minLength: 4096 });
  const logger = pino(options, destination);
  setInterval(() => logger.flush(), 500).unref();
  return { logger, flush: () => destination.flushSync() };
}

/**
 * Before the first worker of a process: Temporal's own log lines go into ours; its signal handlers are switched off, since stopping
 * is ours. Returns how to read its SDK's metrics, which it serves on a loopback port of its own.
 */
export async function installTemporal(logger: Logger): Promise<() => Promise<string>> {
  const bindAddress = `127.0.0.1:${await freePort()}`;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // A workflow fails to say that its delivery did: the attempt's own line has told so.
      if (message === 'Workflow failed') return;
      const line = level === 'ERROR' ? logger.error.bind(logger) : logger.warn.bind(logger);
      line({ temporal: meta }, message);
    }),
    shutdownSignals: [],
    telemetryOptions: { metrics: { prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true } } },
  });
  return async () => {
    const response = await fetch(`http://${bindAddress}/metrics`, {
      signal: AbortSignal.timeout(SDK_METRICS_LIMIT_MS),
    });
    return response.text();
  };
}
