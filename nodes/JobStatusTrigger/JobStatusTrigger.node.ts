import {
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { jobStatusWire } from '../../domain/dialects/job-status/wire.ts';
import { callServer, isWaybill, type Server } from '../trigger/call.ts';
import { openEndpointRegistry } from '../trigger/endpoint-registry.ts';
import { isRegistered, register, unregister } from '../trigger/lifecycle.ts';
import { ACKNOWLEDGE, DROP_REPEATS, eventsProperty } from '../trigger/properties.ts';
import { receive } from '../trigger/receive.ts';
import type { TriggerSystem } from '../trigger/system.ts';
import { portalRegistry } from './portal-registry.ts';

const SERVER: Server = { credential: 'jobStatusApi', title: 'The job-status API' };
const PREFIX = `/${jobStatusWire.name}`;

const SYSTEM: TriggerSystem = {
  credential: SERVER.credential,
  wireOf: () => jobStatusWire,
  settingsOf: (node) => ({ eventTypes: node.getNodeParameter('events') as string[] }),
  async open(hook) {
    const probe = await callServer(hook, SERVER, { method: 'GET', path: '/v1/webhooks/portal' });
    if (!isWaybill(probe)) return portalRegistry(hook);
    // The dialect has no call that registers, as the system has none: endpoints are made in Waybill's own API.
    const waybill = { credential: SERVER.credential, title: 'Waybill', cut: PREFIX };
    return openEndpointRegistry(hook, waybill, jobStatusWire.name);
  },
  secretFrom: 'pasted',
};

/** Events of the job-status API: registered by itself in Waybill, by hand in the portal of the real system. */
export class JobStatusTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Job Status Trigger',
    name: 'jobStatusTrigger',
    icon: { light: 'file:../icons/job-status.svg', dark: 'file:../icons/job-status.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow when the status of an asynchronous job changes',
    defaults: { name: 'Job Status Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'jobStatusApi', required: true }],
    webhooks: [
      {
        name: 'default',
        httpMethod: 'POST',
        responseMode: '={{$parameter["acknowledge"]}}',
        // Of a run's end nothing but that it came, and after a start no text of n8n's own in place of the echo.
        responseData: '={{$parameter["acknowledge"] === "lastNode" ? "noData" : ""}}',
        path: 'webhook',
      },
    ],
    properties: [
      {
        displayName:
          'The job-status API has no call that registers webhooks: add the production URL above as an endpoint in its portal, choose the events there, and put the signing secret of that endpoint into the credential. Waybill needs none of this.',
        name: 'portalNotice',
        type: 'notice',
        default: '',
      },
      eventsProperty([
        { name: 'Job Cancelled', value: 'job.cancelled', description: 'A job was cancelled' },
        { name: 'Job Completed', value: 'job.completed', description: 'A job completed successfully' },
        { name: 'Job Created', value: 'job.created', description: 'A new asynchronous job was created' },
        { name: 'Job Failed', value: 'job.failed', description: 'A job failed with an error' },
        { name: 'Job Processing', value: 'job.processing', description: 'A job started processing' },
      ]),
      ACKNOWLEDGE,
      DROP_REPEATS,
    ],
  };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        return await isRegistered(this, SYSTEM);
      },
      async create(this: IHookFunctions): Promise<boolean> {
        await register(this, SYSTEM);
        return true;
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        return await unregister(this, SYSTEM);
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return await receive(this, SYSTEM);
  }
}
