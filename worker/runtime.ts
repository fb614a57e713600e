import { setTimeout as sleep } from 'node:timers/promises';
import { type NativeConnectionOptions, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { createAttempt } from '../activities/attempt.ts';
import { createCancelInStore } from '../activities/cancel-in-store.ts';
import { createDailyScans } from '../activities/daily-scans.ts';
import { createDestinationAttempt } from '../activities/destination-attempt.ts';
import { createExportDataset, type ExportLog } from '../activities/export-dataset.ts';
import { type AttemptLog, createSend } from '../activities/send.ts';
import type { Activities } from '../activities/types.ts';
import { createWebhookAttempt } from '../activities/webhook-attempt.ts';
import type { HttpPort } from '../domain/delivery/types.ts';
import type { RecordsPort } from '../domain/exports/records-port.ts';
import type { S3Port } from '../domain/exports/s3.ts';
import type { Store } from '../store/open-store.ts';
import { EXPORT_TASK_QUEUE, TASK_QUEUE } from '../workflows/messages.ts';
import { connectTemporal } from './connect.ts';
import { Dispatcher } from './dispatcher.ts';
import { keepWorking } from './keep-working.ts';
import { NamespaceWatch } from './namespace-watch.ts';
import { Reconciler } from './reconciler.ts';
import { createStartWorkflow, type StartWorkflow } from './start-workflow.ts';
import { wakeWorkflow } from './tell-workflow.ts';
import { createTemporalLink, type TemporalLink } from './temporal-link.ts';

export interface RuntimeOptions {
  store: Store;
  http: HttpPort;
  s3: S3Port;
  records: RecordsPort;
  connection: NativeConnectionOptions;
  namespace: string;
  retentionDays: number;
  /** Days that the store keeps what is not pending, and idempotency keys. */
  keepDays: number;
  keepIdempotencyDays: number;
  workflowBundle: WorkflowBundleOption;
  timeScale: number;
  maxPerWorkflow: number;
  userAgent: string;
  /** After each look of the dispatcher at what waits, and before each start of a workflow with so many deliveries. */
  onClaim(): void;
  onStart(deliveries: number): void;
  /** One wide line per attempt. */
  onAttempt(log: AttemptLog): void;
  /** One wide line per try of an export. */
  onExport(log: ExportLog): void;
  onWarning(text: string): void;
  onFault(where: string, error: unknown): void;
  /** After an endpoint was disabled by its own 410: its pending deliveries are to be cancelled and their workflows told. */
  onDisabled(endpointId: string): void;
}

/** How long running attempts may take to end at a shutdown; above the longest timeout, so that none is cut off. */
const SHUTDOWN_GRACE = '35 seconds';
/** How long starts under way may take at a shutdown before the worker is told to end as well. */
const QUIET_MS = 2_000;
/** Attempts mostly wait for receivers: few places, and the retries of one hanging endpoint would hold all of them. */
const MAX_ACTIVITIES = 2_000;
/** Exports at the same time, each with two parts of 8 MiB in memory; the others wait in Temporal. */
const MAX_EXPORTS = 4;

/** A worker that runs: dispatcher, reconciler, Temporal's worker, one connection for all. */
export interface Runtime extends TemporalLink {
  /** Looks whether Temporal's namespace is still the one that was; call it when Temporal is back after a stop. */
  checkNamespace(): Promise<void>;
  /** Takes no new work, lets running attempts end, closes the connection. */
  stop(): Promise<void>;
}

/** Connects to Temporal, makes the namespace ready, and works until `stop`. The worker is made anew if it fails. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { store, namespace } = options;
  const connection = await connectTemporal(options.connection);
  const watch = new NamespaceWatch({
    connection,
    namespace,
    retentionDays: options.retentionDays,
    recovery: store.recovery,
    onWarning: options.onWarning,
    onFault: options.onFault,
  });
  const searchable = await watch.prepare();
  const link = createTemporalLink({ ...options, connection, searchable: async () => searchable });
  const { client, schedules } = link;
  const start = createStartWorkflow(client, { searchable });
  const wake: StartWorkflow = (workflow) => wakeWorkflow(client, workflow, searchable);
  const dispatcher = new Dispatcher({
    claim: store.claim,
    begunOf: store.recovery.begunOf,
    attemptedOf: store.recovery.attemptedOf,
    markStarted: store.recovery.markStarted,
    start,
    newWorkflowId: store.newWorkflowId,
    nowMs: () => performance.now(),
    maxPerWorkflow: options.maxPerWorkflow,
    onClaim: options.onClaim,
    onStart: options.onStart,
    onFault: options.onFault,
  });
  const reconciler = new Reconciler({
    ...store.recovery,
    wake,
    tendLimits: store.limits.tend,
    removeExpired: store.endpoints.removeExpired,
    timeScale: options.timeScale,
    onFault: options.onFault,
  });
  const { exportDataset, ...activities } = createActivities(options, dispatcher);
  const newWorker = () =>
    Worker.create({
      connection,
      namespace,
      taskQueue: TASK_QUEUE,
      workflowBundle: options.workflowBundle,
      activities,
      maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
      shutdownGraceTime: SHUTDOWN_GRACE,
    });
  const newExporter = () =>
    Worker.create({
      connection,
      namespace,
      taskQueue: EXPORT_TASK_QUEUE,
      activities: { exportDataset },
      maxConcurrentActivityTaskExecutions: MAX_EXPORTS,
      // No grace at a shutdown: an export may last hours, and is made anew anyway.
    });
  // The namespace may be gone with Temporal's database.
  const remade = (make: () => Promise<Worker>) => async () => {
    await watch.prepare();
    return make();
  };
  const kept = [
    keepWorking(await newWorker(), remade(newWorker), options.onFault),
    keepWorking(await newExporter(), remade(newExporter), options.onFault),
  ];
  const stopListening = store.onWaiting((deliveries) => dispatcher.wake(deliveries));
  dispatcher.run();
  reconciler.run();
  schedules.run();
  watch.run();

  return {
    ...link,
    checkNamespace: () => watch.check(),
    async stop() {
      stopListening();
      const quiet = Promise.all([dispatcher.stop(), reconciler.stop(), schedules.stop(), watch.stop()]);
      // A Temporal that hangs keeps a call for 30 s; those must not add up with what the worker's own end takes.
      await Promise.race([quiet, sleep(QUIET_MS, undefined, { ref: false })]);
      await Promise.all(kept.map((each) => each.stop()));
      await quiet;
      await connection.close();
    },
  };
}

function createActivities(options: RuntimeOptions, dispatcher: Dispatcher): Activities {
  const { store } = options;
  const ports = {
    http: options.http,
    nowMs: Date.now,
    random: Math.random,
    userAgent: options.userAgent,
    timeScale: options.timeScale,
  };
  const send = createSend({
    ...ports,
    store: store.attempts,
    webhook: createWebhookAttempt(ports),
    native: createDestinationAttempt({ ...ports, store, onFault: options.onFault }),
    onAttempt(log) {
      dispatcher.attempted(log.endpointId, log.outcome === 'delivered');
      options.onAttempt(log);
    },
    onDisabled: options.onDisabled,
    onFault: options.onFault,
  });
  return {
    attempt: createAttempt({
      store: store.attempts,
      send,
      onBegun: (workflowId) => dispatcher.begun(workflowId),
      onEnded: (workflowId) => dispatcher.ended(workflowId),
    }),
    exportDataset: createExportDataset({
      store: store.exports,
      connectors: store.connectors,
      datasets: store.datasets,
      records: options.records,
      s3: options.s3,
      nowMs: Date.now,
      random: Math.random,
      timeScale: options.timeScale,
      onExport: options.onExport,
    }),
    cancelInStore: createCancelInStore(store.attempts),
    ...createDailyScans({
      scans: store.scans,
      nowMs: () => performance.now(),
      retentionDays: options.keepDays,
      idempotencyDays: options.keepIdempotencyDays,
    }),
  };
}
