import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { collection, listIn } from './fields.ts';
import type { Item } from './item.ts';

function text(name: string, displayName: string, description: string): INodeProperties {
  return { displayName, name, type: 'string', default: '', description };
}

function json(name: string, displayName: string, description: string): INodeProperties {
  return { displayName, name, type: 'json', default: '{}', description };
}

function number(name: string, displayName: string, description: string): INodeProperties {
  return { displayName, name, type: 'number', typeOptions: { minValue: 0 }, default: 0, description };
}

const SHARED: readonly INodeProperties[] = [
  text('description', 'Description', 'For people'),
  text('presenceName', 'Presence Name', 'Events of this presence match too. Empty: none.'),
  text('userId', 'User ID', 'Only events of this user, and those that name none. Empty: everyone’s.'),
  json(
    'filter',
    'Filter (JSON)',
    'Conditions on what an event says: {"match", "conditions", "minSeverity"}. {}: none.',
  ),
  json(
    'templates',
    'Templates (JSON)',
    'What messages say: {"title", "text", "subject", "fields"} in Liquid. {}: none.',
  ),
  json('options', 'Options (JSON)', 'Settings that only this dialect knows'),
  text(
    'retryDelays',
    'Retry Delays in Seconds',
    'Waits before the second, third … attempt, with commas. Empty: as usual.',
  ),
  number('timeoutMs', 'Timeout in Milliseconds', 'How long an answer is waited for. 0: as usual.'),
  number('maxConcurrency', 'Concurrent Attempts', 'Attempts open at the same time. 0: as usual.'),
  number('ratePerSecond', 'Requests per Second', 'The rest waits. 0: no limit.'),
  number('maxPerHour', 'Requests per Hour', 'The rest waits. 0: no limit.'),
  number(
    'alertFailureShare',
    'Reported at Share',
    'Share of failed attempts over 24 hours that is reported, 0 to 1. 0: never.',
  ),
  number('disableFailureShare', 'Disabled at Share', 'The same, above which the endpoint is disabled. 0: never.'),
  {
    displayName: 'Acknowledged Delivery',
    name: 'acknowledge',
    type: 'boolean',
    default: true,
    description: 'Whether an event counts as delivered only once the answer repeats the delivery ID',
  },
  {
    displayName: 'Headers',
    name: 'headers',
    type: 'fixedCollection',
    typeOptions: { multipleValues: true },
    default: {},
    description: 'Sent along with the dialect’s own',
    options: [
      {
        displayName: 'Header',
        name: 'entries',
        values: [
          { displayName: 'Name', name: 'name', type: 'string', default: '' },
          { displayName: 'Value', name: 'value', type: 'string', typeOptions: { password: true }, default: '' },
        ],
      },
    ],
  },
  {
    displayName: 'Basic Authentication',
    name: 'basicAuth',
    type: 'fixedCollection',
    default: {},
    options: [
      {
        displayName: 'User',
        name: 'user',
        values: [
          { displayName: 'User Name', name: 'username', type: 'string', default: '' },
          { displayName: 'Password', name: 'password', type: 'string', typeOptions: { password: true }, default: '' },
        ],
      },
    ],
  },
];

/** How an endpoint signs: at creation and rotation. */
export const SECRET_FIELDS: readonly INodeProperties[] = [
  {
    ...text('secret', 'Secret', 'What requests are signed with. Default: a fresh one, which this operation returns.'),
    typeOptions: { password: true },
  },
  {
    displayName: 'Signature',
    name: 'signature',
    type: 'options',
    options: [
      { name: 'Ed25519', value: 'ed25519' },
      { name: 'HMAC', value: 'hmac' },
    ],
    default: 'hmac',
    description: 'With Ed25519, receivers verify by a public key; only in the dialect Standard',
  },
];

/** Settings that creation and update share, and what only one of them has. */
export function settingsField(own: readonly INodeProperties[]): INodeProperties {
  return collection('settings', 'Settings', [...SHARED, ...own]);
}

/** What was set, as the API takes it: only what was added to the collection, so that an update leaves the rest alone. */
export function settingsIn(item: Item): IDataObject {
  const given = item.fields('settings');
  const body: IDataObject = {};
  for (const [name, value] of Object.entries(given)) {
    const read = READERS[name];
    const [field, set] = read ? read(value, item) : [name, value];
    body[field] = set as IDataObject[string];
  }
  return body;
}

type Reader = (value: unknown, item: Item) => readonly [field: string, value: unknown];

const orNull =
  (name: string): Reader =>
  (value) => [name, value === '' || value === 0 ? null : value];

function objectOrNull(name: string): Reader {
  return (value, item) => {
    const object = item.object(name, value);
    return [name, object === undefined || Object.keys(object).length === 0 ? null : object];
  };
}

const READERS: Readonly<Record<string, Reader>> = {
  presenceName: orNull('presenceName'),
  userId: orNull('userId'),
  timeoutMs: orNull('timeoutMs'),
  maxConcurrency: orNull('maxConcurrency'),
  ratePerSecond: orNull('ratePerSecond'),
  maxPerHour: orNull('maxPerHour'),
  alertFailureShare: orNull('alertFailureShare'),
  disableFailureShare: orNull('disableFailureShare'),
  filter: objectOrNull('filter'),
  templates: objectOrNull('templates'),
  options: (value, item) => ['options', item.object('options', value) ?? {}],
  config: (value, item) => ['config', item.object('config', value) ?? {}],
  acknowledge: (value) => ['acknowledge', value === true ? 'echo' : null],
  eventTypes: (value) => ['eventTypes', listIn(value) ?? null],
  retryDelays: (value) => ['retryDelaysMs', listIn(value)?.map((seconds) => Number(seconds) * 1000) ?? null],
  headers: (value) => ['headers', (value as { entries?: unknown[] }).entries ?? []],
  basicAuth: (value) => ['basicAuth', (value as { user?: unknown }).user ?? null],
};
