import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { withoutEmpty } from '../../waybill-api/call.ts';
import { collection, DIALECT, LIST_FIELDS, listIn, picker, queryOf, SINCE, UNTIL } from '../fields.ts';
import type { Item } from '../item.ts';
import type { Resource } from '../operation.ts';

const EVENT_TYPE: INodeProperties = {
  displayName: 'Event Type',
  name: 'eventType',
  type: 'string',
  required: true,
  default: '',
  placeholder: 'order.created',
  description: 'Dotted name of what happened. Dialects with a fixed catalogue take their own types only.',
};

const DATA: readonly INodeProperties[] = [
  {
    displayName: 'Data',
    name: 'dataFrom',
    type: 'options',
    options: [
      { name: 'The Whole Item', value: 'item' },
      { name: 'Defined Below', value: 'json' },
    ],
    default: 'item',
    description: 'What the event carries',
  },
  {
    displayName: 'Data (JSON)',
    name: 'data',
    type: 'json',
    displayOptions: { show: { dataFrom: ['json'] } },
    default: '{}',
    description: 'A JSON object',
  },
];

const MORE = collection('additionalFields', 'Additional Fields', [
  { ...DIALECT, description: 'How the event looks on the wire. Default: that of the API key, else Standard.' },
  {
    displayName: 'Event ID',
    name: 'id',
    type: 'string',
    default: '',
    description: 'Unique in the organization: the same again is answered, but delivered no second time',
  },
  {
    displayName: 'Occurred At',
    name: 'occurredAt',
    type: 'dateTime',
    default: '',
    description: 'When it happened. Default: now.',
  },
  {
    displayName: 'Only to Endpoints',
    name: 'to',
    type: 'string',
    default: '',
    placeholder: 'ep_01…, ep_02…',
    description: 'IDs of the endpoints that alone get it, separated by commas. Default: all that take it.',
  },
  {
    displayName: 'Presence Name',
    name: 'presenceName',
    type: 'string',
    default: '',
    description: 'Endpoints of this presence name get it too',
  },
  {
    displayName: 'User ID',
    name: 'userId',
    type: 'string',
    default: '',
    description: 'Only endpoints of this user, or of none, get it',
  },
]);

const KEY: INodeProperties = {
  displayName: 'Idempotency Key',
  name: 'idempotencyKey',
  type: 'string',
  required: true,
  default: '',
  placeholder: 'order-1042',
  description:
    'Names what is published, such as the ID of an order: however often the item comes by, it is published once. 1 to 255 visible ASCII characters, kept for 30 days.',
};

async function publish(item: Item, headers: Record<string, string>): Promise<IDataObject> {
  const { to, occurredAt, ...more } = item.fields('additionalFields');
  const data = item.text('dataFrom') === 'json' ? (item.json('data') ?? {}) : item.input();
  const body = withoutEmpty({ ...more, to: listIn(to), occurredAt: item.instant(occurredAt) });
  return item.call({
    method: 'POST',
    path: '/v1/events',
    body: { type: item.text('eventType'), data, ...body },
    headers,
  });
}

/** Checked here, since what is no header cannot even be sent. */
function keyOf(item: Item): string {
  const key = item.text('idempotencyKey');
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw item.complaint(
    key === ''
      ? 'The idempotency key is empty'
      : 'The idempotency key has characters that it may not have, or too many',
    'It has 1 to 255 letters, digits and signs of ASCII, no spaces. An expression may encode it: {{ encodeURIComponent($json.name) }}.',
  );
}

const operations: Resource['operations'] = [
  {
    value: 'publish',
    name: 'Publish',
    action: 'Publish an event',
    description: 'Publish an event, which Waybill then delivers',
    fields: [EVENT_TYPE, ...DATA, MORE],
    run: (item) => publish(item, {}),
  },
  {
    value: 'publishOnce',
    name: 'Publish Once',
    action: 'Publish an event once',
    description: 'Publish an event under an idempotency key, so that repeats change nothing',
    fields: [EVENT_TYPE, KEY, ...DATA, MORE],
    run: (item) => publish(item, { 'Idempotency-Key': keyOf(item) }),
  },
  {
    value: 'get',
    name: 'Get',
    action: 'Get an event',
    description: 'Get an event with its data and its deliveries',
    fields: [picker('eventId', 'Event', 'searchEvents', 'evt_01…')],
    run: (item) => item.call({ method: 'GET', path: `/v1/events/${encodeURIComponent(item.id('eventId'))}` }),
  },
  {
    value: 'getAll',
    name: 'Get Many',
    action: 'Get many events',
    description: 'Get events, newest first, without their data',
    fields: [
      ...LIST_FIELDS,
      collection('filters', 'Filters', [
        DIALECT,
        { displayName: 'Event Type', name: 'type', type: 'string', default: '' },
        {
          displayName: 'Only Undelivered',
          name: 'unmatched',
          type: 'boolean',
          default: true,
          description: 'Whether to return only those that no endpoint takes',
        },
        SINCE,
        UNTIL,
      ]),
    ],
    run(item) {
      const { unmatched, ...query } = queryOf(item);
      return item.list({ path: '/v1/events', query: { ...query, ...(unmatched === true && { unmatched: 'true' }) } });
    },
  },
];

/** Publishing events, and reading what was published. */
export const eventResource: Resource = { value: 'event', name: 'Event', operations };
