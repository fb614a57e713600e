import { join } from 'node:path';
import type { Logger } from 'pino';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';
import { banner } from './banner.ts';
import { type Config, type Environment, loadConfig } from './config.ts';
import { acquireFolderLock } from './folder-lock.ts';
import { type LocalKeys, localKeys } from './keys.ts';
import { createLogger, installTemporalLogger } from './logger.ts';
import { startWaybill, type Waybill } from './start-waybill.ts';
import { provideTemporal, type Temporal } from './temporal.ts';

/** A shutdown that takes longer is cut off: the store and Temporal survive that as they survive a crash. */
const SHUTDOWN_LIMIT_MS = 60_000;

/** Config that can be used, or an error that lists every fault by variable. */
export function requireConfig(environment: Environment): Config {
  const loaded = loadConfig(environment);
  if (loaded.ok) return loaded.config;
  const faults = loaded.faults.map((f) => `  ${f.variable} ${f.rule}${f.got === undefined ? '' : ` (got: ${f.got})`}`);
  throw new Error(`the environment cannot be used:\n${faults.join('\n')}`);
}

/**
 * `waybill up`: everything in one process, state in one folder. Resolves once it was told to stop and has stopped. Rejects
 * with an error whose message is meant for the person who started it.
 */
export async function up(environment: Environment): Promise<void> {
  const config = requireConfig(environment);
  const stopping = stopSignal();
  const lock = await acquireFolderLock(config.dataDir);
  const logger = createLogger(config.logLevel);
  installTemporalLogger(logger);
  const up = new Up(config, environment, logger, stopping);
  try {
    await up.run();
  } finally {
    await up.close();
    logger.flush();
    lock.release();
  }
}

class Up {
  readonly #config: Config;
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #stopping: AbortSignal;
  #temporal: Temporal | undefined;
  #waybill: Waybill | undefined;

  constructor(config: Config, environment: Environment, logger: Logger, stopping: AbortSignal) {
    this.#config = config;
    this.#environment = environment;
    this.#logger = logger;
    this.#stopping = stopping;
  }

  async run(): Promise<void> {
    const broken = Promise.withResolvers<never>();
    const asked = new Promise<'asked'>((resolve) => {
      this.#stopping.addEventListener('abort', () => resolve('asked'), { once: true });
    });
    const keys = localKeys(this.#config.dataDir, this.#config);
    const starting = this.#start(keys, broken.reject);
    // A stop during the start waits for what is being started, so that nothing is left behind.
    await Promise.race([starting.catch((error) => this.#unlessStopping(error)), broken.promise]);
    if (this.#stopping.aborted || !this.#waybill || !this.#temporal) return;
    process.stdout.write(banner({ ...this.#waybill, uiUrl: this.#temporal.uiUrl, adminKeyFile: keys.adminKeyFile }));
    await Promise.race([asked, broken.promise]);
  }

  async close(): Promise<void> {
    const limit = setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS);
    await this.#waybill?.stop();
    await this.#temporal?.stop();
    clearTimeout(limit);
  }

  async #start(keys: LocalKeys, giveUp: (error: Error) => void): Promise<void> {
    const { dataDir } = this.#config;
    const report = (text: string) => process.stderr.write(`${text}\n`);
    const hooks = {
      report,
      signal: this.#stopping,
      onGiveUp: giveUp,
      onRestart: (reason: string) => {
        this.#logger.warn({ reason }, 'Temporal ended and was started again');
        this.#waybill?.checkNamespace().catch((error) => this.#logger.warn({ err: error }, 'Temporal is not ready'));
      },
    };
    const bundling = workflowBundlePath(join(dataDir, 'cache'), report);
    this.#temporal = await provideTemporal(this.#config, this.#environment, hooks);
    this.#stopping.throwIfAborted();
    this.#waybill = await startWaybill({
      config: this.#config,
      keys,
      storeDir: join(dataDir, 'store'),
      temporal: this.#temporal,
      workflowBundlePath: await bundling,
      logger: this.#logger,
    });
  }

  #unlessStopping(error: unknown): void {
    if (!this.#stopping.aborted) throw error;
  }
}

/** Aborted by the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}
