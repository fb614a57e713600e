import type { FastifyBaseLogger } from 'fastify';
import type { HttpPort } from '../domain/delivery/types.ts';
import type { S3Port } from '../domain/exports/s3.ts';
import type { ActivityReader } from '../store/activity.ts';
import type { AlertSettingsStore } from '../store/alert-settings.ts';
import type { ApiKeyStore } from '../store/api-keys.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { ControlResult } from '../store/control.ts';
import type { DatasetStore } from '../store/datasets.ts';
import type { EndpointLogReader } from '../store/endpoint-log.ts';
import type { EndpointStatsReader } from '../store/endpoint-stats.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import type { EventTypeStore } from '../store/event-types.ts';
import type { ExceptionStore } from '../store/exceptions.ts';
import type { OrganizationStore } from '../store/organizations.ts';
import type { PortalAccess } from '../store/portal-access.ts';
import type { DeliveryReader } from '../store/read-deliveries.ts';
import type { EventReader } from '../store/read-events.ts';
import type { ReceiptLog } from '../store/receipt-log.ts';
import type { ReplayInclude, ReplayRequest } from '../store/replay.ts';
import type { DeliveryCounts } from '../store/replay-progress.ts';
import type { DeliverySearch } from '../store/search-deliveries.ts';
import type { SourceStore } from '../store/sources.ts';
import type { SubjectReader } from '../store/subjects.ts';
import type { InstallationStats } from '../store/throughput.ts';
import type { PublishItem, PublishResult } from '../store/types.ts';
import type { ValidationStore } from '../store/validations.ts';
import type { DailyWork } from '../workflows/messages.ts';
import type { PortalBundle } from './portal-bundle.ts';

/** What may be done to deliveries from outside. Each commits in the store; telling the workflow comes after. */
export interface DeliveryControl {
  cancel(organizationId: string, deliveryId: string): Promise<ControlResult>;
  retryNow(organizationId: string, deliveryId: string): Promise<ControlResult>;
  resend(organizationId: string, deliveryId: string): Promise<ControlResult>;
}

/** All the gateway is given: it reads no environment, opens no port and keeps no state of its own. */
export interface GatewayDependencies {
  organizations: OrganizationStore;
  apiKeys: ApiKeyStore;
  portalAccess: PortalAccess;
  endpoints: EndpointStore;
  endpointLog: EndpointLogReader;
  subjects: SubjectReader;
  connectors: ConnectorStore;
  datasets: Omit<DatasetStore, 'readChunks' | 'abandonUploads'>;
  eventTypes: EventTypeStore;
  events: EventReader;
  deliveries: DeliveryReader;
  searchDeliveries: DeliverySearch;
  activity: ActivityReader;
  endpointStats: EndpointStatsReader;
  installationStats(): Promise<InstallationStats>;
  validations: ValidationStore;
  exceptions: ExceptionStore;
  alertSettings: Pick<AlertSettingsStore, 'get' | 'update'>;
  sources: SourceStore;
  receipts: Pick<ReceiptLog, 'add' | 'list' | 'purge'>;
  /** Resolves once committed. */
  publish(item: PublishItem): Promise<PublishResult>;
  control: DeliveryControl;
  /** Cancels what waits for an endpoint, in batches; yields the workflows that held it. */
  cancelPendingOf(endpointId: string, reason: string): AsyncIterable<{ workflowId: string; ids: string[] }[]>;
  /** Makes due at once what waits because the endpoint's configuration was refused; yields the workflows that hold it. */
  hurryRefusedOf(endpointId: string): AsyncIterable<{ workflowId: string; ids: string[] }[]>;
  /** Counts per kind: brought back, or with `dryRun` to be brought back. */
  replay(request: ReplayRequest): Promise<Record<ReplayInclude, number>>;
  /** How what a replay is about stands; times are ISO. */
  replayProgress(of: {
    organizationId: string;
    endpointId: string;
    since: string;
    until: string;
  }): Promise<DeliveryCounts>;
  /** Tells a workflow that the store has changed for these deliveries. May fail: the reconciler heals. */
  signalLookAgain(workflowId: string, deliveryIds: readonly string[]): Promise<void>;
  /** Signal-with-start of the delivery's own workflow after a resend. May fail likewise. */
  resendWorkflow(organizationId: string, deliveryId: string): Promise<void>;
  /** Where a person sees the workflow; null when no Temporal UI is known. */
  workflowLink(workflowId: string): string | null;
  schedules: DailyWork;
  /** Both must answer within a few seconds; a fault counts as `false`. */
  /** What this process has counted, in Prometheus' text format. */
  metrics(): Promise<string>;
  readiness(): Promise<{ store: boolean; temporal: boolean }>;
  http: HttpPort;
  s3: Pick<S3Port, 'check'>;
  /** The rule of the address guard that a URL breaks, in words; `undefined` when it may be called. */
  checkUrl(url: URL): string | undefined;
  /**
   * Address that links handed out begin with, without a slash at the end. From the configuration, since a request may claim any
   * host; a function, since the port that is listened on is known only later.
   */
  publicUrl(): string;
  /** The portal's built page; null when there is none, which its address then says. */
  portalBundle: PortalBundle | null;
  /** Origins that may show the portal in a frame; empty: none may. */
  portalFrameAncestors: readonly string[];
  /** Bound of a dataset that is sent here, in bytes. */
  maxDatasetBytes: number;
  adminKey: string;
  logger: FastifyBaseLogger;
  /** Multiplies overlaps of secret rotation; 1 in production. */
  timeScale: number;
  /** Waybill's version, for the OpenAPI document and `User-Agent`. */
  version: string;
  /** Milliseconds since the epoch. */
  now(): number;
}
