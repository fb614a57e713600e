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
} from '@temporalio/workflow';
import type { Activities, AttemptReport, DeliveryReport } from '../activities/types.ts';
import { conclude, type DeliverResult, finish } from './conclude.ts';
import { detailsTable } from './details.ts';
import { type DeliverInput, type DeliverState, EXPORT_TASK_QUEUE, LOOK_AGAIN_SIGNAL, STATE_QUERY } from './messages.ts';

export const lookAgainSignal = defineSignal<[{ ids: string[] }]>(LOOK_AGAIN_SIGNAL);
export const stateQuery = defineQuery<DeliverState>(STATE_QUERY);

// The attempt's own failures are non-retryable; what Temporal retries is the lost worker and the store that does not answer.
// The bound is far above any exchange, because a finish waits in place while the store is away.
const { attempt } = proxyActivities<Activities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});
// A large dataset to a slow bucket takes hours; it is the heartbeat that tells a lost worker.
const { exportDataset } = proxyActivities<Activities>({
  taskQueue: EXPORT_TASK_QUEUE,
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});
const { cancelInStore } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/**
 * One delivery with all its retries, and its export before them, or a carrier: up to 100 deliveries that are due together, one
 * attempt each. The store says what is to be delivered; this decides when the next attempt is made, and guarantees that it is.
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
    let exportFirst = input.exportFirst ?? false;
    let exports = 0;
    for (;;) {
      told.clear();
      state.phase = exportFirst ? 'exporting' : 'attempting';
      const report = exportFirst
        ? await exportOnce(input, state, `export, try ${++exports}`)
        : (await attemptOnce(input, state, `attempt ${tries + 1} of ${input.triesInSchedule}`)).single;
      if (!report) throw ApplicationFailure.nonRetryable('the attempt gave no report', 'NoReport');
      exportFirst = report.exportFirst ?? false;
      const before = state.deliveries[0];
      if (report.generation !== before?.generation) tries = 0;
      else if (report.attemptCount > before.attemptCount) tries++;
      state.deliveries = [{ id: report.id, generation: report.generation, attemptCount: report.attemptCount }];
      state.outcomes = { [report.outcome]: 1 };
      if (report.state === 'pending')
        await waitUntilDue(report.dueInMs, exportFirst ? 'next try of the export' : 'next attempt');
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

function attemptOnce(input: DeliverInput, state: DeliverState, summary: string): Promise<AttemptReport> {
  setCurrentDetails(detailsTable(input.title, state));
  const { deliveries } = state;
  return reportOf(attempt.executeWithOptions({ summary }, [{ deliveries, carrier: input.carrier }]));
}

function exportOnce(input: DeliverInput, state: DeliverState, summary: string): Promise<DeliveryReport> {
  setCurrentDetails(detailsTable(input.title, state));
  const [delivery] = state.deliveries;
  if (!delivery) throw ApplicationFailure.nonRetryable('there is no delivery to export for', 'NoDelivery');
  return reportOf(exportDataset.executeWithOptions({ summary }, [{ delivery }]));
}

/** The activity's report; a failed attempt or export comes back as a failure whose details hold it. */
async function reportOf<Report>(running: Promise<Report>): Promise<Report> {
  try {
    return await running;
  } catch (error) {
    const report =
      error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
        ? error.cause.details?.[0]
        : undefined;
    if (!report) throw error;
    return report as Report;
  }
}
