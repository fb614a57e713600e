import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { type Runtime, startRuntime } from '../worker/runtime.ts';
import type { Config } from './config.ts';
import type { Parts } from './parts.ts';

export interface WorkerOptions {
  config: Config;
  parts: Parts;
  connection: NativeConnectionOptions;
  workflowBundlePath: string;
  logger: Logger;
}

/** A worker at work, with what an earlier process left behind let go first. */
export interface RunningWorker {
  runtime: Runtime;
  /** Deliveries found unfinished by an earlier process and let go, to be sent at once. */
  recovered: number;
}

/** Uploads of other processes that wrote nothing for so long have died with them. */
const DEAD_UPLOAD_MS = 3_600_000;

/** Dispatcher and worker, joined to Temporal. */
export async function runWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { config, parts, logger } = options;
  const { store, metrics, onFault } = parts;
  // Only the embedded store has one process; with Postgres others may be at work on what looks unfinished.
  const recovered = store.kind === 'pglite' ? await store.recovery.afterCrash() : 0;
  const sweepDatasets = await store.datasets.abandonUploads(store.kind === 'pglite' ? 0 : DEAD_UPLOAD_MS);
  void sweepDatasets().catch((error) => onFault('datasets', error));
  const cancelPending = async (endpointId: string) => {
    for await (const held of store.cancelPendingOf(endpointId, 'endpoint_disabled')) {
      for (const { workflowId, ids } of held) await runtime.signalLookAgain(workflowId, ids);
    }
  };
  const runtime = await startRuntime({
    store,
    http: parts.http,
    s3: parts.s3,
    records: parts.records,
    connection: options.connection,
    namespace: config.temporalNamespace,
    retentionDays: config.temporalRetentionDays,
    keepDays: config.retentionDays,
    keepIdempotencyDays: config.idempotencyDays,
    workflowBundle: { codePath: options.workflowBundlePath },
    timeScale: config.timeScale,
    maxPerWorkflow: config.deliveriesPerWorkflow,
    userAgent: parts.userAgent,
    onClaim: metrics.claimed,
    onStart: metrics.started,
    onAttempt(log) {
      metrics.attempted(log);
      logger.info(log, 'attempt');
    },
    onExport(log) {
      metrics.exported(log);
      logger.info(log, 'export');
    },
    onWarning: (text) => logger.warn(text),
    onFault,
    onDisabled: (endpointId) => void cancelPending(endpointId).catch((error) => onFault('disable', error)),
  });
  return { runtime, recovered };
}
