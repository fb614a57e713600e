import {
  ScheduleAlreadyRunning,
  type ScheduleClient,
  type ScheduleDescription,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { ScanTime } from '../store/types.ts';
import { type DailyWork, type ListedSchedule, TASK_QUEUE } from '../workflows/messages.ts';
import { Passes } from './passes.ts';
import { isOurSchedule, type PlannedSchedule, planSchedules } from './schedule-plan.ts';

/** The reconciler's pace: a changed scan hour is known to Temporal within this time. */
const EVERY_MS = 30_000;
const CATCHUP_WINDOW_MS = 7 * 86_400_000;

export interface SchedulesPorts {
  client: ScheduleClient;
  scanTimes(): Promise<ScanTime[]>;
  /** Milliseconds since the epoch. */
  now(): number;
  onFault(where: string, error: unknown): void;
}

/**
 * Keeps Temporal's Schedules as the organizations' scan times want them: makes what is missing, changes what differs, deletes what
 * nobody needs. What an operator has set (pause, note) stays. Several workers may do so at once. What fails is tried again.
 */
export class Schedules implements DailyWork {
  readonly #ports: SchedulesPorts;
  /** Found as planned by this process, by id; told by their plan. */
  readonly #settled = new Map<string, string>();
  readonly #passes = new Passes(() => this.#pass(), EVERY_MS);

  constructor(ports: SchedulesPorts) {
    this.#ports = ports;
  }

  run(): void {
    this.#passes.run();
  }

  /** One pass; passes never overlap, and none rejects. */
  pass(): Promise<void> {
    return this.#passes.next();
  }

  stop(): Promise<void> {
    return this.#passes.stop();
  }

  async list(): Promise<ListedSchedule[]> {
    const listed: ListedSchedule[] = [];
    for await (const { scheduleId: id, spec, action, state, info } of this.#ports.client.list()) {
      if (!isOurSchedule(id)) continue;
      const last = info.recentActions.at(-1);
      listed.push({
        id,
        workflowType: action?.workflowType ?? '',
        timeZone: spec?.timezone || 'UTC',
        note: state.note ?? '',
        paused: state.paused,
        nextRunAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
        lastRunAt: last?.takenAt.toISOString() ?? null,
        lastWorkflowId: last?.action.workflow.workflowId ?? null,
      });
    }
    return listed.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async trigger(id: string): Promise<boolean> {
    if (!isOurSchedule(id)) return false;
    if (await this.#begin(id)) return true;
    // An organization may have come to its hour a moment ago.
    await this.pass();
    return this.#begin(id);
  }

  async #begin(id: string): Promise<boolean> {
    try {
      await this.#ports.client.getHandle(id).trigger(ScheduleOverlapPolicy.SKIP);
      return true;
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return false;
      throw error;
    }
  }

  async #pass(): Promise<void> {
    await this.#try(async () => {
      const { scanTimes, now, client } = this.#ports;
      const planned = planSchedules(await scanTimes(), new Date(now()).getUTCFullYear());
      const listed = new Set<string>();
      for await (const { scheduleId } of client.list()) listed.add(scheduleId);
      for (const schedule of planned) await this.#try(() => this.#settle(schedule, listed.has(schedule.id)));
      const wanted = new Set(planned.map(({ id }) => id));
      for (const id of listed) {
        if (isOurSchedule(id) && !wanted.has(id)) await this.#try(() => this.#delete(id));
      }
    });
  }

  /** Each by itself: one that Temporal refuses, as of a zone it does not know, keeps no other back. */
  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#ports.onFault('schedules', error);
    }
  }

  async #settle(schedule: PlannedSchedule, isListed: boolean): Promise<void> {
    const plan = JSON.stringify(schedule);
    if (isListed && this.#settled.get(schedule.id) === plan) return;
    const { client } = this.#ports;
    const options = optionsOf(schedule);
    try {
      const { id: scheduleId, note } = schedule;
      await client.create({ scheduleId, ...options, state: { note } });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      const handle = client.getHandle(schedule.id);
      // Only what differs is written: Temporal drops a run that falls due before it has taken an update up. What was missed before
      // the update came is made all the same.
      if (!isAsPlanned(await handle.describe(), schedule)) {
        await handle.update(({ state }) => ({ ...options, state }));
      }
    }
    this.#settled.set(schedule.id, plan);
  }

  async #delete(id: string): Promise<void> {
    this.#settled.delete(id);
    try {
      await this.#ports.client.getHandle(id).delete();
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
}

function optionsOf({ id, workflowType, args, timeZone, calendars }: PlannedSchedule) {
  return {
    spec: { calendars, timezone: timeZone },
    action: { type: 'startWorkflow' as const, workflowType, args, taskQueue: TASK_QUEUE, workflowId: id },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCHUP_WINDOW_MS },
  };
}

function isAsPlanned({ spec, action, policies }: ScheduleDescription, planned: PlannedSchedule): boolean {
  const comments = (calendars: readonly { comment?: string }[] = []) =>
    calendars.map(({ comment }) => comment ?? '').sort();
  const facts = (found: object, ...more: unknown[]) => JSON.stringify([found, ...more]);
  const { workflowType, args, timeZone, calendars } = planned;
  return (
    !spec.intervals?.length &&
    facts(comments(spec.calendars), spec.timezone, action.workflowType, action.args, action.taskQueue) ===
      facts(comments(calendars), timeZone, workflowType, args, TASK_QUEUE) &&
    policies.overlap === ScheduleOverlapPolicy.SKIP &&
    policies.catchupWindow === CATCHUP_WINDOW_MS
  );
}
