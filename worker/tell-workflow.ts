import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { planWorkflows } from '../domain/delivery/plan-workflows.ts';
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
 * Starts the delivery's own workflow after a resend, or wakes the run that is just ending: signal-with-start, so that
 * neither the signal nor the start can be lost between two runs.
 */
export async function resendWorkflow(client: Client, delivery: ClaimedDelivery, searchable: boolean): Promise<void> {
  const [workflow] = planWorkflows([{ ...delivery, ownWorkflow: false }], {
    carry: false,
    maxPerWorkflow: 1,
    newWorkflowId: () => delivery.id,
  });
  if (!workflow) return;
  await client.workflow.signalWithStart(DELIVER_WORKFLOW, {
    workflowId: delivery.id,
    taskQueue: TASK_QUEUE,
    args: [toInput(workflow, searchable)],
    signal: LOOK_AGAIN_SIGNAL,
    signalArgs: [{ ids: [delivery.id] }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...visibilityOf(workflow, searchable),
  });
}
