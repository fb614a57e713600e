import type { AddressInfo } from 'node:net';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { buildGateway } from '../gateway/app.ts';
import { checkUrl, createAddressGuard } from '../outbound/address-guard.ts';
import { createHttpClient } from '../outbound/http-client.ts';
import { createRecordsClient } from '../outbound/records-client.ts';
import { createS3Port } from '../outbound/s3-client.ts';
import { openStore } from '../store/open-store.ts';
import { type Runtime, startRuntime } from '../worker/runtime.ts';
import type { Config } from './config.ts';
import { explain } from './explain.ts';
import type { LocalKeys } from './keys.ts';
import { listenError } from './ports.ts';
import { version } from './version.ts';

export interface WaybillOptions {
  config: Config;
  keys: LocalKeys;
  /** Folder of the embedded store; null keeps it in memory. Ignored with `databaseUrl`. */
  storeDir: string | null;
  temporal: { connection: NativeConnectionOptions; uiUrl: string | null };
  workflowBundlePath: string;
  logger: Logger;
}

/** Uploads of other processes that wrote nothing for so long have died with them. */
const DEAD_UPLOAD_MS = 3_600_000;

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
  const onFault = (where: string, error: unknown) => logger.warn({ where, err: error }, 'fault, will be tried again');
  const store = await openStore({
    ...(config.databaseUrl ? { databaseUrl: config.databaseUrl } : {}),
    dataDir: options.storeDir,
    secretKey: keys.secretKey,
    timeScale: config.timeScale,
    onFault,
  }).catch((error) => {
    throw new Error(`${nameOfStore(options)} cannot be used: ${explain(error)}`);
  });
  const guard = createAddressGuard(config.allowNetworks);
  const { allowNetworks } = config;
  const userAgent = `Waybill/${version}`;
  const http = createHttpClient({ allowNetworks });
  const s3 = createS3Port({ allowNetworks });
  const records = createRecordsClient({ allowNetworks, userAgent });
  const closeOutbound = () => Promise.all([http.close(), s3.close(), records.close()]);
  let runtime: Runtime | undefined;
  try {
    // Only the embedded store has one process; with Postgres others may be at work on what looks unfinished.
    const recovered = store.kind === 'pglite' ? await store.recovery.afterCrash() : 0;
    const sweepDatasets = await store.datasets.abandonUploads(store.kind === 'pglite' ? 0 : DEAD_UPLOAD_MS);
    void sweepDatasets().catch((error) => onFault('datasets', error));
    const cancelPending = async (endpointId: string) => {
      for await (const held of store.cancelPendingOf(endpointId, 'endpoint_disabled')) {
        for (const { workflowId, ids } of held) await runtime?.signalLookAgain(workflowId, ids);
      }
    };
    runtime = await startRuntime({
      store,
      http,
      s3,
      records,
      connection: options.temporal.connection,
      namespace: config.temporalNamespace,
      retentionDays: config.temporalRetentionDays,
      keepDays: config.retentionDays,
      keepIdempotencyDays: config.idempotencyDays,
      workflowBundle: { codePath: options.workflowBundlePath },
      timeScale: config.timeScale,
      maxPerWorkflow: config.deliveriesPerWorkflow,
      userAgent,
      onAttempt: (log) => logger.info(log, 'attempt'),
      onExport: (log) => logger.info(log, 'export'),
      onWarning: (text) => logger.warn(text),
      onFault,
      onDisabled: (endpointId) => void cancelPending(endpointId).catch((error) => onFault('disable', error)),
    });
    const running = runtime;
    const listeningUrl = () => `http://${reachable(config.host)}:${(app.server.address() as AddressInfo).port}`;
    const app = buildGateway({
      organizations: store.organizations,
      apiKeys: store.apiKeys,
      portalAccess: store.portalAccess,
      endpoints: store.endpoints,
      endpointLog: store.endpointLog,
      subjects: store.subjects,
      connectors: store.connectors,
      datasets: store.datasets,
      eventTypes: store.eventTypes,
      events: store.events,
      deliveries: store.deliveries,
      validations: store.validations,
      exceptions: store.exceptions,
      alertSettings: store.alertSettings,
      sources: store.sources,
      receipts: store.receipts,
      publish: store.publish,
      control: store.control,
      cancelPendingOf: store.cancelPendingOf,
      hurryRefusedOf: store.hurryRefusedOf,
      replay: store.replay,
      signalLookAgain: running.signalLookAgain,
      resendWorkflow: (_organizationId, deliveryId) => running.resendWorkflow(deliveryId),
      workflowLink: workflowLinks(options.temporal.uiUrl, config.temporalNamespace),
      schedules: running.schedules,
      readiness: async () => ({ store: await store.healthy(), temporal: await running.healthy() }),
      http,
      s3,
      checkUrl: (url) => checkUrl(url, guard),
      publicUrl: () => config.publicUrl ?? listeningUrl(),
      maxDatasetBytes: config.datasetMaxMib * 1024 * 1024,
      adminKey: keys.adminKey,
      logger,
      timeScale: config.timeScale,
      version,
      now: Date.now,
    });
    await app.listen({ host: config.host, port: config.port }).catch((error) => {
      throw listenError(error, config.host, config.port);
    });
    return {
      url: listeningUrl(),
      recovered,
      checkNamespace: running.checkNamespace,
      async stop() {
        await app.close();
        await running.stop();
        await closeOutbound();
        await store.close();
      },
    };
  } catch (error) {
    await runtime?.stop();
    await closeOutbound();
    await store.close();
    throw error;
  }
}

function workflowLinks(uiUrl: string | null, namespace: string): (workflowId: string) => string | null {
  return (workflowId) =>
    uiUrl ? `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}` : null;
}

/** Never the whole `DATABASE_URL`, which may hold a password. */
function nameOfStore({ config, storeDir }: WaybillOptions): string {
  if (!config.databaseUrl) return `the embedded store in ${storeDir}`;
  const { host, pathname } = new URL(config.databaseUrl);
  return `the database ${host}${pathname} of DATABASE_URL`;
}

/** A host that a URL can name: "all addresses" is none. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
