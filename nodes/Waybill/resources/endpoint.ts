import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { ANY_DIALECT } from '../../../domain/delivery/match-endpoint.ts';
import { configOf } from '../../destination-fields/config.ts';
import { KINDS, kindOf } from '../../destination-fields/kinds.ts';
import { propertiesOfKind } from '../../destination-fields/properties.ts';
import { SECRET_FIELDS, settingsField, settingsIn } from '../endpoint-settings.ts';
import { DIALECT, DIALECT_OPTIONS, LIST_FIELDS, listIn, picker, simplifiable } from '../fields.ts';
import type { Item } from '../item.ts';
import type { Resource } from '../operation.ts';
import { endpointActions } from './endpoint-actions.ts';

const ENDPOINT = picker('endpointId', 'Endpoint', 'searchEndpoints', 'ep_01…');

const endpoint = simplifiable([
  'id',
  'url',
  'dialect',
  'destination',
  'description',
  'eventTypes',
  'disabled',
  'disabledReason',
  'pausedReason',
  'secret',
]);

const DESTINATION: INodeProperties = {
  displayName: 'Destination',
  name: 'destination',
  type: 'options',
  noDataExpression: true,
  options: [{ name: 'Webhook', value: 'webhook' }, ...KINDS.map(({ kind, title }) => ({ name: title, value: kind }))],
  default: 'webhook',
};

const EVENT_TYPES: INodeProperties = {
  displayName: 'Event Types',
  name: 'eventTypes',
  type: 'string',
  default: '',
  placeholder: 'job.completed, dataset.*',
  description: 'Names and patterns, separated by commas. Empty: all.',
};

const ENDPOINT_DIALECT: INodeProperties = {
  ...DIALECT,
  options: [{ name: 'Any', value: ANY_DIALECT }, ...DIALECT_OPTIONS],
  description: 'Whose events it takes, and how they look there',
};

/** The fields of every destination, each seen while it is chosen. */
const CONFIG_FIELDS = KINDS.flatMap((kind) =>
  propertiesOfKind(kind).map((property) => ({
    ...property,
    displayOptions: { show: { ...property.displayOptions?.show, destination: [kind.kind] } },
  })),
);

const URL_FIELD: INodeProperties = {
  displayName: 'URL',
  name: 'url',
  type: 'string',
  required: true,
  displayOptions: { show: { destination: ['webhook'] } },
  default: '',
  placeholder: 'https://example.com/webhooks',
};

const URL_SETTING: INodeProperties = { displayName: 'URL', name: 'url', type: 'string', default: '' };
const CONFIG_SETTING: INodeProperties = {
  displayName: 'Destination Settings (JSON)',
  name: 'config',
  type: 'json',
  default: '{}',
  description: 'Of Slack, Teams, Jira or ServiceNow: the fields that change; null takes one away',
};

function endpointPath(item: Item): string {
  return `/v1/endpoints/${encodeURIComponent(item.id('endpointId'))}`;
}

async function create(item: Item): Promise<IDataObject> {
  const destination = item.text('destination');
  const target =
    destination === 'webhook'
      ? { url: item.text('url') }
      : { destination, config: configOf(kindOf(destination), item.raw) };
  const eventTypes = listIn(item.text('eventTypes'));
  const body = { dialect: item.text('dialect'), ...target, ...(eventTypes && { eventTypes }), ...settingsIn(item) };
  return endpoint.show(item, await item.call({ method: 'POST', path: '/v1/endpoints', body }));
}

const operations: Resource['operations'] = [
  {
    value: 'getAll',
    name: 'Get Many',
    action: 'Get many endpoints',
    description: 'Get endpoints, newest first',
    fields: [...LIST_FIELDS, endpoint.field],
    run: async (item) => {
      const entries = await item.list({ path: '/v1/endpoints' });
      return entries.map((entry) => endpoint.show(item, entry));
    },
  },
  {
    value: 'create',
    name: 'Create',
    action: 'Create an endpoint',
    description: 'Create an endpoint; its secret is returned this once',
    fields: [
      DESTINATION,
      URL_FIELD,
      ...CONFIG_FIELDS,
      ENDPOINT_DIALECT,
      EVENT_TYPES,
      endpoint.field,
      settingsField(SECRET_FIELDS),
    ],
    run: create,
  },
  {
    value: 'get',
    name: 'Get',
    action: 'Get an endpoint',
    description: 'Get an endpoint, secrets masked',
    fields: [ENDPOINT, endpoint.field],
    run: async (item) => endpoint.show(item, await item.call({ method: 'GET', path: endpointPath(item) })),
  },
  {
    value: 'update',
    name: 'Update',
    action: 'Update an endpoint',
    description: 'Change what is given of an endpoint; deliveries under way follow',
    fields: [ENDPOINT, endpoint.field, settingsField([URL_SETTING, CONFIG_SETTING, EVENT_TYPES])],
    run: async (item) => {
      const call = { method: 'PATCH', path: endpointPath(item), body: settingsIn(item) } as const;
      return endpoint.show(item, await item.call(call));
    },
  },
  {
    value: 'delete',
    name: 'Delete',
    action: 'Delete an endpoint',
    description: 'Delete an endpoint; its pending deliveries are cancelled',
    fields: [ENDPOINT],
    run: async (item) => {
      await item.call({ method: 'DELETE', path: endpointPath(item) });
      return { deleted: true };
    },
  },
  ...endpointActions(ENDPOINT, endpoint, endpointPath),
];

/** Endpoints: what receives events, and its standing. */
export const endpointResource: Resource = { value: 'endpoint', name: 'Endpoint', operations };
