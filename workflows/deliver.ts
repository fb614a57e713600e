import { ApplicationFailureCategory, defineSearchAttributeKey } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Activities, AttemptReport, DeliveryReport } from '../activities/types.ts';
import { detailsTable } from './details.ts';
import { type DeliverInput, type DeliverState, LOOK_AGAIN_SIGNAL, STATE_QUERY } from './messages.ts';

export const lookAgainSignal = defineSignal<[{ ids: string[] }]>(LOOK_AGAIN_SIGNAL);
export const stateQuery = defineQuery<DeliverState>(STATE_QUERY);

const outcomeAttribute = defineSearchAttributeKey('WaybillOutcome', 'KEYWORD');

// The attempt's own failures are non-retryable; what Temporal retries is the lost worker and the store that does not answer.
// The bound is far above any exchange, because a finish waits in place while the store is away.
const { attempt } = proxyActivities<Activities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});
const { cancelInStore } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Result of a run: deliveries by outcome. */
export interface DeliverResult {
  outcomes: Record<string, number>;
}

/**
 * One delivery with all its retries, or a carrier: up to 100 deliveries that are due together, one attempt each. The store says
 * what is to be delivered; this decides when the next attempt is made, and guarantees that it is.
 */
export async function deliver(input: DeliverInput): Promise<DeliverResult> {
  const state: DeliverState = { phase: 'waiting', deliveries: input.deliveries, waitMs: null, outcomes: {} };
  const told = new Set<string>();
  setHandler(stateQuery, () => state);
  setHandler(lookAgainSignal, ({ ids }) => {
    for (const id of ids) told.add(id);
  });
  // What the store changed for some members of a carrier must not bring the attempts of the others forward.
  const allTold = () => state.deliveries.every((d) => told.has(d.id));

  const waitUntilDue = async (waitMs: number, summary: string): Promise<void> => {
    if (waitMs <= 0) return;
    Object.assign(state, { phase: 'waiting', waitMs });
    setCurrentDetails(detailsTable(input.title, state));
    await condition(allTold, waitMs, { summary });
    state.waitMs = null;
  };

  try {
    await waitUntilDue(input.dueInMs, input.carrier ? `next attempt of ${input.deliveries.length}` : 'next attempt');
    if (input.carrier) {
      state.phase = 'attempting';
      const { outcomes } = await attemptOnce(input, state, `first look at ${input.deliveries.length}`);
      return finish(input, state, outcomes);
    }
    let tries = input.triesBefore;
    for (;;) {
      told.clear();
      state.phase = 'attempting';
      const { single: report } = await attemptOnce(input, state, `attempt ${tries + 1} of ${input.triesInSchedule}`);
      if (!report) throw ApplicationFailure.nonRetryable('the attempt gave no report', 'NoReport');
      const before = state.deliveries[0];
      if (report.generation !== before?.generation) tries = 0;
      else if (report.attemptCount > before.attemptCount) tries++;
      state.deliveries = [{ id: report.id, generation: report.generation, attemptCount: report.attemptCount }];
      state.outcomes = { [report.outcome]: 1 };
      if (report.state === 'pending') await waitUntilDue(report.dueInMs, 'next attempt');
      // A resend may have come while the last attempt was being finished: its signal must not be lost with this run.
      else if (!allTold()) return conclude(input, state, report);
    }
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() => cancelInStore({ ids: state.deliveries.map((d) => d.id) }));
      finish(input, state, state.outcomes, 'cancelled');
    }
    throw error;
  }
}

/** Runs the activity; a failed attempt comes back as a failure whose details hold the report. */
async function attemptOnce(input: DeliverInput, state: DeliverState, summary: string): Promise<AttemptReport> {
  setCurrentDetails(detailsTable(input.title, state));
  try {
    return await attempt.executeWithOptions({ summary }, [{ deliveries: state.deliveries, carrier: input.carrier }]);
  } catch (error) {
    const report =
      error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
        ? error.cause.details?.[0]
        : undefined;
    if (!report) throw error;
    return report as AttemptReport;
  }
}

function conclude(input: DeliverInput, state: DeliverState, report: DeliveryReport): DeliverResult {
  const result = finish(input, state, { [report.outcome]: 1 }, report.state);
  if (report.outcome === 'delivery_not_found') {
    throw failure('delivery_not_found', 'the store does not know this delivery');
  }
  if (report.state === 'failed') {
    const type = report.ended === 'exhausted' || report.ended === null ? 'DeliveryExhausted' : 'DeliveryRefused';
    throw failure(type, `no further attempt after ${report.attemptCount}: ${report.outcome}`);
  }
  return result;
}

function failure(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, category: ApplicationFailureCategory.BENIGN });
}

function finish(
  input: DeliverInput,
  state: DeliverState,
  outcomes: Record<string, number>,
  single?: string,
): DeliverResult {
  state.phase = 'done';
  state.outcomes = outcomes;
  setCurrentDetails(detailsTable(input.title, state));
  if (input.searchable) upsertSearchAttributes([{ key: outcomeAttribute, value: single ?? overall(outcomes) }]);
  return { outcomes };
}

/** Outcomes of members that this workflow made no attempt for: they ended before, or another workflow has them. */
const NOT_ATTEMPTED = ['superseded', 'released', 'busy', 'not_due', 'delivery_not_found', 'cancelled'];

function overall(outcomes: Record<string, number>): string {
  const kinds = Object.keys(outcomes).filter((kind) => !NOT_ATTEMPTED.includes(kind));
  if (kinds.length === 0) return 'let_go';
  if (kinds.length === 1 && kinds[0] === 'delivered') return 'delivered';
  return kinds.includes('delivered') ? 'mixed' : 'failed';
}
