import type { INodeProperties } from 'n8n-workflow';
import { SEVERITIES } from '../../domain/destinations/message.ts';
import { KINDS } from '../destination-fields/kinds.ts';
import { propertiesOfKind } from '../destination-fields/properties.ts';

/** The longest that a run may wait for outcomes, in seconds. */
export const MAX_WAIT_SECONDS = 600;

const WHERE: readonly INodeProperties[] = [
  {
    displayName: 'Destination',
    name: 'destination',
    type: 'options',
    noDataExpression: true,
    options: KINDS.map(({ kind, title }) => ({ name: title, value: kind })),
    default: 'slack',
    description: 'Where the items go, through Waybill: it retries, keeps rate limits, and makes one ticket per subject',
  },
  {
    displayName: 'Endpoint',
    name: 'endpointFrom',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Existing', value: 'existing', description: 'One that Waybill has, with the credentials that it keeps' },
      { name: 'Defined Below', value: 'defined', description: 'Made in Waybill by this node, for this node only' },
    ],
    default: 'existing',
  },
  {
    displayName: 'Existing Endpoint',
    name: 'endpointId',
    type: 'resourceLocator',
    default: { mode: 'list', value: '' },
    required: true,
    displayOptions: { show: { endpointFrom: ['existing'] } },
    modes: [
      {
        displayName: 'From List',
        name: 'list',
        type: 'list',
        placeholder: 'Select the endpoint…',
        typeOptions: { searchListMethod: 'searchRoutes', searchable: true },
      },
      { displayName: 'By ID', name: 'id', type: 'string', placeholder: 'ep_01…' },
    ],
  },
  {
    displayName:
      'Waybill keeps these settings encrypted, but the workflow holds them as they are typed. Give secrets by an expression, such as {{ $vars.slackToken }}, or use an existing endpoint. They are the same for all items.',
    name: 'secretsNotice',
    type: 'notice',
    displayOptions: { show: { endpointFrom: ['defined'] } },
    default: '',
  },
];

const DEFINED: readonly INodeProperties[] = KINDS.flatMap((kind) =>
  propertiesOfKind(kind).map((property) => ({
    ...property,
    displayOptions: {
      show: { ...property.displayOptions?.show, endpointFrom: ['defined'], destination: [kind.kind] },
    },
  })),
);

const WHAT: readonly INodeProperties[] = [
  {
    displayName: 'Title',
    name: 'title',
    type: 'string',
    required: true,
    default: '',
    description: 'One line: what happened. The summary of a ticket.',
  },
  {
    displayName: 'Text',
    name: 'text',
    type: 'string',
    typeOptions: { rows: 3 },
    default: '',
    description: 'What there is to say about it',
  },
  {
    displayName: 'Subject Key',
    name: 'subject',
    type: 'string',
    default: '',
    placeholder: '={{ $json.orderId }}',
    description:
      'What it is about, such as the ID of an order: items of the same subject share one ticket or message. Empty: each item stands for itself.',
  },
  {
    displayName: 'Severity',
    name: 'severity',
    type: 'options',
    options: SEVERITIES.map((value) => ({ name: value.charAt(0).toUpperCase() + value.slice(1), value })),
    default: 'medium',
    description: 'How bad it is; a resolved subject is always Info',
  },
  {
    displayName: 'Resolved',
    name: 'resolved',
    type: 'boolean',
    default: false,
    description: 'Whether nothing is left to do about the subject: its ticket is resolved',
  },
  {
    displayName: 'Idempotency Key',
    name: 'idempotencyKey',
    type: 'string',
    required: true,
    default: '={{ $execution.id }}-{{ $runIndex }}-{{ $itemIndex }}',
    description:
      'The same key sends the same content once to an endpoint, for 30 days. By default a retry within an execution changes nothing, and a new execution sends again.',
  },
  {
    displayName: 'Wait for the Outcome',
    name: 'wait',
    type: 'boolean',
    noDataExpression: true,
    default: false,
    description: 'Whether to wait until the items are delivered, instead of going on once Waybill has them safely',
  },
  {
    displayName: 'Wait at Most (Seconds)',
    name: 'waitSeconds',
    type: 'number',
    noDataExpression: true,
    typeOptions: { minValue: 1, maxValue: MAX_WAIT_SECONDS },
    displayOptions: { show: { wait: [true] } },
    default: 60,
    description: 'For all items together. What is still on its way then is delivered all the same.',
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    default: {},
    options: [
      {
        displayName: 'Link',
        name: 'link',
        type: 'string',
        default: '',
        placeholder: 'https://example.com/orders/1042',
        description: 'An https address with more about it',
      },
      {
        displayName: 'Occurred At',
        name: 'occurredAt',
        type: 'dateTime',
        default: '',
        description: 'What is older than the newest of its subject changes no state. Default: now.',
      },
    ],
  },
];

/** All properties of the node, in the order of its form. */
export const PROPERTIES: INodeProperties[] = [...WHERE, ...DEFINED, ...WHAT];
