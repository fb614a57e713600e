import type { Logger } from 'pino';
import { buildGateway } from '../gateway/app.ts';
import { readPortalBundle } from '../gateway/portal-bundle.ts';
import type { TemporalLink } from '../worker/temporal-link.ts';
import type { Config } from './config.ts';
import { listen, listeningUrl } from './listen.ts';
import { metricsText, type SdkMetrics } from './metrics/metrics.ts';
import type { Parts } from './parts.ts';
import { version } from './version.ts';

export interface GatewayOptions {
  config: Config;
  adminKey: string;
  parts: Parts;
  link: TemporalLink;
  /** Address of Temporal's web UI; null when it is not known. */
  uiUrl: string | null;
  /** Of the portal's built page; null: none is served. */
  portalFolder: string | null;
  sdkMetrics: SdkMetrics;
  logger: Logger;
}

/** A gateway that listens. */
export interface ServedGateway {
  /** `http://host:port`. */
  url: string;
  /** Takes no new calls and answers those under way. */
  close(): Promise<void>;
}

/** Builds the gateway and listens. Rejects in words for the person who starts it. */
export async function serveGateway(options: GatewayOptions): Promise<ServedGateway> {
  const { config, parts, link } = options;
  const { store, http, s3, metrics } = parts;
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
    searchDeliveries: store.searchDeliveries,
    activity: store.activity,
    endpointStats: store.endpointStats,
    installationStats: store.installationStats,
    validations: store.validations,
    exceptions: store.exceptions,
    alertSettings: store.alertSettings,
    sources: store.sources,
    receipts: store.receipts,
    publish: async (item) => {
      const result = await store.publish(item);
      metrics.published(item, result);
      return result;
    },
    control: store.control,
    cancelPendingOf: store.cancelPendingOf,
    hurryRefusedOf: store.hurryRefusedOf,
    replay: store.replay,
    replayProgress: store.replayProgress,
    signalLookAgain: link.signalLookAgain,
    resendWorkflow: (_organizationId, deliveryId) => link.resendWorkflow(deliveryId),
    workflowLink: workflowLinks(options.uiUrl, config.temporalNamespace),
    schedules: link.schedules,
    metrics: () => metricsText(metrics, store.backlog, options.sdkMetrics),
    readiness: async () => ({ store: await store.healthy(), temporal: await link.healthy() }),
    http,
    s3,
    checkUrl: parts.checkUrl,
    portalBundle: options.portalFolder === null ? null : readPortalBundle(options.portalFolder),
    portalFrameAncestors: config.portalFrameAncestors,
    publicUrl: () => config.publicUrl ?? listeningUrl(app, config),
    maxDatasetBytes: config.datasetMaxMib * 1024 * 1024,
    adminKey: options.adminKey,
    logger: options.logger,
    timeScale: config.timeScale,
    version,
    now: Date.now,
  });
  await listen(app, config);
  return { url: listeningUrl(app, config), close: () => app.close() };
}

function workflowLinks(uiUrl: string | null, namespace: string): (workflowId: string) => string | null {
  return (workflowId) =>
    uiUrl ? `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}` : null;
}
