import { Connection } from '@temporalio/client';
import { wasSearchable } from '../worker/namespace-watch.ts';
import { createTemporalLink } from '../worker/temporal-link.ts';
import type { Environment } from './config.ts';
import { createLog } from './logger.ts';
import { openParts } from './parts.ts';
import { providePortal } from './portal/provide.ts';
import { ensurePorts } from './ports.ts';
import { serveGateway } from './serve-gateway.ts';
import { requireShared } from './shared-config.ts';
import { aborted, stopSignal } from './stop-signal.ts';
import { connectionTo } from './temporal.ts';

/**
 * `waybill gateway`: the API and the portal alone, any number of them beside any number of workers. It starts, and takes events,
 * while Temporal is away.
 */
export async function gateway(environment: Environment): Promise<void> {
  const config = requireShared(environment, ['databaseUrl', 'temporalAddress', 'secretKey', 'adminKey']);
  const stopping = stopSignal();
  const log = createLog(config.logLevel, process.stdout.isTTY);
  const { logger } = log;
  await ensurePorts(config);
  const portalFolder = await providePortal((text) => process.stderr.write(`${text}\n`));
  const parts = await openParts({ config, secretKey: config.secretKey, storeDir: null, logger });
  // Connected at the first call: publishing does not need it.
  const connection = Connection.lazy(connectionTo(config, environment));
  try {
    const link = createTemporalLink({
      connection,
      namespace: config.temporalNamespace,
      store: parts.store,
      searchable: () => wasSearchable(parts.store.recovery),
      onFault: parts.onFault,
    });
    const uiUrl = config.temporalUiUrl ?? null;
    const served = await serveGateway({
      config,
      adminKey: config.adminKey,
      parts,
      link,
      uiUrl,
      portalFolder,
      sdkMetrics: null,
      logger,
    });
    log.flush();
    process.stdout.write(`Waybill's gateway is ready: ${served.url}\n`);
    await aborted(stopping);
    await served.close();
  } finally {
    await connection.close();
    await parts.close();
    log.flush();
  }
}
