import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScheduleHandle } from '@temporalio/client';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { events, riskExceptions } from '../store/schema.ts';
import { type DevServer, type DevServerOptions, startDevServer } from '../worker/dev-server/dev-server.ts';
import { cacheFolder, findServer } from '../worker/dev-server/find-server.ts';
import { Schedules } from '../worker/schedules.ts';
import { eventually } from './eventually.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';

const DAY_MS = 86_400_000;
const EXCEPTIONS = 5;
/** Longer than a Temporal server takes to stop, so that the run falls due without one. */
const DUE_IN_MS = 15_000;
const ID = 'scan-exceptions-04-UTC';

let folder: string;
let server: DevServer;
let options: DevServerOptions;
let p: Pipeline;
let handle: ScheduleHandle;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-outage-'));
  const { env: environment } = process;
  const cacheDir = cacheFolder(environment, homedir());
  const { executable } = await findServer({ dataDir: folder, cacheDir, environment, report: console.log });
  options = { executable, dataDir: folder, environment, namespace: 'waybill', headless: true };
  server = await startDevServer(options);
  p = await aPipeline(undefined, { temporalAddress: server.address });
  handle = p.client.schedule.getHandle(ID);
  await eventually('the schedules are made', async () => (await p.runtime.schedules.list()).length === 3);
}, 200_000);
afterEach(async () => {
  await p.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}, 100_000);

async function addExceptions(): Promise<void> {
  await p.store.db.insert(riskExceptions).values(
    Array.from({ length: EXCEPTIONS }, () => ({
      organizationId: p.organizationId,
      id: randomUUID(),
      ruleId: 'FC-1',
      fileName: 'Main.xaml',
      location: 'Main.xaml:42',
      reason: 'known',
      requestedByEmail: 'ops@example.com',
      status: 'approved' as const,
      expiresAt: new Date(Date.now() + 2 * DAY_MS).toISOString(),
    })),
  );
}
const warnings = () => p.store.db.select().from(events).where(eq(events.type, 'exception.expiring_soon'));

/** Stops the server while a run falls due, which is not before it is down; returns when it was due. */
async function downOverARun(): Promise<Date> {
  const due = new Date(Math.ceil((Date.now() + DUE_IN_MS) / 1_000) * 1_000);
  const daily = { every: DAY_MS, offset: due.getTime() % DAY_MS };
  await handle.update((standing) => ({ ...standing, spec: { intervals: [daily] } }));
  // Until it has been taken up, an update counts as later than the run.
  await eventually('the new time is known', async () => {
    const [next] = (await handle.describe()).info.nextActionTimes;
    return next?.getTime() === due.getTime();
  });
  await server.stop();
  await addExceptions();
  await eventually('the run is due', () => Date.now() > due.getTime());
  expect(await warnings()).toEqual([]);
  return due;
}

async function restart(): Promise<Date> {
  const at = new Date();
  server = await startDevServer({ ...options, port: Number(server.address.split(':').at(-1)) });
  return at;
}

/** The one run there was, and what it did. */
async function theRun() {
  const info = await eventually(
    'the run is made',
    async () => {
      const { info } = await handle.describe().catch(() => ({ info: null }));
      return (info?.recentActions.length ?? 0) > 0 && info;
    },
    60_000,
  );
  const [run] = info.recentActions;
  const result = await p.client.workflow.getHandle(run?.action.workflow.workflowId ?? '').result();
  return { ...info, scheduledAt: run?.scheduledAt, takenAt: run?.takenAt, result };
}

const MADE_ONCE = {
  result: { counts: { warned: EXCEPTIONS, expired: 0 } },
  numActionsTaken: 1,
  numActionsMissedCatchupWindow: 0,
  numActionsSkippedOverlap: 0,
};

test("a run that fell due while Temporal's server was down is made when it is back, once", async () => {
  const due = await downOverARun();
  const backAt = await restart();
  const run = await theRun();
  expect(run).toMatchObject({ scheduledAt: due, ...MADE_ONCE });
  expect(run.takenAt?.getTime()).toBeGreaterThanOrEqual(backAt.getTime());
  expect(await warnings()).toHaveLength(EXCEPTIONS);
}, 200_000);

test('it is made also when a worker changes the schedule as soon as the server is back', async () => {
  const due = await downOverARun();
  await restart();
  const keeper = new Schedules({
    client: p.client.schedule,
    scanTimes: p.store.scans.scanTimes,
    now: Date.now,
    onFault: () => undefined,
  });
  await eventually('the daily time is put back', async () => {
    await keeper.pass();
    return (await handle.describe()).spec.calendars?.length;
  });
  expect(await theRun()).toMatchObject({ scheduledAt: due, ...MADE_ONCE });
  expect(await warnings()).toHaveLength(EXCEPTIONS);
}, 200_000);
