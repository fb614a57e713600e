import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { withoutEmpty } from '../../waybill-api/call.ts';
import { SECRET_FIELDS } from '../endpoint-settings.ts';
import { collection, type simplifiable } from '../fields.ts';
import type { Item } from '../item.ts';
import type { Operation } from '../operation.ts';

/** Which event a test or a preview is about. */
const EVENT_CHOICE = collection('eventChoice', 'Event', [
  {
    displayName: 'Event Type',
    name: 'type',
    type: 'string',
    default: '',
    description: 'Default: one that the endpoint takes',
  },
  {
    displayName: 'Data (JSON)',
    name: 'data',
    type: 'json',
    default: '{}',
    description: 'Default: the example of the event type',
  },
]);

const ROTATION = collection('rotation', 'Rotation', [
  {
    displayName: 'Overlap in Seconds',
    name: 'overlapSeconds',
    type: 'number',
    typeOptions: { minValue: 0 },
    default: 86_400,
    description: 'How long the old secret signs along. 0: not at all.',
  },
  ...SECRET_FIELDS,
]);

function choiceIn(item: Item): IDataObject {
  const { type, data } = item.fields('eventChoice');
  return withoutEmpty({ type, data: item.object('data', data) });
}

/** What can be done with an endpoint that stands; `path` is that of the endpoint. */
export function endpointActions(
  picked: INodeProperties,
  endpoint: ReturnType<typeof simplifiable>,
  path: (item: Item) => string,
): Operation[] {
  const post = (item: Item, verb: string, body: IDataObject = {}) =>
    item.call({ method: 'POST', path: `${path(item)}/${verb}`, body });
  const shown = async (item: Item, answer: Promise<IDataObject>) => endpoint.show(item, await answer);

  return [
    {
      value: 'check',
      name: 'Check',
      action: 'Check an endpoint',
      description: 'Ask Slack, Jira or ServiceNow whether its settings are good; a paused endpoint goes on if they are',
      fields: [picked],
      run: (item) => post(item, 'check'),
    },
    {
      value: 'disable',
      name: 'Disable',
      action: 'Disable an endpoint',
      description: 'Cancel its pending deliveries, and those of events to come',
      fields: [picked, endpoint.field],
      run: (item) => shown(item, post(item, 'disable')),
    },
    {
      value: 'enable',
      name: 'Enable',
      action: 'Enable an endpoint',
      description: 'Let it get events from now on',
      fields: [picked, endpoint.field],
      run: (item) => shown(item, post(item, 'enable')),
    },
    {
      value: 'preview',
      name: 'Preview',
      action: 'Preview an endpoint',
      description: 'Show the exact requests that an event would cause, without sending any',
      fields: [picked, EVENT_CHOICE],
      run: (item) => post(item, 'preview', choiceIn(item)),
    },
    {
      value: 'rotateSecret',
      name: 'Rotate Secret',
      action: 'Rotate the secret of an endpoint',
      description: 'Give it a new secret, which is returned this once',
      fields: [picked, endpoint.field, ROTATION],
      run: (item) => shown(item, post(item, 'rotate-secret', withoutEmpty(item.fields('rotation')))),
    },
    {
      value: 'test',
      name: 'Test',
      action: 'Test an endpoint',
      description: 'Publish a test event to this endpoint only; returns the ID of the event',
      fields: [picked, EVENT_CHOICE],
      run: (item) => post(item, 'test', choiceIn(item)),
    },
  ];
}
