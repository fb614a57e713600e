import {
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { fltrWire } from '../../domain/dialects/fltr/wire.ts';
import { isRegistered, register, unregister } from '../trigger/lifecycle.ts';
import { ACKNOWLEDGE, DROP_REPEATS, eventsProperty, removalNotice } from '../trigger/properties.ts';
import { receive } from '../trigger/receive.ts';
import type { TriggerSystem } from '../trigger/system.ts';
import { openWebhookRegistry, type WebhookApi } from '../trigger/webhook-registry.ts';
import { sendTestEvent } from './test-event.ts';

const API: WebhookApi = { credential: 'fltrApi', title: 'FLTR', path: '/v1/webhooks' };

const SYSTEM: TriggerSystem = {
  credential: API.credential,
  wireOf: () => fltrWire,
  settingsOf: (node) => ({ events: node.getNodeParameter('events') as string[] }),
  open: (hook) => openWebhookRegistry(hook, API),
  secretFrom: 'system',
};

/** Events of FLTR, directly or through Waybill. */
export class FltrTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'FLTR Trigger',
    name: 'fltrTrigger',
    icon: { light: 'file:../icons/fltr.svg', dark: 'file:../icons/fltr.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow when documents or datasets change in FLTR',
    defaults: { name: 'FLTR Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'fltrApi', required: true }],
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
      eventsProperty([
        { name: 'Dataset Created', value: 'dataset.created', description: 'A new dataset is created' },
        { name: 'Dataset Deleted', value: 'dataset.deleted', description: 'A dataset is deleted' },
        { name: 'Dataset Updated', value: 'dataset.updated', description: 'Metadata of a dataset is updated' },
        { name: 'Document Deleted', value: 'document.deleted', description: 'A document is deleted' },
        { name: 'Document Processed', value: 'document.processed', description: 'Chunking and embedding is complete' },
        {
          name: 'Document Processing Failed',
          value: 'document.processing_failed',
          description: 'Processing of a document fails',
        },
        { name: 'Document Uploaded', value: 'document.uploaded', description: 'A new document is uploaded' },
      ]),
      {
        displayName: 'Send Test Event',
        name: 'sendTestEvent',
        type: 'boolean',
        default: true,
        description:
          'Whether FLTR is asked for a test event of the first type when you listen for one in the editor, so that you need not wait',
      },
      ACKNOWLEDGE,
      DROP_REPEATS,
      removalNotice('FLTR'),
    ],
  };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        return await isRegistered(this, SYSTEM);
      },
      async create(this: IHookFunctions): Promise<boolean> {
        const { id } = await register(this, SYSTEM);
        if (id !== null && this.getMode() === 'manual') await sendTestEvent(this, API, id);
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
