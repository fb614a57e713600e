import {
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { flowcertaWire } from '../../domain/dialects/flowcerta/wire.ts';
import { isRegistered, register, unregister } from '../trigger/lifecycle.ts';
import { ACKNOWLEDGE, DROP_REPEATS, eventsProperty, removalNotice } from '../trigger/properties.ts';
import { receive } from '../trigger/receive.ts';
import type { TriggerSystem } from '../trigger/system.ts';
import { openWebhookRegistry, type WebhookApi } from '../trigger/webhook-registry.ts';

const API: WebhookApi = { credential: 'flowcertaApi', title: 'Flowcerta', path: '/api/v1/org-webhooks' };

const SYSTEM: TriggerSystem = {
  credential: API.credential,
  wireOf: () => flowcertaWire,
  settingsOf: (node) => ({
    events: node.getNodeParameter('events') as string[],
    target: node.getNodeParameter('target', 'generic') as string,
  }),
  open: (hook) => openWebhookRegistry(hook, API),
  secretFrom: 'system',
  deliveryHeader: 'x-flowcerta-delivery',
};

/** Events of Flowcerta, directly or through Waybill, as its envelope or as a message for Slack or Teams. */
export class FlowcertaTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Flowcerta Trigger',
    name: 'flowcertaTrigger',
    icon: { light: 'file:../icons/flowcerta.svg', dark: 'file:../icons/flowcerta.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow on validations and expiring exceptions in Flowcerta',
    defaults: { name: 'Flowcerta Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'flowcertaApi', required: true }],
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
        {
          name: 'Exception Expiring Soon',
          value: 'exception.expiring_soon',
          description: 'An approved risk exception enters its warning window',
        },
        {
          name: 'Validation Below Threshold',
          value: 'validation.below_threshold',
          description: 'The score of a validation is under the threshold of the organization',
        },
        {
          name: 'Validation Completed',
          value: 'validation.completed',
          description: 'A validation finishes, passed or not',
        },
      ]),
      {
        displayName: 'Target',
        name: 'target',
        type: 'options',
        options: [
          { name: 'Generic', value: 'generic', description: 'The event itself' },
          { name: 'Slack', value: 'slack', description: 'A Block Kit message, ready to be posted' },
          { name: 'Teams', value: 'teams', description: 'A MessageCard, ready to be posted' },
        ],
        default: 'generic',
        description: 'What the data of the output is',
      },
      ACKNOWLEDGE,
      DROP_REPEATS,
      removalNotice('Flowcerta'),
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
