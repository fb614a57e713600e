import { sql } from 'drizzle-orm';
import { healthBucketMs } from '../domain/delivery/health.ts';
import { placeTimes } from '../domain/delivery/rate-limit.ts';
import { createActivityReader } from './activity.ts';
import { createAlertSettingsStore } from './alert-settings.ts';
import { createApiKeyStore } from './api-keys.ts';
import { createBegin } from './begin.ts';
import { createClaimer } from './claim.ts';
import { createConfigurationFaults } from './configuration-faults.ts';
import { createConnectorStore } from './connectors.ts';
import { createControl } from './control.ts';
import { type Database, openPglite, openPostgres } from './database.ts';
import { createDatasetStore } from './datasets.ts';
import { EndpointDirectory } from './endpoint-directory.ts';
import { createEndpointLogReader } from './endpoint-log.ts';
import { cancelPendingOf, hurryRefusedOf } from './endpoint-state.ts';
import { createEndpointStats } from './endpoint-stats.ts';
import { createEndpointStore } from './endpoints.ts';
import { createEventTypeStore } from './event-types.ts';
import { createExceptionStore } from './exceptions.ts';
import { createExportStore } from './exports.ts';
import { createFinish } from './finish.ts';
import { newId } from './ids.ts';
import { createLimits } from './limits.ts';
import { createMaintenance } from './maintenance.ts';
import { createNotices } from './notices.ts';
import { createOperational } from './operational.ts';
import { createOrganizationStore } from './organizations.ts';
import { createOutbox } from './outbox.ts';
import { createPortalAccess } from './portal-access.ts';
import { createPublisher } from './publish.ts';
import { createDeliveryReader } from './read-deliveries.ts';
import { createEventReader } from './read-events.ts';
import { createReceiptLog } from './receipt-log.ts';
import { RecentEvents } from './recent-events.ts';
import { createRecovery } from './recovery.ts';
import { createReplay } from './replay.ts';
import { countDeliveries } from './replay-progress.ts';
import { resealSecrets } from './reseal.ts';
import { createRetention } from './retention.ts';
import { createEndpointScan } from './scan-endpoints.ts';
import { createExceptionScan } from './scan-exceptions.ts';
import { createValidationScan } from './scan-validations.ts';
import { createDeliverySearch } from './search-deliveries.ts';
import { createSecretBox } from './secret-box.ts';
import { createSenderEndpoints } from './sender-endpoints.ts';
import { createSourceStore } from './sources.ts';
import { createSubjectStore } from './subjects.ts';
import { createThroughput, readWaiting } from './throughput.ts';
import type { AttemptStore, ScanStore } from './types.ts';
import { createValidationStore } from './validations.ts';
import { createWakeUp } from './wake-up.ts';

export interface StoreOptions {
  /** Postgres; absent: PGlite. */
  databaseUrl?: string;
  /** Folder of PGlite's files; null keeps them in memory. The caller holds its lock. */
  dataDir: string | null;
  /** 32 bytes, for what is encrypted at rest. */
  secretKey: Uint8Array;
  /** Another one that may have encrypted it, while the key is being changed. */
  secondSecretKey?: Uint8Array | undefined;
  /** Multiplies the hours in which limits and failures are counted; 1 in production. */
  timeScale: number;
  /** Faults of work that nobody waits for. */
  onFault(where: string, error: unknown): void;
  /** Before each group commit of a kind of hot work, with the number of calls that go together. */
  onCommit?(work: 'publish' | 'begin' | 'finish', calls: number): void;
}

export type Store = Awaited<ReturnType<typeof openStore>>;

/** Commits at the same time: PGlite has one session, Postgres a pool. */
const MAX_RUNS = { pglite: 1, postgres: 4 } as const;

/** Opens the store, migrates it, and puts its parts together. */
export async function openStore(options: StoreOptions) {
  const database: Database = options.databaseUrl
    ? await openPostgres(options.databaseUrl)
    : await openPglite(options.dataDir);
  const { db, kind } = database;
  const maxRuns = MAX_RUNS[kind];
  const box = createSecretBox(options.secretKey, options.secondSecretKey);
  const stop = new AbortController();
  const listeners = new Set<(deliveries: number) => void>();
  const tellHere = (deliveries: number) => {
    for (const listener of listeners) listener(deliveries);
  };
  const notices = options.databaseUrl
    ? createNotices(db, options.databaseUrl, (error) => options.onFault('notices', error))
    : null;
  const onWaiting = (deliveries: number) => {
    tellHere(deliveries);
    if (deliveries > 0) notices?.tell(deliveries);
  };
  const onRun = (work: 'publish' | 'begin' | 'finish') => (calls: number) => options.onCommit?.(work, calls);
  const recent = new RecentEvents();
  const wakeIn = createWakeUp(() => onWaiting(0), stop.signal);
  const maintain = createMaintenance(database, (error) => options.onFault('maintenance', error));

  const deliveries = createDeliveryReader(db);
  const throughput = createThroughput(db, { onFault: (error) => options.onFault('throughput', error) });

  const control = createControl(db, { onWaiting });
  const receipts = createReceiptLog(db, {
    onWritten: maintain,
    onFault: (error) => options.onFault('receipts', error),
  });
  const directory = new EndpointDirectory(db);
  const onPublished = (events: number) => throughput.add({ published: events });
  const publishing = { onCommitted: onWaiting, onWritten: maintain, onPublished };
  const { publish } = createPublisher(db, recent, directory, { maxRuns, ...publishing, onRun: onRun('publish') });
  const outbox = createOutbox(db, publishing);
  const operational = createOperational(outbox, directory);
  const times = placeTimes(options.timeScale);
  const bucketMs = healthBucketMs(options.timeScale);
  const limits = createLimits(database, { times, onWaiting });
  const { begin } = createBegin(db, recent, { maxRuns, times, onRun: onRun('begin') });
  const attempts: AttemptStore = {
    begin,
    finish: createFinish(db, operational, {
      maxRuns,
      healthBucketMs: bucketMs,
      onReleased: onWaiting,
      onEnded: throughput.add,
      onRun: onRun('finish'),
      stop: stop.signal,
      onFault: (error) => options.onFault('finish', error),
    }),
    senderEndpoint: createSenderEndpoints(db, box),
    cancelHeldBy: control.cancelHeldBy,
  };

  const alertSettings = createAlertSettingsStore(db);
  const scans: ScanStore = {
    scanTimes: alertSettings.scanTimes,
    scanExceptions: createExceptionScan(db, outbox, directory, maintain),
    scanValidations: createValidationScan(db, outbox, directory, maintain),
    scanEndpoints: createEndpointScan(db, operational, bucketMs),
    deleteRetained: createRetention(db, { healthBucketMs: bucketMs, onDeleted: maintain }),
  };

  return {
    db,
    kind,
    organizations: createOrganizationStore(db),
    apiKeys: createApiKeyStore(db),
    portalAccess: createPortalAccess(db),
    endpoints: createEndpointStore(db, box, operational, { onLimitsChanged: limits.letGo }),
    eventTypes: createEventTypeStore(db),
    connectors: createConnectorStore(db, box),
    exports: createExportStore(db, operational),
    datasets: createDatasetStore(database, (error) => options.onFault('datasets', error)),
    events: createEventReader(db),
    deliveries,
    searchDeliveries: createDeliverySearch(db, deliveries),
    activity: createActivityReader(db),
    endpointStats: createEndpointStats(db, bucketMs),
    installationStats: throughput.read,
    backlog: () => readWaiting(db),
    resealSecrets: () => resealSecrets(db, box),
    publish,
    sources: createSourceStore(db, box, { maxRuns, alone: kind === 'pglite' }),
    receipts,
    control,
    replay: createReplay(db, { onWaiting }),
    replayProgress: (of: Parameters<typeof countDeliveries>[1]) => countDeliveries(db, of),
    cancelPendingOf: (endpointId: string, reason: string) => cancelPendingOf(db, endpointId, reason),
    hurryRefusedOf: (endpointId: string) => hurryRefusedOf(db, endpointId),
    endpointLog: createEndpointLogReader(db),
    claim: createClaimer(database, { times, onDueIn: wakeIn }),
    limits,
    attempts,
    subjects: createSubjectStore(db),
    configurationFaults: createConfigurationFaults(db, operational),
    recovery: createRecovery(db),
    validations: createValidationStore(db, outbox, directory),
    exceptions: createExceptionStore(db),
    alertSettings,
    scans,
    newWorkflowId: () => newId('car'),
    /** Whether the database answers. */
    healthy: () =>
      db.execute(sql`select 1`).then(
        () => true,
        () => false,
      ),
    /** Called after a commit, of any process, that left so many deliveries waiting; returns how to stop listening. */
    onWaiting(listener: (deliveries: number) => void): () => void {
      listeners.add(listener);
      notices?.listen(tellHere);
      return () => listeners.delete(listener);
    },
    /** Ends waiting finishes, writes what waits for the sources' logs and closes the database. The workers must have ended. */
    async close(): Promise<void> {
      stop.abort();
      await receipts.close();
      await notices?.stop();
      await throughput.flush();
      await database.close();
    },
  };
}
