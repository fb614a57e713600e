import {
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { orionWire } from '../../domain/dialects/orion/wire.ts';
import { isRegistered, register, unregister } from '../trigger/lifecycle.ts';
import { ACKNOWLEDGE, DROP_REPEATS, removalNotice } from '../trigger/properties.ts';
import { receive } from '../trigger/receive.ts';
import type { TriggerSystem } from '../trigger/system.ts';
import { openWebhookRegistry, type WebhookApi } from '../trigger/webhook-registry.ts';

/** The header that Orion's document has receivers check. Waybill signs instead. */
const SECRET_HEADER = 'X-Webhook-Secret';

const API: WebhookApi = {
  credential: 'orionApi',
  title: 'Orion',
  path: '/v1alpha/webhooks/',
  tellSecret: (secret) => ({ headers: [{ name: SECRET_HEADER, value: secret }] }),
};

const SYSTEM: TriggerSystem = {
  credential: API.credential,
  wireOf: () => orionWire,
  settingsOf(node) {
    const text = (name: string) => String(node.getNodeParameter(name, '')).trim() || null;
    const events = (text('events') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    return {
      presence_name: text('presenceName'),
      user_id: text('userId'),
      events: events.length > 0 ? events : null,
    };
  },
  open: (hook) => openWebhookRegistry(hook, API),
  secretFrom: 'credential',
  secretHeader: SECRET_HEADER,
};

/** Events of Orion, directly or through Waybill: those of a presence name, or named ones. */
export class OrionTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Orion Trigger',
    name: 'orionTrigger',
    icon: { light: 'file:../icons/orion.svg', dark: 'file:../icons/orion.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["presenceName"] || $parameter["events"]}}',
    description: 'Starts the workflow on events of Orion, such as a finished analysis job',
    defaults: { name: 'Orion Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'orionApi', required: true }],
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
        displayName: 'Presence Name',
        name: 'presenceName',
        type: 'string',
        default: '',
        placeholder: 'job-notifications',
        description: 'Events of this presence start the workflow',
      },
      {
        displayName: 'Events',
        name: 'events',
        type: 'string',
        default: '',
        placeholder: 'job.completed, job.failed',
        description:
          'Names of events that start the workflow, separated by commas. With neither these nor a presence name every event does.',
      },
      {
        displayName: 'User ID',
        name: 'userId',
        type: 'string',
        default: '',
        description: 'Events of other users do not start the workflow',
      },
      ACKNOWLEDGE,
      DROP_REPEATS,
      removalNotice('Orion'),
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
