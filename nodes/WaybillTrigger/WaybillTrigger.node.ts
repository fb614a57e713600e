import {
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
  NodeOperationError,
} from 'n8n-workflow';
import { wireOf } from '../../domain/dialects/wires.ts';
import type { Server } from '../trigger/call.ts';
import { openEndpointRegistry } from '../trigger/endpoint-registry.ts';
import { isRegistered, register, unregister } from '../trigger/lifecycle.ts';
import { ACKNOWLEDGE, DROP_REPEATS } from '../trigger/properties.ts';
import { receive } from '../trigger/receive.ts';
import type { Parameters, TriggerSystem } from '../trigger/system.ts';
import { loadEventTypes } from './event-types.ts';
import { FILTERS, filterOf } from './filters.ts';

const SERVER: Server = { credential: 'waybillApi', title: 'Waybill' };

const SYSTEM: TriggerSystem = {
  credential: SERVER.credential,
  wireOf(node) {
    const wire = wireOf(dialectOf(node));
    if (wire === undefined) throw new NodeOperationError(node.getNode(), `Waybill has no dialect ${dialectOf(node)}`);
    return wire;
  },
  settingsOf(node) {
    const events = node.getNodeParameter('events') as string[];
    return { eventTypes: events.includes('*') ? null : events, ...filterOf(node) };
  },
  open: (hook) => openEndpointRegistry(hook, SERVER, dialectOf(hook)),
  // Waybill is told it; there is no other server.
  secretFrom: 'credential',
};

function dialectOf(node: Parameters): string {
  return String(node.getNodeParameter('dialect', 'standard'));
}

/** Events of any dialect in Waybill, chosen by type and by what they say. */
export class WaybillTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Waybill Trigger',
    name: 'waybillTrigger',
    icon: { light: 'file:../icons/waybill.svg', dark: 'file:../icons/waybill.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow on events that Waybill delivers, also those that came while n8n was down',
    defaults: { name: 'Waybill Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'waybillApi', required: true }],
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
        displayName: 'Dialect',
        name: 'dialect',
        type: 'options',
        options: [
          { name: 'Any', value: '*', description: 'Events of every dialect' },
          { name: 'FlexOrch', value: 'flexorch' },
          { name: 'Flowcerta', value: 'flowcerta' },
          { name: 'FLTR', value: 'fltr' },
          { name: 'Job Status', value: 'job-status' },
          { name: 'Orion', value: 'orion' },
          { name: 'Standard', value: 'standard', description: 'Events that were published without a dialect' },
        ],
        default: 'standard',
        description: 'Whose events start the workflow',
      },
      {
        displayName: 'Event Names or IDs',
        name: 'events',
        type: 'multiOptions',
        typeOptions: { loadOptionsMethod: 'loadEventTypes', loadOptionsDependsOn: ['dialect'] },
        default: [],
        required: true,
        description:
          'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
        hint: 'An expression may give patterns too, such as order.*',
      },
      FILTERS,
      ACKNOWLEDGE,
      DROP_REPEATS,
    ],
  };

  methods = { loadOptions: { loadEventTypes } };

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
