import { ApplicationFailureCategory, defineSearchAttributeKey } from '@temporalio/common';
import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { DeliveryReport } from '../activities/types.ts';
import { detailsTable } from './details.ts';
import type { DeliverInput, DeliverState } from './messages.ts';

/** Result of a run: deliveries by outcome. */
export interface DeliverResult {
  outcomes: Record<string, number>;
}

const outcomeAttribute = defineSearchAttributeKey('WaybillOutcome', 'KEYWORD');

/** Ends the run of a single delivery that is no longer pending; throws where it was not delivered, so that the workflow fails. */
export function conclude(input: DeliverInput, state: DeliverState, report: DeliveryReport): DeliverResult {
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

/** Writes the outcomes where Temporal's UI shows and finds them. `single`: the state of the only delivery. */
export function finish(
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
