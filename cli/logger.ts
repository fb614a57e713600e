import { DefaultLogger, Runtime } from '@temporalio/worker';
import { type Logger, pino } from 'pino';

/** JSON lines on standard output, written in blocks: at 1,500 attempts a second a write per line costs more than the attempt. */
export function createLogger(level: string): Logger {
  const logger = pino({ level }, pino.destination({ fd: 1, sync: false, minLength: 4096 }));
  setInterval(() => logger.flush(), 500).unref();
  return logger;
}

/** Temporal's own log lines go into ours; its signal handlers are switched off, since stopping is ours. */
export function installTemporalLogger(logger: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const line = level === 'ERROR' ? logger.error.bind(logger) : logger.warn.bind(logger);
      line({ temporal: meta }, message);
    }),
    shutdownSignals: [],
  });
}
