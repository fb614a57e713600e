import { activityInfo, heartbeat } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { AttemptStore, BeginResult, RefusedAttempt } from '../store/types.ts';
import { toStoreFault } from './store-fault.ts';
import type { Activities, AttemptInput, AttemptReport, DeliveryReport } from './types.ts';

/** Sends one begun attempt and writes its end; `send.ts` implements it. */
export type SendAttempt = (
  begun: Extract<BeginResult, { kind: 'begun' }>,
  run: { workflowId: string; runId: string; release: boolean },
) => Promise<DeliveryReport>;

export interface AttemptPorts {
  store: AttemptStore;
  send: SendAttempt;
  /** Called once begin has answered, whatever it said: the dispatcher's slot is free again. */
  onBegun(workflowId: string): void;
  /** Called when the activity is over, however it ended. */
  onEnded(workflowId: string): void;
}

const HEARTBEAT_MS = 2_000;

/**
 * The `attempt` activity: begin in the store, send, finish in the store, for one delivery or for all of a carrier at once.
 * A failed attempt of a single delivery is thrown, non-retryable and benign, so that it stands red in Temporal's UI with its
 * code; the workflow reads the report from the failure's details. A carrier throws only if every member failed.
 */
export function createAttempt(ports: AttemptPorts): Activities['attempt'] {
  return async function attempt(input: AttemptInput): Promise<AttemptReport> {
    const info = activityInfo();
    const run = {
      workflowId: info.workflowExecution?.workflowId ?? '',
      runId: info.workflowExecution?.runId ?? '',
      release: input.carrier,
    };
    const beating = setInterval(() => heartbeat(), HEARTBEAT_MS);
    try {
      const begun = await ports.store.begin(
        input.deliveries.map((d) => ({
          ...d,
          workflowId: run.workflowId,
          runId: run.runId,
          activityAttempt: info.attempt,
        })),
      );
      ports.onBegun(run.workflowId);
      const reports = await Promise.all(begun.map((b) => (b.kind === 'begun' ? ports.send(b, run) : reportRefused(b))));
      return conclude(input, begun, reports);
    } catch (error) {
      throw toStoreFault(error);
    } finally {
      clearInterval(beating);
      ports.onEnded(run.workflowId);
    }
  };
}

function conclude(input: AttemptInput, begun: BeginResult[], reports: DeliveryReport[]): AttemptReport {
  const outcomes: Record<string, number> = {};
  for (const report of reports) outcomes[report.outcome] = (outcomes[report.outcome] ?? 0) + 1;
  const single = input.carrier ? null : (reports[0] ?? null);
  const report = { single, outcomes };
  const sent = reports.filter((_, i) => begun[i]?.kind === 'begun');
  const allFailed = sent.length > 0 && sent.every((r) => r.outcome !== 'delivered');
  if (!allFailed) return report;
  throw ApplicationFailure.create({
    type: sent[0]?.outcome ?? 'failed',
    message: input.carrier ? `none of ${sent.length} deliveries was accepted` : `attempt failed: ${sent[0]?.outcome}`,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
    details: [report],
  });
}

function reportRefused(refused: RefusedAttempt): DeliveryReport {
  const { deliveryId: id, generation, attemptCount, dueInMs } = refused;
  const outcome = refused.why === 'finished' ? (refused.status ?? 'finished') : refused.why;
  const exportFirst = refused.why === 'not_exported';
  const goesOn = exportFirst || refused.why === 'busy' || refused.why === 'not_due';
  const ended = refused.why === 'finished' && refused.status !== null && refused.status !== 'pending';
  const state = goesOn ? 'pending' : ended && refused.status ? refused.status : 'let_go';
  const named = refused.why === 'not_found' ? 'delivery_not_found' : outcome;
  const report = { id, state, outcome: named, generation, attemptCount, dueInMs, ended: null } as const;
  return exportFirst ? { ...report, exportFirst } : report;
}
