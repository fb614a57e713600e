import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../worker/dev-server/find-server.ts';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';
import { banner } from './banner.ts';
import type { Config, Environment } from './config.ts';
import { acquireFolderLock } from './folder-lock.ts';
import { type LocalKeys, localKeys } from './keys.ts';
import { createLog, installTemporal, type Log } from './logger.ts';
import type { SdkMetrics } from './metrics/metrics.ts';
import { providePortal } from './portal/provide.ts';
import { ensurePorts } from './ports.ts';
import { requireConfig } from './require-config.ts';
import { startWaybill, type Waybill } from './start-waybill.ts';
import { aborted, stopSignal } from './stop-signal.ts';
import { provideTemporal, type Temporal } from './temporal.ts';

/** A shutdown that takes longer is cut off: the store and Temporal survive that as they survive a crash. */
const SHUTDOWN_LIMIT_MS = 60_000;

/** A Waybill that is ready, as its user needs it. */
export interface ReadyWaybill {
  /** `http://host:port`. */
  url: string;
  /** Temporal's web UI; null when it is not known. */
  uiUrl: string | null;
  adminKey: string;
  /** Null when the key was given by the environment. */
  adminKeyFile: string | null;
  /** Deliveries of an earlier run that are on their way again. */
  recovered: number;
}

/** `waybill up`: runs until it is told to stop. */
export function up(environment: Environment): Promise<void> {
  return runWaybill(environment, async (ready, stopping) => {
    process.stdout.write(banner(ready));
    await aborted(stopping);
  });
}

/**
 * Everything in one process, state in one folder, for as long as `whileReady` takes; then all of it is stopped. It is not
 * called if a signal asks to stop during the start; later its `stopping` is aborted. Rejects, with everything stopped, with an error whose
 * message is meant for the person who started it.
 */
export async function runWaybill(
  environment: Environment,
  whileReady: (ready: ReadyWaybill, stopping: AbortSignal) => Promise<void>,
): Promise<void> {
  const config = requireConfig(environment);
  const stopping = stopSignal();
  const lock = await acquireFolderLock(config.dataDir);
  const log = createLog(config.logLevel, process.stdout.isTTY);
  try {
    await ensurePorts(config);
    const sdkMetrics = await installTemporal(log.logger);
    const parts = new Parts(config, environment, { log, sdkMetrics }, stopping);
    try {
      await parts.run(whileReady);
    } finally {
      await parts.close();
    }
  } finally {
    log.flush();
    lock.release();
  }
}

class Parts {
  readonly #config: Config;
  readonly #environment: Environment;
  readonly #log: Log;
  readonly #sdkMetrics: SdkMetrics;
  readonly #stopping: AbortSignal;
  #temporal: Temporal | undefined;
  #waybill: Waybill | undefined;

  constructor(
    config: Config,
    environment: Environment,
    { log, sdkMetrics }: { log: Log; sdkMetrics: SdkMetrics },
    stopping: AbortSignal,
  ) {
    this.#config = config;
    this.#environment = environment;
    this.#log = log;
    this.#sdkMetrics = sdkMetrics;
    this.#stopping = stopping;
  }

  async run(whileReady: (ready: ReadyWaybill, stopping: AbortSignal) => Promise<void>): Promise<void> {
    const broken = Promise.withResolvers<never>();
    const keys = localKeys(this.#config.dataDir, this.#config);
    const starting = this.#start(keys, broken.reject);
    // A stop during the start waits for what is being started, so that nothing is left behind.
    await Promise.race([starting.catch((error) => this.#unlessStopping(error)), broken.promise]);
    if (this.#stopping.aborted || !this.#waybill || !this.#temporal) return;
    const { url, recovered } = this.#waybill;
    const { uiUrl } = this.#temporal;
    // What is to be read comes last.
    this.#log.flush();
    await Promise.race([whileReady({ url, recovered, uiUrl, ...keys }, this.#stopping), broken.promise]);
  }

  async close(): Promise<void> {
    const limit = setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS);
    try {
      await this.#waybill?.stop();
    } finally {
      await this.#temporal?.stop();
      clearTimeout(limit);
    }
  }

  async #start(keys: LocalKeys, giveUp: (error: Error) => void): Promise<void> {
    const { dataDir } = this.#config;
    const { logger } = this.#log;
    const report = (text: string) => process.stderr.write(`${text}\n`);
    const hooks = {
      report,
      signal: this.#stopping,
      onGiveUp: (error: Error) => giveUp(new Error(`Temporal cannot be kept running: ${error.message}`)),
      onRestart: (reason: string) => {
        logger.warn({ reason }, 'Temporal ended and was started again');
        this.#waybill?.checkNamespace().catch((error) => logger.warn({ err: error }, 'Temporal is not ready'));
      },
    };
    const bundling = workflowBundlePath([cacheFolder(this.#environment, homedir()), join(dataDir, 'cache')], report);
    // Awaited below; without Temporal nobody would, and its failure would end the process on its own.
    bundling.catch(() => undefined);
    const portal = providePortal(report);
    this.#temporal = await provideTemporal(this.#config, this.#environment, hooks);
    this.#stopping.throwIfAborted();
    this.#waybill = await startWaybill({
      config: this.#config,
      keys,
      storeDir: join(dataDir, 'store'),
      temporal: this.#temporal,
      workflowBundlePath: await bundling,
      portalFolder: await portal,
      sdkMetrics: this.#sdkMetrics,
      logger,
    });
  }

  #unlessStopping(error: unknown): void {
    if (!this.#stopping.aborted) throw error;
  }
}
