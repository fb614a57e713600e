import type { CalendarSpec } from '@temporalio/client';
import { skippedHours } from '../domain/alerts/skipped-hours.ts';
import type { ScanTime } from '../store/types.ts';
import {
  ALERT_THRESHOLDS_WORKFLOW,
  APPLY_RETENTION_WORKFLOW,
  type OrganizationsInput,
  type RetentionInput,
  SCAN_EXCEPTIONS_WORKFLOW,
} from '../workflows/messages.ts';

/** A Temporal Schedule as it should be. */
export interface PlannedSchedule {
  id: string;
  workflowType: string;
  args: [OrganizationsInput | RetentionInput];
  timeZone: string;
  /** Each with a comment from which alone it follows: two plans of the same comments are the same. */
  calendars: CalendarSpec[];
  /** What it is for; written when it is created, and the operator's from then on. */
  note: string;
}

/** A full UTC hour in which nobody's scan is by default. */
const RETENTION_TIME: ScanTime = { scanHour: 3, scanTimeZone: 'UTC' };

/** Schedules that are made and deleted here; others in the namespace are left alone. */
const OUR_ID = /^(?:(?:scan-exceptions|alert-thresholds)-\d\d-.+|apply-retention)$/;

export function isOurSchedule(id: string): boolean {
  return OUR_ID.test(id);
}

/**
 * All schedules for these scan times: two for each, and one for retention. `year`: the current one; hours that daylight saving
 * skips are planned for until the end of the year after the next.
 */
export function planSchedules(times: readonly ScanTime[], year: number): PlannedSchedule[] {
  const span = [Date.UTC(year, 0, 1), Date.UTC(year + 3, 0, 1)] as const;
  const skippedIn = new Map(
    [...new Set(times.map((time) => time.scanTimeZone))].map((zone) => [zone, skippedHours(zone, ...span)]),
  );
  const scans = times.flatMap((at) => {
    const { scanHour, scanTimeZone } = at;
    const calendars = [daily(at)];
    for (const { hour, instead } of skippedIn.get(scanTimeZone) ?? []) {
      if (hour === scanHour) calendars.push(once(instead, scanHour));
    }
    const when = { args: [{ at }] as [OrganizationsInput], timeZone: scanTimeZone, calendars };
    // A slash would cut the id in two where it stands in a path.
    const suffix = `${twoDigits(scanHour)}-${scanTimeZone.replaceAll('/', '.')}`;
    const clock = clockOf(at);
    return [
      {
        id: `scan-exceptions-${suffix}`,
        workflowType: SCAN_EXCEPTIONS_WORKFLOW,
        note: `Daily at ${clock}: warns of risk exceptions about to expire and ends those that have, of organizations that are scanned at this time.`,
        ...when,
      },
      {
        id: `alert-thresholds-${suffix}`,
        workflowType: ALERT_THRESHOLDS_WORKFLOW,
        note: `Daily at ${clock}: alerts of validations under their threshold and of failing endpoints, of organizations that are scanned at this time.`,
        ...when,
      },
    ];
  });
  return [...scans, retention()];
}

function retention(): PlannedSchedule {
  return {
    id: 'apply-retention',
    workflowType: APPLY_RETENTION_WORKFLOW,
    args: [{}],
    timeZone: RETENTION_TIME.scanTimeZone,
    calendars: [daily(RETENTION_TIME)],
    note: `Daily at ${clockOf(RETENTION_TIME)}: deletes what is older than its retention, never what is still pending.`,
  };
}

function daily(at: ScanTime): CalendarSpec {
  return { hour: at.scanHour, comment: `daily at ${clockOf(at)}` };
}

/** Temporal leaves out a local time that there is not. */
function once({ year, month, day, hour, minute }: ReturnType<typeof skippedHours>[number]['instead'], skipped: number) {
  const date = `${year}-${twoDigits(month)}-${twoDigits(day)}`;
  return {
    year,
    month: MONTHS[month - 1] ?? 'JANUARY',
    dayOfMonth: day,
    hour,
    minute,
    comment: `${date} at ${twoDigits(hour)}:${twoDigits(minute)}, since the clocks skip ${twoDigits(skipped)}:00`,
  };
}

const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;

function clockOf({ scanHour, scanTimeZone }: ScanTime): string {
  return `${twoDigits(scanHour)}:00 ${scanTimeZone}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
