import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProbes } from '../gateway/probes.ts';
import { cacheFolder } from '../worker/dev-server/find-server.ts';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';
import type { Environment } from './config.ts';
import { listen, listeningUrl } from './listen.ts';
import { createLog, installTemporal } from './logger.ts';
import { metricsText } from './metrics/metrics.ts';
import { openParts } from './parts.ts';
import { ensurePorts } from './ports.ts';
import { runWorker } from './run-worker.ts';
import { requireShared } from './shared-config.ts';
import { aborted, stopSignal } from './stop-signal.ts';
import { connectionTo } from './temporal.ts';

/** `waybill worker`: dispatcher and worker alone, any number of them. On its port it only answers probes. */
export async function worker(environment: Environment): Promise<void> {
  const config = requireShared(environment, ['databaseUrl', 'temporalAddress', 'secretKey']);
  const stopping = stopSignal();
  const log = createLog(config.logLevel, process.stdout.isTTY);
  const { logger } = log;
  await ensurePorts(config);
  const sdkMetrics = await installTemporal(logger);
  const report = (text: string) => process.stderr.write(`${text}\n`);
  const bundle = await workflowBundlePath([cacheFolder(environment, homedir()), join(tmpdir(), 'waybill')], report);
  const parts = await openParts({ config, secretKey: config.secretKey, storeDir: null, logger });
  try {
    const connection = connectionTo(config, environment);
    const { runtime } = await runWorker({ config, parts, connection, workflowBundlePath: bundle, logger });
    try {
      const readiness = async () => ({ store: await parts.store.healthy(), temporal: await runtime.healthy() });
      const metrics = () => metricsText(parts.metrics, parts.store.backlog, sdkMetrics);
      const probes = buildProbes({ readiness, metrics, logger });
      await listen(probes, config);
      log.flush();
      process.stdout.write(`Waybill's worker is ready: ${listeningUrl(probes, config)}/health/ready\n`);
      await aborted(stopping);
      await probes.close();
    } finally {
      await runtime.stop();
    }
  } finally {
    await parts.close();
    log.flush();
  }
}
