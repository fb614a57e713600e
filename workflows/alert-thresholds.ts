import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import { dailyScan, type ScanResult } from './daily-scan.ts';
import type { OrganizationsInput } from './messages.ts';

const { thresholdPages } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Alerts of validations under their threshold that were not alerted yet, and of endpoints that fail more than theirs. */
export function alertThresholds({ at, soFar }: OrganizationsInput): Promise<ScanResult> {
  return dailyScan(
    'validations and endpoints past their thresholds',
    soFar,
    (stretch) =>
      thresholdPages.executeWithOptions({ summary: stretch.progress?.part ?? 'from the beginning' }, [
        { at, ...stretch },
      ]),
    (reached) => continueAsNew<typeof alertThresholds>({ at, soFar: reached }),
  );
}
