import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { PlannedWorkflow } from '../domain/delivery/plan-workflows.ts';
import { ACKNOWLEDGED_POLICY, STANDARD_DELAYS_MS } from '../domain/delivery/retry-policy.ts';
import { wireOf } from '../domain/dialects/wires.ts';
import type { ClaimedDelivery } from '../store/types.ts';
import { DELIVER_WORKFLOW, type DeliverInput, TASK_QUEUE } from '../workflows/messages.ts';

export type StartWorkflow = (workflow: PlannedWorkflow<ClaimedDelivery>) => Promise<void>;

const organizationKey = defineSearchAttributeKey('WaybillOrganization', 'KEYWORD_LIST');
const endpointKey = defineSearchAttributeKey('WaybillEndpoint', 'KEYWORD_LIST');
const eventTypeKey = defineSearchAttributeKey('WaybillEventType', 'KEYWORD_LIST');
const outcomeKey = defineSearchAttributeKey('WaybillOutcome', 'KEYWORD');

/** A search attribute holds 2 KB: a carrier lists this many values of each. */
const MAX_VALUES = 50;

/** Starts `deliver` with its ids, summary and search attributes. "Already started" is success: a start's answer was lost. */
export function createStartWorkflow(client: Client, options: { searchable: boolean }): StartWorkflow {
  return async (workflow) => {
    try {
      await client.workflow.start(DELIVER_WORKFLOW, {
        workflowId: workflow.workflowId,
        taskQueue: TASK_QUEUE,
        args: [toInput(workflow, options.searchable)],
        // The first workflow task comes back with the start: 15 % less CPU in Temporal a workflow.
        requestEagerStart: true,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        ...visibilityOf(workflow, options.searchable),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };
}

/** The workflow's input: ids, counts and a title; never a body or a secret. */
export function toInput(workflow: PlannedWorkflow<ClaimedDelivery>, searchable: boolean): DeliverInput {
  const [first] = workflow.deliveries;
  return {
    deliveries: workflow.deliveries.map(({ id, generation, attemptCount }) => ({ id, generation, attemptCount })),
    dueInMs: workflow.dueInMs,
    carrier: workflow.carrier,
    title: titleOf(workflow),
    triesBefore: first?.tries ?? 0,
    triesInSchedule: first ? triesInSchedule(first) : 0,
    exportFirst: first?.exportState === 'needed',
    searchable,
  };
}

function triesInSchedule({ endpoint }: ClaimedDelivery): number {
  const policy = endpoint.acknowledged ? ACKNOWLEDGED_POLICY : wireOf(endpoint.dialect)?.retry;
  const delaysMs = endpoint.native ? STANDARD_DELAYS_MS : policy?.delaysMs;
  return 1 + (endpoint.retryCount ?? delaysMs?.length ?? 0);
}

/** What Temporal's UI shows and finds a workflow by: its title and search attributes. */
export function visibilityOf(workflow: PlannedWorkflow<ClaimedDelivery>, searchable: boolean) {
  return {
    staticSummary: titleOf(workflow),
    ...(searchable ? { typedSearchAttributes: attributesOf(workflow.deliveries) } : {}),
  };
}

function titleOf({ deliveries }: PlannedWorkflow<ClaimedDelivery>): string {
  const [first] = deliveries;
  if (!first) return '';
  const host = new URL(first.endpoint.url).host;
  if (deliveries.length === 1) return `${first.eventType} to ${host}`;
  const endpoints = new Set(deliveries.map((d) => d.endpointId)).size;
  return `${deliveries.length} deliveries to ${endpoints === 1 ? host : `${endpoints} endpoints`}`;
}

function attributesOf(deliveries: ClaimedDelivery[]): SearchAttributePair[] {
  const distinct = (values: string[]) => [...new Set(values)].slice(0, MAX_VALUES);
  return [
    { key: organizationKey, value: distinct(deliveries.map((d) => d.organizationId)) },
    { key: endpointKey, value: distinct(deliveries.map((d) => d.endpointId)) },
    { key: eventTypeKey, value: distinct(deliveries.map((d) => d.eventType)) },
    { key: outcomeKey, value: 'pending' },
  ];
}
