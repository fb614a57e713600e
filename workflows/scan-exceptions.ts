import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import { dailyScan, type ScanResult } from './daily-scan.ts';
import type { OrganizationsInput } from './messages.ts';

const { exceptionPages } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Warns of approved exceptions that are about to expire and ends those that have, once each. */
export function scanExceptions({ at, soFar }: OrganizationsInput): Promise<ScanResult> {
  return dailyScan(
    'exceptions about to expire',
    soFar,
    (stretch) =>
      exceptionPages.executeWithOptions({ summary: stretch.progress?.part ?? 'from the beginning' }, [
        { at, ...stretch },
      ]),
    (reached) => continueAsNew<typeof scanExceptions>({ at, soFar: reached }),
  );
}
