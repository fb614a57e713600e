import { randomUUID } from 'node:crypto';
import type { ScheduleOptions } from '@temporalio/client';
import { and, count, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { events, riskExceptions } from '../store/schema.ts';
import { isOurSchedule } from '../worker/schedule-plan.ts';
import { Schedules } from '../worker/schedules.ts';
import { SCAN_EXCEPTIONS_WORKFLOW, TASK_QUEUE } from '../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';

const DAY_MS = 86_400_000;
const UTC = { scanHour: 4, scanTimeZone: 'UTC' };

let p: Pipeline;
afterEach(() => p.close());

/** As another worker of the same store would keep them. */
const keeper = (now = Date.now(), client = p.client.schedule) =>
  new Schedules({
    client,
    scanTimes: p.store.scans.scanTimes,
    now: () => now,
    onFault: (where, error) => p.faults.push({ where, error }),
  });

async function ids(): Promise<string[]> {
  const found: string[] = [];
  for await (const { scheduleId } of p.client.schedule.list()) if (isOurSchedule(scheduleId)) found.push(scheduleId);
  return found.sort();
}
const listed = (want: string[]) =>
  eventually('the schedules are listed', async () => JSON.stringify(await ids()) === JSON.stringify(want.toSorted()));

async function exceptions(number: number, expiresInDays: number): Promise<void> {
  await p.store.db.insert(riskExceptions).values(
    Array.from({ length: number }, () => ({
      organizationId: p.organizationId,
      id: randomUUID(),
      ruleId: 'FC-1',
      fileName: 'Main.xaml',
      location: 'Main.xaml:42',
      reason: 'known',
      requestedByEmail: 'ops@example.com',
      status: 'approved' as const,
      expiresAt: new Date(Date.now() + expiresInDays * DAY_MS).toISOString(),
    })),
  );
}
async function warnings(): Promise<number> {
  const [row] = await p.store.db
    .select({ n: count() })
    .from(events)
    .where(and(eq(events.organizationId, p.organizationId), eq(events.type, 'exception.expiring_soon')));
  return row?.n ?? 0;
}

describe('the schedules of the daily work', () => {
  beforeEach(async () => {
    p = await aPipeline(undefined, { idle: true });
  });

  test('are one for each hour and zone, with a note; two workers make them at once; those not needed go', async () => {
    await Promise.all([keeper().pass(), keeper().pass()]);
    const utc = ['alert-thresholds-04-UTC', 'apply-retention', 'scan-exceptions-04-UTC'];
    await listed(utc);
    const described = await p.client.schedule.getHandle('scan-exceptions-04-UTC').describe();
    expect(described.state.note).toMatch(/^Daily at 04:00 UTC: warns of risk exceptions/);
    expect(described.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 7 * DAY_MS });
    expect(described.action).toMatchObject({
      workflowType: 'scanExceptions',
      taskQueue: 'waybill',
      args: [{ at: UTC }],
    });

    await p.store.alertSettings.update(p.organizationId, { scanHour: 6, scanTimeZone: 'America/New_York' });
    await keeper().pass();
    await listed(['alert-thresholds-06-America.New_York', 'apply-retention', 'scan-exceptions-06-America.New_York']);
    expect(p.faults).toEqual([]);
  });

  test('a pause and a note that an operator set survive a restart and a change of the plan', async () => {
    await keeper().pass();
    const handle = p.client.schedule.getHandle('scan-exceptions-04-UTC');
    await handle.pause('holidays');
    const before = await handle.describe();
    await keeper().pass();
    const restarted = await handle.describe();
    expect(restarted.state).toMatchObject({ paused: true, note: 'holidays' });
    expect(restarted.info.lastUpdatedAt).toEqual(before.info.lastUpdatedAt);

    await handle.update((prev) => ({ ...prev, spec: { calendars: [{ hour: 9 }] } }));
    await keeper().pass();
    const restored = await handle.describe();
    expect(restored.spec.calendars).toMatchObject([{ comment: 'daily at 04:00 UTC' }]);
    expect(restored.state).toMatchObject({ paused: true, note: 'holidays' });
    expect(p.faults).toEqual([]);
  });

  test('what Temporal refuses is reported, keeps no other back, and is done by a later pass', async () => {
    let refusing = true;
    const client: typeof p.client.schedule = Object.create(p.client.schedule, {
      create: {
        value: (options: ScheduleOptions) => {
          if (refusing && options.scheduleId === 'scan-exceptions-04-UTC') throw new Error('refused');
          return p.client.schedule.create(options);
        },
      },
    });
    const one = keeper(Date.now(), client);
    await one.pass();
    expect(p.faults).toMatchObject([{ where: 'schedules', error: { message: 'refused' } }]);
    await listed(['alert-thresholds-04-UTC', 'apply-retention']);
    refusing = false;
    await one.pass();
    await listed(['alert-thresholds-04-UTC', 'apply-retention', 'scan-exceptions-04-UTC']);
  });

  /** Times that Temporal lists for the schedule, within these. */
  async function times(id: string, from: string, to: string): Promise<string[]> {
    const instant = (text: string) => ({ seconds: (Date.parse(text) / 1_000) as never });
    const { startTime } = await p.client.workflowService.listScheduleMatchingTimes({
      namespace: p.namespace.namespace,
      scheduleId: id,
      startTime: instant(from),
      endTime: instant(to),
    });
    return (startTime ?? []).map(({ seconds }) => new Date(Number(seconds) * 1_000).toISOString().slice(0, 16));
  }

  test.each([
    ['follows daylight saving', 4, 'Europe/Berlin', '2027-03-27', '2027-03-30', ['27T03:00', '28T02:00', '29T02:00']],
    [
      'runs an hour that is skipped at the next valid one',
      2,
      'Europe/Berlin',
      '2027-03-27',
      '2027-03-29T12:00Z',
      ['27T01:00', '28T01:00', '29T00:00'],
    ],
    [
      'and so where clocks change at midnight',
      0,
      'America/Santiago',
      '2027-09-04',
      '2027-09-07',
      ['04T04:00', '05T04:00', '06T03:00'],
    ],
    [
      'and where they change by half an hour',
      2,
      'Australia/Lord_Howe',
      '2027-10-01T00:00:00Z',
      '2027-10-04T00:00:00Z',
      ['01T15:30', '02T15:30', '03T15:00'],
    ],
  ])('%s: %i:00 %s', async (_what, scanHour, scanTimeZone, from, to, want) => {
    await p.store.alertSettings.update(p.organizationId, { scanHour, scanTimeZone });
    await keeper(Date.parse('2026-11-21')).pass();
    const suffix = `0${scanHour}-${scanTimeZone.replace('/', '.')}`;
    expect((await times(`scan-exceptions-${suffix}`, from, to)).map((time) => time.slice(8))).toEqual(want);
    expect((await times(`alert-thresholds-${suffix}`, from, to)).map((time) => time.slice(8))).toEqual(want);
  });

  test('an hour that daylight saving repeats is listed once, and another scan would fire nothing twice', async () => {
    const at = { scanHour: 2, scanTimeZone: 'Europe/Berlin' };
    await p.store.alertSettings.update(p.organizationId, at);
    await keeper(Date.parse('2026-11-21')).pass();
    const listedTimes = await times('scan-exceptions-02-Europe.Berlin', '2027-10-29T12:00Z', '2027-11-01T12:00Z');
    expect(listedTimes.map((time) => time.slice(5))).toEqual(['10-30T00:00', '10-31T01:00', '11-01T01:00']);
    await exceptions(3, 2);
    const scan = () => p.store.scans.scanExceptions({ at, now: new Date().toISOString(), after: null, limit: 500 });
    expect([await scan(), await scan()]).toMatchObject([{ warned: 3 }, { warned: 0 }]);
    expect(await warnings()).toBe(3);
  });

  test('a run that was missed while no worker ran is caught up, each exception warned of once', async () => {
    await exceptions(5, 2);
    await keeper().pass();
    const handle = p.client.schedule.getHandle('scan-exceptions-04-UTC');
    await handle.update((prev) => ({ ...prev, spec: { intervals: [{ every: '1s' }] } }));
    await eventually('a run is due', async () => (await handle.describe()).info.numActionsTaken > 0);
    expect(await warnings()).toBe(0);
    await p.anotherRuntime();
    await eventually('it is caught up', async () => (await warnings()) === 5);
    const runs = await eventually('it is over', async () => {
      const { recentActions } = (await handle.describe()).info;
      return recentActions.length > 0 && recentActions;
    });
    const first = runs[0]?.action.workflow.workflowId ?? '';
    expect(await p.client.workflow.getHandle(first).result()).toEqual({ counts: { warned: 5, expired: 0 } });
    expect(await warnings()).toBe(5);
  });
});

describe('a scan', () => {
  const start = (workflowId: string) =>
    p.client.workflow.execute(SCAN_EXCEPTIONS_WORKFLOW, { workflowId, taskQueue: TASK_QUEUE, args: [{ at: UTC }] });

  test('begun by hand runs now, with its counts in the details', async () => {
    p = await aPipeline(undefined, { idle: true });
    await exceptions(3, 2);
    await exceptions(2, -1);
    const runtime = await p.anotherRuntime();
    await eventually('it is there', async () => (await runtime.schedules.list()).length === 3);
    expect(await runtime.schedules.trigger('scan-exceptions-04-UTC')).toBe(true);
    expect(await runtime.schedules.trigger('scan-exceptions-05-UTC')).toBe(false);
    expect(await runtime.schedules.trigger('nobody-s')).toBe(false);
    const { lastWorkflowId } = await eventually('it ran', async () => {
      const one = (await runtime.schedules.list()).find(({ id }) => id === 'scan-exceptions-04-UTC');
      return one?.lastRunAt ? one : false;
    });
    const handle = p.client.workflow.getHandle(lastWorkflowId ?? '');
    expect(await handle.result()).toEqual({ counts: { warned: 3, expired: 2 } });
    expect(await handle.query('__temporal_workflow_metadata')).toMatchObject({
      currentDetails: expect.stringContaining('warned: 3, expired: 2'),
    });
  });

  test('begun by hand at an hour that was set a moment ago runs too', async () => {
    p = await aPipeline();
    await eventually('the schedules are made', async () => (await p.runtime.schedules.list()).length === 3);
    await p.store.alertSettings.update(p.organizationId, { scanHour: 6, scanTimeZone: 'Europe/Berlin' });
    expect(await p.runtime.schedules.trigger('scan-exceptions-06-Europe.Berlin')).toBe(true);
    expect(await p.runtime.schedules.trigger('scan-exceptions-07-Europe.Berlin')).toBe(false);
  });

  test('twice at the same time, and broken off after pages that were committed: each exception is warned of once', async () => {
    let calls = 0;
    let broken = 0;
    p = await aPipeline((store) => ({
      store: {
        ...store,
        scans: {
          ...store.scans,
          async scanExceptions(request) {
            const page = await store.scans.scanExceptions(request);
            if (++calls % 2 === 0 && broken < 3) {
              broken++;
              throw new Error('broken off');
            }
            return page;
          },
        },
      },
    }));
    await exceptions(2_100, 2);
    await Promise.all([start('one'), start('two')]);
    expect(broken).toBe(3);
    expect(await warnings()).toBe(2_100);
    expect(await start('three')).toEqual({ counts: { warned: 0, expired: 0 } });
  });
});
