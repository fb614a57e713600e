import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { BegunExport, ExportBegin } from '../store/types.ts';
import { abortLeftover } from './abort-upload.ts';
import { toExportFault } from './dataset-records.ts';
import { type ExportTryEnd, type ExportTryPorts, tryExport } from './export-try.ts';
import type { ExportProgress } from './make-export.ts';
import { toStoreFault } from './store-fault.ts';
import type { Activities, DeliveryReport, ExportInput } from './types.ts';

/** One wide line per try of an export. */
export interface ExportLog {
  deliveryId: string;
  organizationId: string;
  connectorId: number;
  datasetId: string | null;
  tries: number;
  /** `exported`, `overtaken` by a later try or the delivery's end, or the fault's code. */
  outcome: string;
  /** Why, in words; null unless it failed. */
  reason: string | null;
  records: number;
  bytes: number;
  durationMs: number;
  /** Null: it is not tried again. */
  retryInMs: number | null;
}

export interface ExportPorts extends ExportTryPorts {
  nowMs(): number;
  onExport(log: ExportLog): void;
}

const HEARTBEAT_MS = 2_000;

/**
 * The `exportDataset` activity: one try of the export that a delivery waits for. A failed one is thrown, non-retryable and benign
 * like a failed attempt, with the report in its details: what passes by itself is tried again by the workflow, after a timer.
 */
export function createExportDataset(ports: ExportPorts): Activities['exportDataset'] {
  return async function exportDataset(input: ExportInput): Promise<DeliveryReport> {
    const progress: ExportProgress = { records: 0, bytes: 0 };
    const beating = setInterval(() => heartbeat({ ...progress }), HEARTBEAT_MS);
    try {
      const workflowId = activityInfo().workflowExecution?.workflowId ?? '';
      const begun = await ports.store.begin({ id: input.delivery.id, workflowId });
      if (begun.kind !== 'begun') return await reportNoTry(ports, input, begun);
      const startedAtMs = ports.nowMs();
      const end = await tryExport(ports, begun, progress, cancellationSignal());
      ports.onExport(toLog(begun, end, progress, ports.nowMs() - startedAtMs));
      return conclude(begun, end);
    } catch (error) {
      throw toStoreFault(error);
    } finally {
      clearInterval(beating);
    }
  };
}

async function reportNoTry(
  ports: ExportPorts,
  { delivery }: ExportInput,
  begun: Exclude<ExportBegin, BegunExport>,
): Promise<DeliveryReport> {
  if (begun.kind === 'not_due') {
    const { generation, attemptCount, dueInMs } = begun;
    return { ...pending({ id: delivery.id, generation, attemptCount }, 'not_due'), dueInMs, exportFirst: true };
  }
  const { organizationId, leftover } = begun;
  if (leftover) {
    const aborting = abortLeftover(ports, { organizationId, deliveryId: delivery.id }, leftover, cancellationSignal());
    // Nobody waits for the file any more: a bucket that does not answer holds nothing up.
    await aborting.catch((error: unknown) => {
      if (!toExportFault(error)) throw error;
    });
  }
  return pending(delivery, 'no_export');
}

function conclude(begun: BegunExport, end: ExportTryEnd): DeliveryReport {
  const { deliveryId: id, generation } = begun.try;
  const report = pending({ id, generation, attemptCount: begun.attemptCount }, end.kind);
  if (end.kind !== 'failed') return report;
  const { fault, retryInMs } = end;
  const isOver = retryInMs === null;
  const failed: DeliveryReport = {
    ...report,
    outcome: fault.code,
    ...(isOver ? { state: 'failed', ended: 'not_retryable' } : { dueInMs: retryInMs, exportFirst: true }),
  };
  throw ApplicationFailure.create({
    type: fault.code,
    message: fault.message,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
    details: [failed],
  });
}

/** The delivery goes on: with its attempt, unless more is said. */
function pending({ id, generation, attemptCount }: ExportInput['delivery'], outcome: string): DeliveryReport {
  return { id, state: 'pending', outcome, generation, attemptCount, dueInMs: 0, ended: null };
}

function toLog(begun: BegunExport, end: ExportTryEnd, progress: ExportProgress, durationMs: number): ExportLog {
  const { records, bytes } = end.kind === 'exported' ? end.file : progress;
  return {
    deliveryId: begun.try.deliveryId,
    organizationId: begun.organizationId,
    connectorId: begun.order.connectorId,
    datasetId: begun.datasetId,
    tries: begun.try.tries,
    outcome: end.kind === 'failed' ? end.fault.code : end.kind,
    reason: end.kind === 'failed' ? end.fault.message : null,
    records,
    bytes,
    durationMs,
    retryInMs: end.kind === 'failed' ? end.retryInMs : null,
  };
}
