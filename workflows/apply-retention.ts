import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import { dailyScan, type ScanResult } from './daily-scan.ts';
import type { RetentionInput } from './messages.ts';

const { retentionPages } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Deletes what is older than its retention, in small batches; never what is still pending. */
export function applyRetention({ soFar }: RetentionInput): Promise<ScanResult> {
  return dailyScan(
    'deletes what is older than its retention',
    soFar,
    (stretch) =>
      retentionPages.executeWithOptions({ summary: stretch.progress?.part ?? 'from the beginning' }, [stretch]),
    (reached) => continueAsNew<typeof applyRetention>({ soFar: reached }),
  );
}
