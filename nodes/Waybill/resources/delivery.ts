import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { collection, LIST_FIELDS, picker, queryOf, SINCE, simplifiable, UNTIL } from '../fields.ts';
import type { Item } from '../item.ts';
import type { Operation, Resource } from '../operation.ts';

const DELIVERY = picker('deliveryId', 'Delivery', 'searchDeliveries', 'dlv_01…');

const delivery = simplifiable([
  'id',
  'eventId',
  'endpointId',
  'eventType',
  'status',
  'reason',
  'attemptCount',
  'nextAttemptAt',
  'lastErrorCode',
  'createdAt',
]);

/** Without the exchanges, whose bodies may be long. */
const attempt = simplifiable([
  'number',
  'outcome',
  'statusCode',
  'errorCode',
  'errorMessage',
  'durationMs',
  'startedAt',
  'nextAttemptAt',
]);

const FILTERS: INodeProperties[] = [
  { displayName: 'Endpoint ID', name: 'endpointId', type: 'string', default: '' },
  { displayName: 'Event ID', name: 'eventId', type: 'string', default: '' },
  { displayName: 'Event Type', name: 'type', type: 'string', default: '' },
  {
    displayName: 'Status',
    name: 'status',
    type: 'options',
    options: [
      { name: 'Cancelled', value: 'cancelled' },
      { name: 'Delivered', value: 'delivered' },
      { name: 'Failed', value: 'failed' },
      { name: 'Pending', value: 'pending' },
    ],
    default: 'failed',
  },
  SINCE,
  UNTIL,
];

function pathOf(item: Item): string {
  return `/v1/deliveries/${encodeURIComponent(item.id('deliveryId'))}`;
}

async function get(item: Item): Promise<IDataObject> {
  const path = pathOf(item);
  const shown = delivery.show(item, await item.call({ method: 'GET', path }));
  const attempts = await item.whole({ path: `${path}/attempts` });
  return { ...shown, attempts: attempts.map((entry) => attempt.show(item, entry)) };
}

function control(value: string, name: string, action: string, description: string): Operation {
  return {
    value,
    name,
    action,
    description,
    fields: [DELIVERY, delivery.field],
    run: async (item) => {
      const verb = value === 'retryNow' ? 'retry-now' : value;
      return delivery.show(item, await item.call({ method: 'POST', path: `${pathOf(item)}/${verb}` }));
    },
  };
}

const operations: Resource['operations'] = [
  {
    value: 'getAll',
    name: 'Get Many',
    action: 'Get many deliveries',
    description: 'Get deliveries, newest first, without their attempts',
    fields: [...LIST_FIELDS, delivery.field, collection('filters', 'Filters', FILTERS)],
    run: async (item) => {
      const entries = await item.list({ path: '/v1/deliveries', query: queryOf(item) });
      return entries.map((entry) => delivery.show(item, entry));
    },
  },
  {
    value: 'get',
    name: 'Get',
    action: 'Get a delivery',
    description: 'Get a delivery with its attempts, oldest first',
    fields: [DELIVERY, delivery.field],
    run: get,
  },
  control('resend', 'Resend', 'Resend a delivery', 'Send a delivery that has ended again, its retries anew'),
  control('retryNow', 'Retry Now', 'Retry a delivery now', 'Make the next attempt of a pending delivery at once'),
  control('cancel', 'Cancel', 'Cancel a delivery', 'Cancel a pending delivery; an attempt under way still counts'),
];

/** What became of events at endpoints, and taking that in hand. */
export const deliveryResource: Resource = { value: 'delivery', name: 'Delivery', operations };
