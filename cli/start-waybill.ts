import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { LocalKeys } from './keys.ts';
import type { SdkMetrics } from './metrics/metrics.ts';
import { openParts } from './parts.ts';
import { type RunningWorker, runWorker } from './run-worker.ts';
import { serveGateway } from './serve-gateway.ts';

export interface WaybillOptions {
  config: Config;
  keys: LocalKeys;
  /** Folder of the embedded store; null keeps it in memory. Ignored with `databaseUrl`. */
  storeDir: string | null;
  temporal: { connection: NativeConnectionOptions; uiUrl: string | null };
  workflowBundlePath: string;
  /** Of the portal's built page; null: none is served. */
  portalFolder: string | null;
  sdkMetrics: SdkMetrics;
  logger: Logger;
}

/** Gateway, dispatcher and worker in one process, ready. */
export interface Waybill {
  /** `http://host:port`. */
  url: string;
  /** Deliveries found unfinished by an earlier process and let go, to be sent at once. */
  recovered: number;
  checkNamespace(): Promise<void>;
  /** No new work, running attempts ended (bounded), everything closed. */
  stop(): Promise<void>;
}

/** Opens the store, joins Temporal, and serves the API. Rejects, with everything closed again, when a part does not come up. */
export async function startWaybill(options: WaybillOptions): Promise<Waybill> {
  const { config, keys, logger } = options;
  const { connection, uiUrl } = options.temporal;
  const { adminKey, secretKey } = keys;
  const parts = await openParts({ config, secretKey, storeDir: options.storeDir, logger });
  let worker: RunningWorker | undefined;
  try {
    const { workflowBundlePath, portalFolder, sdkMetrics } = options;
    worker = await runWorker({ config, parts, connection, workflowBundlePath, logger });
    const { runtime, recovered } = worker;
    const gateway = await serveGateway({
      config,
      adminKey,
      parts,
      link: runtime,
      uiUrl,
      portalFolder,
      sdkMetrics,
      logger,
    });
    return {
      url: gateway.url,
      recovered,
      checkNamespace: runtime.checkNamespace,
      async stop() {
        await gateway.close();
        await runtime.stop();
        await parts.close();
      },
    };
  } catch (error) {
    await worker?.runtime.stop();
    await parts.close();
    throw error;
  }
}
