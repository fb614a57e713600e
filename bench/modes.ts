import { createEndpoint } from './api.ts';
import { findClosedPort } from './free-port.ts';
import { type Bench, createPath, createTenant, EVENT_TYPE, measurePhase, receiverUrl, startUsage } from './measure.ts';
import type { BenchOptions, ModeName } from './options.ts';
import { createReport, type RunReport } from './report.ts';
import { ratio, round } from './statistics.ts';

/** One way to load Waybill. */
export interface Mode {
  /** Variables that Waybill is started with for this mode. */
  environment: Readonly<Record<string, string>>;
  /** One run; may be repeated on the same Waybill, since every run has an organization of its own. */
  run(bench: Bench, options: BenchOptions): Promise<RunReport[]>;
}

const ONE_CLIENT_EVENTS = 500;
const STEADY_RATES_PER_SECOND = [50, 150, 300];
const DEAD_EVENT_TYPE = 'bench.dead';

/** The modes by name, as `HELP` describes them. */
export const modes: Readonly<Record<ModeName, Mode>> = {
  carried: { environment: {}, run: runCarried },
  single: {
    environment: { WAYBILL_DELIVERIES_PER_WORKFLOW: '1' },
    run: async (bench, options) => [await runFullSpeed(bench, 'single', options.events ?? 1000, 1, options)],
  },
  fanout: {
    environment: {},
    run: async (bench, options) => [await runFullSpeed(bench, 'fanout', options.events ?? 5000, 10, options)],
  },
  steady: { environment: {}, run: runSteady },
  'dead-endpoint': { environment: {}, run: runDeadEndpoint },
};

async function runFullSpeed(
  bench: Bench,
  mode: ModeName,
  events: number,
  endpoints: number,
  { clients }: BenchOptions,
): Promise<RunReport> {
  const tenant = await createTenant(bench, endpoints);
  const endUsage = startUsage(bench);
  const phase = { ...tenant, type: EVENT_TYPE, batch: 'main', events, clients, ratePerSecond: 0 };
  const summary = await measurePhase(bench, phase);
  return createReport(mode, summary, endUsage(summary.received), { clients });
}

/** The one-client publishes come after the run's CPU and memory are taken, on an idle Waybill. */
async function runCarried(bench: Bench, options: BenchOptions): Promise<RunReport[]> {
  const report = await runFullSpeed(bench, 'carried', options.events ?? 20_000, 1, options);
  const tenant = await createTenant(bench, 1);
  const phase = {
    ...tenant,
    type: EVENT_TYPE,
    batch: 'main',
    events: ONE_CLIENT_EVENTS,
    clients: 1,
    ratePerSecond: 0,
  };
  const alone = await measurePhase(bench, phase);
  return [
    {
      ...report,
      refused: report.refused + alone.refused,
      missing: report.missing + alone.missing,
      oneClientPublishP50Ms: round(alone.publishP50Ms),
      oneClientPublishP99Ms: round(alone.publishP99Ms),
    },
  ];
}

async function runSteady(bench: Bench, options: BenchOptions): Promise<RunReport[]> {
  const seconds = options.seconds ?? 60;
  const reports: RunReport[] = [];
  for (const rate of options.rate === undefined ? STEADY_RATES_PER_SECOND : [options.rate]) {
    const tenant = await createTenant(bench, 1);
    const endUsage = startUsage(bench);
    const summary = await measurePhase(bench, {
      ...tenant,
      type: EVENT_TYPE,
      batch: 'main',
      events: rate * seconds,
      clients: options.clients,
      ratePerSecond: rate,
    });
    reports.push(
      createReport('steady', summary, endUsage(summary.received), {
        clients: options.clients,
        rate,
        seconds,
        receiptP99FirstThirdMs: round(summary.receiptP99FirstThirdMs),
        receiptP99LastThirdMs: round(summary.receiptP99LastThirdMs),
      }),
    );
  }
  return reports;
}

/**
 * The report's main figures are those of the healthy endpoint beside the dead one. CPU is that of the whole run,
 * divided by all deliveries that were published, the dead endpoint's included.
 */
async function runDeadEndpoint(bench: Bench, options: BenchOptions): Promise<RunReport[]> {
  const { clients, dead } = options;
  const rate = options.rate ?? 100;
  const seconds = options.seconds ?? 30;
  const tenant = await createTenant(bench, 1);
  await createEndpoint(bench.url, tenant.key, { url: await createDeadUrl(bench, dead), eventTypes: [DEAD_EVENT_TYPE] });

  const endUsage = startUsage(bench);
  const healthy = { ...tenant, type: EVENT_TYPE, events: rate * seconds, clients, ratePerSecond: rate };
  const alone = await measurePhase(bench, { ...healthy, batch: 'alone' });
  const backlog = await measurePhase(bench, {
    key: tenant.key,
    type: DEAD_EVENT_TYPE,
    batch: 'dead',
    events: options.events ?? 100_000,
    clients,
    ratePerSecond: 0,
    paths: [],
  });
  const beside = await measurePhase(bench, { ...healthy, batch: 'beside' });

  const report = createReport('dead-endpoint', beside, endUsage(alone.received + backlog.events + beside.received), {
    clients,
    rate,
    seconds,
    dead,
    deadDeliveries: backlog.events - backlog.refused,
    deadPublishesPerSecond: round(backlog.publishesPerSecond),
    aloneReceiptP50Ms: round(alone.receiptP50Ms),
    aloneReceiptP99Ms: round(alone.receiptP99Ms),
    receiptP50Ratio: round(ratio(beside.receiptP50Ms, alone.receiptP50Ms), 2),
    receiptP99Ratio: round(ratio(beside.receiptP99Ms, alone.receiptP99Ms), 2),
  });
  return [
    {
      ...report,
      endpoints: 2,
      refused: alone.refused + backlog.refused + beside.refused,
      missing: alone.missing + beside.missing,
      duplicates: alone.duplicates + beside.duplicates,
    },
  ];
}

async function createDeadUrl(bench: Bench, dead: BenchOptions['dead']): Promise<string> {
  if (dead !== 'closed') return receiverUrl(bench, createPath(dead === '503' ? 'fail' : 'hang'));
  return `http://127.0.0.1:${await findClosedPort()}/`;
}
