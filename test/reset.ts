import type { Pipeline } from './pipeline.ts';

/** Reset as pressed in Temporal's UI, to the first workflow task; returns the new run's id. */
export async function resetToStart(pipeline: Pipeline, workflowId: string, runId: string): Promise<string> {
  const { events } = await pipeline.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const firstTask = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  const reset = await pipeline.client.workflowService.resetWorkflowExecution({
    namespace: pipeline.namespace.namespace,
    workflowExecution: { workflowId, runId },
    reason: 'a test',
    workflowTaskFinishEventId: firstTask?.eventId ?? null,
    requestId: `reset-${runId}`,
  });
  return reset.runId;
}
