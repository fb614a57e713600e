import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ExportLog } from '../../activities/export-dataset.ts';
import type { AttemptLog } from '../../activities/send.ts';
import type { Store } from '../../store/open-store.ts';
import type { PublishItem, PublishResult } from '../../store/types.ts';

/** Buckets in seconds: receivers on the same machine answer in milliseconds, the longest timeout is 30 s. */
const ATTEMPT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];
/** A workflow carries 100 at most; a commit takes a few hundred. */
const SIZES = [1, 2, 5, 10, 25, 50, 100, 250, 500];

/** Metrics of Temporal's SDK in Prometheus' text format; null in a process without a worker. */
export type SdkMetrics = (() => Promise<string>) | null;

/** Everything that is counted in one process; labels name systems and outcomes, never an organization, an address or a person. */
export type Metrics = ReturnType<typeof createMetrics>;

/** All of a process for a scrape: ours, and behind them those of Temporal's SDK as far as it answers. */
export async function metricsText(ours: Metrics, backlog: Store['backlog'], sdk: SdkMetrics): Promise<string> {
  const [own, its] = await Promise.all([ours.text(backlog), sdk?.().catch(() => '')]);
  return `${own}${its ?? ''}`;
}

/**
 * A registry of its own with every metric of Waybill, at zero. `backlog` is asked at each scrape; when it fails, its gauges keep
 * what they had.
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const published = new Counter({
    name: 'waybill_events_published_total',
    help: 'Events handed in: created, repeated under their id or key, or refused as in conflict.',
    labelNames: ['dialect', 'result'],
    registers,
  });
  const attempts = new Counter({
    name: 'waybill_attempts_total',
    help: 'Attempts that ended, by outcome: delivered, or the error code.',
    labelNames: ['dialect', 'destination', 'outcome'],
    registers,
  });
  const attemptSeconds = new Histogram({
    name: 'waybill_attempt_duration_seconds',
    help: 'From the connection to the last byte of the answer.',
    labelNames: ['dialect', 'destination'],
    buckets: ATTEMPT_SECONDS,
    registers,
  });
  const deliveries = new Counter({
    name: 'waybill_deliveries_total',
    help: 'Deliveries that ended with an attempt: delivered or failed.',
    labelNames: ['dialect', 'destination', 'status'],
    registers,
  });
  const exports_ = new Counter({
    name: 'waybill_exports_total',
    help: 'Tries of exports that ended, by outcome: exported, overtaken, or the error code.',
    labelNames: ['outcome'],
    registers,
  });
  const carried = new Histogram({
    name: 'waybill_workflow_deliveries',
    help: 'Deliveries that one workflow was started with.',
    buckets: SIZES,
    registers,
  });
  const claims = new Counter({
    name: 'waybill_claims_total',
    help: 'Looks of the dispatcher at what waits, with or without a catch.',
    registers,
  });
  const commits = new Histogram({
    name: 'waybill_store_commit_items',
    help: 'Publishes, begins or ends of attempts that were written together.',
    labelNames: ['work'],
    buckets: SIZES,
    registers,
  });
  const faults = new Counter({
    name: 'waybill_faults_total',
    help: 'Faults of work that is tried again by itself, by where.',
    labelNames: ['where'],
    registers,
  });
  const waiting = new Gauge({
    name: 'waybill_deliveries_waiting',
    help: 'Deliveries that no workflow holds yet.',
    registers,
  });
  const oldest = new Gauge({
    name: 'waybill_oldest_waiting_seconds',
    help: 'How long the delivery that is due longest has been due; 0 when none is.',
    registers,
  });

  return {
    published: ({ dialect }: PublishItem, { kind }: PublishResult) => published.inc({ dialect, result: kind }),
    attempted({ dialect, destination, outcome, durationMs, deliveryStatus }: AttemptLog) {
      attempts.inc({ dialect, destination, outcome });
      attemptSeconds.observe({ dialect, destination }, durationMs / 1_000);
      if (deliveryStatus !== 'pending') deliveries.inc({ dialect, destination, status: deliveryStatus });
    },
    exported: ({ outcome }: ExportLog) => exports_.inc({ outcome }),
    claimed: () => claims.inc(),
    started: (deliveries: number) => carried.observe(deliveries),
    committed: (work: string, items: number) => commits.observe({ work }, items),
    faulted: (where: string) => faults.inc({ where }),
    /** All of it in Prometheus' text format. */
    async text(backlog: Store['backlog']): Promise<string> {
      const now = await backlog().catch(() => null);
      if (now) {
        waiting.set(now.waiting);
        oldest.set(now.oldestWaitingAt === null ? 0 : (Date.now() - Date.parse(now.oldestWaitingAt)) / 1_000);
      }
      return registry.metrics();
    },
  };
}
