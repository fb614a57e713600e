import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEndpoint, createOrganization } from './api.ts';
import type { Child } from './child-process.ts';
import type { DriverCalls } from './driver.ts';
import { cpuMsBetween, type ProcessStat, residentMb } from './process-tree.ts';
import type { Behaviour, ReceiverCalls } from './receiver.ts';
import { type PhaseSummary, summarizePhase } from './statistics.ts';

/** Everything that a mode measures with. */
export interface Bench {
  url: string;
  adminKey: string;
  /** Waybill's processes now; `null` when the bench did not start it. */
  processes: (() => ProcessStat[]) | null;
  driver: Child<DriverCalls>;
  receiver: Child<ReceiverCalls>;
  receiverPort: number;
  /** How long nothing may be received before the rest counts as missing. */
  stallMs: number;
}

/** An organization made for one run, with the paths of its endpoints at the receiver. */
export interface Tenant {
  key: string;
  paths: string[];
}

/** A set of events to be published and awaited. */
export interface Phase {
  key: string;
  type: string;
  /** First part of the event ids, unique in the organization; letters and digits. */
  batch: string;
  events: number;
  clients: number;
  /** 0 means as fast as the clients get answers. */
  ratePerSecond: number;
  /** Where each of the events must arrive; empty when none is expected to. */
  paths: string[];
}

/** The event type of all measured events but those for a dead endpoint. */
export const EVENT_TYPE = 'bench.measured';

const WARM_UP_EVENTS = 20;
/** Late duplicates, and the work after a receipt (finish, the workflow's end), belong to the run. */
const SETTLE_MS = 1000;
const POLL_MS = 50;

/**
 * Makes an organization with `endpoints` endpoints, and sends a few events through them, so that the measurement shows
 * no first connection and no cold code. Throws when those do not arrive.
 */
export async function createTenant(bench: Bench, endpoints: number): Promise<Tenant> {
  const key = await createOrganization(bench.url, bench.adminKey, 'bench');
  const paths = Array.from({ length: endpoints }, () => createPath('ok'));
  for (const path of paths) {
    await createEndpoint(bench.url, key, { url: receiverUrl(bench, path), eventTypes: [EVENT_TYPE] });
  }
  const phase = { key, type: EVENT_TYPE, batch: 'warmup', events: WARM_UP_EVENTS, clients: 1, ratePerSecond: 0, paths };
  const { missing, refused } = await measurePhase(bench, phase);
  if (missing + refused > 0) {
    throw new Error(`warm-up: of ${WARM_UP_EVENTS} events ${refused} were refused, ${missing} deliveries are missing`);
  }
  return { key, paths };
}

/** A path at the receiver that nothing else uses. */
export function createPath(behaviour: Behaviour): string {
  return `/${behaviour}/${randomBytes(6).toString('hex')}`;
}

/** The address of a path at the receiver, as Waybill's endpoints need it. */
export function receiverUrl({ receiverPort }: Bench, path: string): string {
  return `http://127.0.0.1:${receiverPort}${path}`;
}

/** Publishes a phase, waits until all of it has arrived or nothing comes any more, and sums it up. */
export async function measurePhase(bench: Bench, phase: Phase): Promise<PhaseSummary> {
  const { paths, ...order } = phase;
  const published = await bench.driver.call('publish', { ...order, url: bench.url });
  if (published.firstFailure !== undefined) {
    process.stderr.write(`first refused publish: ${published.firstFailure}\n`);
  }
  const accepted = published.latencyMs.filter((ms) => !Number.isNaN(ms)).length;
  const queries = paths.map((path) => ({ path, batch: phase.batch }));
  await untilReceived(bench, queries, accepted);
  await sleep(SETTLE_MS);
  const receipts = await Promise.all(queries.map((query) => bench.receiver.call('takeReceipts', query)));
  return summarizePhase(published, receipts);
}

async function untilReceived(bench: Bench, queries: { path: string; batch: string }[], each: number): Promise<void> {
  let lastTotal = -1;
  let movedAtMs = performance.now();
  while (performance.now() - movedAtMs < bench.stallMs) {
    const counts = await bench.receiver.call('countDistinct', queries);
    if (counts.every((count) => count >= each)) return;
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total !== lastTotal) movedAtMs = performance.now();
    lastTotal = total;
    await sleep(POLL_MS);
  }
}

/** What Waybill used, all its processes together; `null` where it cannot be told. */
export interface Usage {
  cpuMsPerDelivery: number | null;
  rssMb: number | null;
}

/** Begins to count Waybill's CPU. The returned function ends the count and divides it by `deliveries`. */
export function startUsage({ processes }: Bench): (deliveries: number) => Usage {
  const before = processes?.() ?? [];
  return (deliveries) => {
    const after = processes?.() ?? [];
    if (after.length === 0 || deliveries === 0) return { cpuMsPerDelivery: null, rssMb: residentMb(after) };
    return { cpuMsPerDelivery: cpuMsBetween(before, after) / deliveries, rssMb: residentMb(after) };
  };
}
