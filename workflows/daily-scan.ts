import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { ScanInput, ScanProgress } from '../activities/types.ts';
import type { ScanSoFar } from './messages.ts';

/** Result of a daily scan: what was done, by kind. */
export interface ScanResult {
  counts: Record<string, number>;
}

/** Activities of one run, after which the scan goes on in a new one: far below what a history may hold. */
const MAX_STRETCHES = 20;

const scheduledKey = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * Runs `stretch` until the scan is done, with the counts in the current details; `goOn` continues as new when the history has grown.
 * What counts as now is the beginning of the first run, also when that is late.
 */
export async function dailyScan(
  title: string,
  soFar: ScanSoFar | undefined,
  stretch: (input: ScanInput) => Promise<ScanProgress>,
  goOn: (soFar: ScanSoFar) => Promise<never>,
): Promise<ScanResult> {
  const info = workflowInfo();
  const now = soFar?.now ?? info.startTime.toISOString();
  const scheduledAt = soFar?.scheduledAt ?? info.typedSearchAttributes.get(scheduledKey)?.toISOString() ?? now;
  let progress = soFar?.progress ?? null;
  for (let stretches = 0; ; stretches++) {
    setCurrentDetails(detailsOf(title, progress));
    if (progress && progress.part === null) return { counts: progress.counts };
    if (progress && (stretches === MAX_STRETCHES || workflowInfo().continueAsNewSuggested)) {
      await goOn({ now, scheduledAt, progress });
    }
    progress = await stretch({ now, scheduledAt, progress });
  }
}

function detailsOf(title: string, progress: ScanProgress | null): string {
  const phase = progress === null ? 'begins' : progress.part === null ? 'done' : `at ${progress.part}`;
  const counts = Object.entries(progress?.counts ?? {}).map(([name, count]) => `${name}: ${count}`);
  return [`**${title}**: ${phase}`, ...(counts.length > 0 ? ['', counts.join(', ')] : [])].join('\n');
}
