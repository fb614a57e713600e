import {
  type IDataObject,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { flexorchWire } from '../../domain/dialects/flexorch/wire.ts';
import { isRegistered, register, unregister } from '../trigger/lifecycle.ts';
import { ACKNOWLEDGE, DROP_REPEATS, eventsProperty, removalNotice } from '../trigger/properties.ts';
import { receive } from '../trigger/receive.ts';
import type { Parameters, TriggerSystem } from '../trigger/system.ts';
import { openWebhookRegistry, type WebhookApi } from '../trigger/webhook-registry.ts';

const API: WebhookApi = {
  credential: 'flexOrchApi',
  title: 'FlexOrch',
  path: '/v1/webhooks',
  tellSecret: (secret) => ({ secret }),
};

const SYSTEM: TriggerSystem = {
  credential: API.credential,
  wireOf: () => flexorchWire,
  settingsOf(node) {
    const events = node.getNodeParameter('events') as string[];
    const autoExport = events.includes('dataset.ready') && node.getNodeParameter('autoExport', false) === true;
    return { events, auto_export: autoExport ? exportOf(node) : null };
  },
  open: (hook) => openWebhookRegistry(hook, API),
  secretFrom: 'credential',
};

function exportOf(node: Parameters): IDataObject {
  return {
    connector_id: node.getNodeParameter('connectorId'),
    format: node.getNodeParameter('format'),
    prefix: node.getNodeParameter('prefix', ''),
  } as IDataObject;
}

/** Events of FlexOrch, directly or through Waybill. With auto export, the dataset is in the bucket before `dataset.ready` arrives. */
export class FlexOrchTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'FlexOrch Trigger',
    name: 'flexOrchTrigger',
    icon: { light: 'file:../icons/flexorch.svg', dark: 'file:../icons/flexorch.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow when FlexOrch finishes a job or a dataset is ready',
    defaults: { name: 'FlexOrch Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'flexOrchApi', required: true }],
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
        { name: 'Dataset Ready', value: 'dataset.ready', description: 'A dataset build completes' },
        { name: 'Job Completed', value: 'job.completed', description: 'A processing job finishes successfully' },
        { name: 'Job Failed', value: 'job.failed', description: 'A processing job fails' },
      ]),
      {
        displayName: 'Auto Export',
        name: 'autoExport',
        type: 'boolean',
        displayOptions: { show: { events: ['dataset.ready'] } },
        default: false,
        description: 'Whether to export the dataset to a connected bucket before the workflow starts',
      },
      {
        displayName: 'Connector ID',
        name: 'connectorId',
        type: 'number',
        typeOptions: { minValue: 1 },
        displayOptions: { show: { events: ['dataset.ready'], autoExport: [true] } },
        default: 1,
        required: true,
        description: 'Number of the connector that names the bucket',
      },
      {
        displayName: 'Format',
        name: 'format',
        type: 'options',
        options: [
          { name: 'CSV', value: 'csv' },
          { name: 'JSON Lines', value: 'jsonl' },
        ],
        displayOptions: { show: { events: ['dataset.ready'], autoExport: [true] } },
        default: 'jsonl',
        description: 'Format of the exported file',
      },
      {
        displayName: 'Prefix',
        name: 'prefix',
        type: 'string',
        displayOptions: { show: { events: ['dataset.ready'], autoExport: [true] } },
        default: '',
        placeholder: 'exports/',
        description: 'What the name of the file begins with',
      },
      ACKNOWLEDGE,
      DROP_REPEATS,
      removalNotice('FlexOrch'),
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
