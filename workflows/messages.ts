import type { ScanProgress } from '../activities/types.ts';
import type { DeliveryRef } from '../domain/delivery/types.ts';

/** Names and shapes that cross between the gateway, the worker and the workflows. Free of packages, so that all may import it. */

/** The task queue of workflows and of all activities but exports. */
export const TASK_QUEUE = 'waybill';

/** Of exports: few at a time, so that a thousand that wait for a slow bucket hold up no attempt. */
export const EXPORT_TASK_QUEUE = 'waybill-exports';

/** Workflow type; Temporal's UI lists it under this name. */
export const DELIVER_WORKFLOW = 'deliver';

/** Workflow types of the daily work, as its schedules start them. */
export const SCAN_EXCEPTIONS_WORKFLOW = 'scanExceptions';
export const ALERT_THRESHOLDS_WORKFLOW = 'alertThresholds';
export const APPLY_RETENTION_WORKFLOW = 'applyRetention';

/** Signal: the store has changed for these deliveries (cancel, retry now, resend); look again. Its argument is a list of ids. */
export const LOOK_AGAIN_SIGNAL = 'lookAgain';

/** Query: what the workflow knows, as `DeliverState`. */
export const STATE_QUERY = 'state';

/** Input of `deliver`. One delivery keeps its retries inside; several (a carrier) make one attempt each and let go. */
export interface DeliverInput {
  deliveries: DeliveryRef[];
  /** Wait before the first act, in milliseconds; 0 or less: at once. */
  dueInMs: number;
  /** `true`: what fails is released in the store instead of being retried in this workflow. */
  carrier: boolean;
  /** Event type and host, such as `job.completed to hooks.example.com`. */
  title: string;
  /** Tries made before this workflow, and tries the schedule has in all: for "attempt 2 of 4". */
  triesBefore: number;
  triesInSchedule: number;
  /** `true`: the first act is an export. Absent in histories of before there were any. */
  exportFirst?: boolean;
  /** `false` where Temporal has no search attributes of ours: the outcome is then not upserted. */
  searchable: boolean;
}

/** Answer of the state query. */
export interface DeliverState {
  phase: 'attempting' | 'exporting' | 'waiting' | 'done';
  deliveries: DeliveryRef[];
  /** Milliseconds that the running timer was set to; null while attempting. */
  waitMs: number | null;
  outcomes: Record<string, number>;
}

/** A scan that goes on in a new run: as of when it is, and how far it has come. Schedules leave it out. */
export interface ScanSoFar {
  now: string;
  scheduledAt: string;
  progress: ScanProgress;
}

/** Input of `applyRetention`. */
export interface RetentionInput {
  soFar?: ScanSoFar;
}

/** Input of `scanExceptions` and `alertThresholds`: whose daily scan is at this full hour of this IANA time zone. */
export interface OrganizationsInput extends RetentionInput {
  at: { scanHour: number; scanTimeZone: string };
}

/** A schedule of the daily work as its operator sees it; times are ISO. Temporal's list, so a moment behind. */
export interface ListedSchedule {
  id: string;
  workflowType: string;
  timeZone: string;
  note: string;
  paused: boolean;
  /** Null while paused, and where none is to come. */
  nextRunAt: string | null;
  /** When the last run was begun, by hand or by the clock; null: never. */
  lastRunAt: string | null;
  lastWorkflowId: string | null;
}

/** The daily work in an operator's hands. Both reject when Temporal does not answer. */
export interface DailyWork {
  /** By id. */
  list(): Promise<ListedSchedule[]>;
  /** Begins a run now unless one is under way, also while paused. `false`: there is no such schedule. */
  trigger(id: string): Promise<boolean>;
}
