import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { RETAINED } from '../domain/delivery/retained.ts';
import type { ScanStore } from '../store/types.ts';
import { runPages, type ScanPart } from './run-pages.ts';
import { toStoreFault } from './store-fault.ts';
import type { Activities, ScanInput, ScanProgress } from './types.ts';

export interface DailyScanPorts {
  scans: ScanStore;
  /** A clock that only moves forward. */
  nowMs(): number;
  /** Days that events, deliveries, attempts, validations and logs are kept. */
  retentionDays: number;
  /** Days in which an idempotency key is known again. */
  idempotencyDays: number;
}

/** One stretch: short enough that a worker that shuts down sees its end, long enough that a scan is a handful of activities. */
const STRETCH_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const DAY_MS = 86_400_000;
/** A local day lasts up to 25 hours; what the scan before has alerted is not alerted again. */
const LOCAL_DAY_MS = 25 * 3_600_000;
const PAGE = 500;

type DailyActivities = Pick<Activities, 'exceptionPages' | 'thresholdPages' | 'retentionPages'>;

/** The activities of the daily scans. Each runs pages for one stretch; the workflow goes on from the progress it returns. */
export function createDailyScans(ports: DailyScanPorts): DailyActivities {
  const { scans } = ports;
  return {
    exceptionPages: ({ at, now, progress }) =>
      stretch(ports, progress, [
        {
          name: 'exceptions',
          page: async (after) => {
            const { next, ...counts } = await scans.scanExceptions({ at, now, after, limit: PAGE });
            return { next, counts };
          },
        },
      ]),
    thresholdPages: ({ at, now, scheduledAt, progress }) => {
      const since = new Date(Date.parse(scheduledAt) - LOCAL_DAY_MS).toISOString();
      return stretch(ports, progress, [
        {
          name: 'validations',
          page: async (after) => {
            const { next, ...counts } = await scans.scanValidations({ at, now, since, after, limit: PAGE });
            return { next, counts };
          },
        },
        {
          name: 'endpoints',
          page: async (after) => {
            const { next, ...counts } = await scans.scanEndpoints({ at, now, after, limit: PAGE });
            return { next, counts };
          },
        },
      ]);
    },
    retentionPages: ({ now, progress }) => {
      const parts = RETAINED.map((what) => {
        const days = what === 'idempotency_keys' ? ports.idempotencyDays : ports.retentionDays;
        const before = new Date(Date.parse(now) - days * DAY_MS).toISOString();
        return {
          name: what,
          page: async (after: string | null) => {
            const { next, deleted } = await scans.deleteRetained(what, before, after);
            return { next, counts: { [what]: deleted } };
          },
        };
      });
      return stretch(ports, progress, parts);
    },
  };
}

/** A retry goes on from the last heartbeat; a page that was committed and not told of is run again and finds nothing to do. */
async function stretch(
  { nowMs }: DailyScanPorts,
  begin: ScanInput['progress'],
  parts: readonly ScanPart[],
): Promise<ScanProgress> {
  const told: ScanProgress | undefined = activityInfo().heartbeatDetails;
  let progress = told ?? begin;
  const beating = setInterval(() => heartbeat(progress ?? undefined), HEARTBEAT_MS);
  const endsAtMs = nowMs() + STRETCH_MS;
  try {
    return await runPages(parts, progress, {
      isOver: () => nowMs() >= endsAtMs,
      onPage(after) {
        progress = after;
        heartbeat(progress);
        cancellationSignal().throwIfAborted();
      },
    });
  } catch (error) {
    throw toStoreFault(error);
  } finally {
    clearInterval(beating);
  }
}
