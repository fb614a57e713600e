import type { INodeParameters } from 'n8n-workflow';
import { eventTypeOf } from '../../domain/dialects/catalogues.ts';
import type { N8nClient, WorkflowNode } from './n8n-client.ts';
import type { WaybillOrganization } from './waybill-organization.ts';

/** One of the package's triggers against Waybill, and an event that starts it. */
export interface TriggerCase {
  /** Also the name of the trigger in its workflow. */
  node: string;
  credential: string;
  dialect: string;
  /** Of the dialect's routes, behind Waybill's address. */
  path: string;
  parameters: INodeParameters;
  type: string;
  data: object;
}

function exampleOf(dialect: string, type: string): object {
  return eventTypeOf(dialect, type)?.example as object;
}

export const TRIGGERS: TriggerCase[] = [
  {
    node: 'waybillTrigger',
    credential: 'waybillApi',
    dialect: 'standard',
    path: '',
    parameters: {
      events: ['order.*'],
      filters: { conditions: { condition: [{ field: 'total', operator: 'greaterThan', value: '5' }] } },
    },
    type: 'order.created',
    data: { id: 'o-7', total: 42.5, lines: [{ sku: 'a' }] },
  },
  {
    node: 'flexOrchTrigger',
    credential: 'flexOrchApi',
    dialect: 'flexorch',
    path: '/flexorch',
    parameters: { events: ['job.completed', 'job.failed'] },
    type: 'job.completed',
    data: exampleOf('flexorch', 'job.completed'),
  },
  {
    node: 'orionTrigger',
    credential: 'orionApi',
    dialect: 'orion',
    path: '/orion',
    parameters: { presenceName: 'job-notifications' },
    type: 'job.completed',
    data: { job_id: 'job_abc123', status: 'completed' },
  },
  {
    node: 'fltrTrigger',
    credential: 'fltrApi',
    dialect: 'fltr',
    path: '/fltr',
    parameters: { events: ['document.processed'] },
    type: 'document.processed',
    data: exampleOf('fltr', 'document.processed'),
  },
  {
    node: 'jobStatusTrigger',
    credential: 'jobStatusApi',
    dialect: 'job-status',
    path: '/job-status',
    parameters: { events: ['job.completed'] },
    type: 'job.completed',
    data: exampleOf('job-status', 'job.completed'),
  },
  {
    node: 'flowcertaTrigger',
    credential: 'flowcertaApi',
    dialect: 'flowcerta',
    path: '/flowcerta',
    parameters: { events: ['validation.completed'] },
    type: 'validation.completed',
    data: exampleOf('flowcerta', 'validation.completed'),
  },
];

/** The trigger as a workflow's node, with a credential for the organization. */
export async function triggerNode(
  n8n: N8nClient,
  { url, apiKey }: Pick<WaybillOrganization, 'url' | 'apiKey'>,
  { node, credential, path, parameters }: TriggerCase,
  more: INodeParameters = {},
): Promise<WorkflowNode> {
  return {
    name: node,
    type: `n8n-nodes-waybill.${node}`,
    parameters: { ...parameters, ...more },
    credentials: { [credential]: await n8n.credential(credential, { baseUrl: `${url}${path}`, apiKey }) },
  };
}

/** Publishes the case's event and returns its id. */
export function publishCase(organization: WaybillOrganization, { dialect, type, data }: TriggerCase): Promise<string> {
  const presence = dialect === 'orion' ? { presenceName: 'job-notifications' } : {};
  return organization.publish(type, data, { dialect, ...presence });
}
