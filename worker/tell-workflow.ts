import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { PlannedWorkflow } from '../domain/delivery/plan-workflows.ts';
import type { ClaimedDelivery } from '../store/types.ts';
import { DELIVER_WORKFLOW, LOOK_AGAIN_SIGNAL, TASK_QUEUE } from '../workflows/messages.ts';
import { toInput, visibilityOf } from './start-workflow.ts';

/** Tells a workflow that the store has changed for these deliveries. One that has ended needs no telling. */
export async function signalLookAgain(client: Client, workflowId: string, ids: readonly string[]): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(LOOK_AGAIN_SIGNAL, { ids });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/**
 * Starts a workflow that should be running, or wakes the run that is there, which may be just ending: signal-with-start, so
 * that neither the signal nor the start can be lost between two runs.
 */
export async function wakeWorkflow(
  client: Client,
  workflow: PlannedWorkflow<ClaimedDelivery>,
  searchable: boolean,
): Promise<void> {
  await client.workflow.signalWithStart(DELIVER_WORKFLOW, {
    workflowId: workflow.workflowId,
    taskQueue: TASK_QUEUE,
    args: [toInput(workflow, searchable)],
    signal: LOOK_AGAIN_SIGNAL,
    signalArgs: [{ ids: workflow.deliveries.map((d) => d.id) }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...visibilityOf(workflow, searchable),
  });
}
