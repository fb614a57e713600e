import type { INodeProperties } from 'n8n-workflow';
import { withoutEmpty } from '../../waybill-api/call.ts';
import { collection, DIALECT, LIST_FIELDS, picker } from '../fields.ts';
import type { Item } from '../item.ts';
import type { Resource } from '../operation.ts';

const SOURCE = picker('sourceId', 'Source', 'searchSources', 'src_01…');

const NAME: INodeProperties = {
  displayName: 'Name',
  name: 'name',
  type: 'string',
  default: '',
  description: 'For people',
};
const SECRET: INodeProperties = {
  displayName: 'Secret',
  name: 'secret',
  type: 'string',
  typeOptions: { password: true },
  default: '',
  description: 'What the sender signs with. Until there is one, everything is refused.',
};

const OUTCOME: INodeProperties = {
  displayName: 'Outcome',
  name: 'outcome',
  type: 'options',
  options: [
    { name: 'Accepted', value: 'accepted' },
    { name: 'Malformed', value: 'malformed' },
    { name: 'Not Declared as JSON', value: 'unsupported_media_type' },
    { name: 'Not Listed One by One', value: 'unlogged' },
    { name: 'Repeated', value: 'repeated' },
    { name: 'Too Large', value: 'too_large' },
    { name: 'Unverified', value: 'unverified' },
  ],
  default: 'unverified',
};

function pathOf(item: Item): string {
  return `/v1/sources/${encodeURIComponent(item.id('sourceId'))}`;
}

const operations: Resource['operations'] = [
  {
    value: 'getAll',
    name: 'Get Many',
    action: 'Get many sources',
    description: 'Get sources, newest first',
    fields: [...LIST_FIELDS],
    run: (item) => item.list({ path: '/v1/sources' }),
  },
  {
    value: 'create',
    name: 'Create',
    action: 'Create a source',
    description: 'Create an address to which a system sends its webhooks; it is returned this once',
    fields: [DIALECT, collection('additionalFields', 'Additional Fields', [NAME, SECRET])],
    run: (item) => {
      const body = { dialect: item.text('dialect'), ...withoutEmpty(item.fields('additionalFields')) };
      return item.call({ method: 'POST', path: '/v1/sources', body });
    },
  },
  {
    value: 'get',
    name: 'Get',
    action: 'Get a source',
    description: 'Get a source, without its secret and address',
    fields: [SOURCE],
    run: (item) => item.call({ method: 'GET', path: pathOf(item) }),
  },
  {
    value: 'getReceipts',
    name: 'Get Receipts',
    action: 'Get the receipts of a source',
    description: 'Get what arrived at a source and what became of it, newest first',
    fields: [SOURCE, ...LIST_FIELDS, collection('filters', 'Filters', [OUTCOME])],
    run: (item) => item.list({ path: `${pathOf(item)}/receipts`, query: item.fields('filters') }),
  },
  {
    value: 'update',
    name: 'Update',
    action: 'Update a source',
    description: 'Change the name or the secret of a source',
    fields: [
      SOURCE,
      collection('additionalFields', 'Fields to Change', [
        NAME,
        SECRET,
        {
          displayName: 'Overlap in Seconds',
          name: 'overlapSeconds',
          type: 'number',
          typeOptions: { minValue: 0 },
          default: 86_400,
          description: 'How long the old secret is accepted along with a new one. 0: not at all.',
        },
      ]),
    ],
    run: (item) =>
      item.call({ method: 'PATCH', path: pathOf(item), body: withoutEmpty(item.fields('additionalFields')) }),
  },
  {
    value: 'rotateToken',
    name: 'Rotate Address',
    action: 'Rotate the address of a source',
    description: 'Give a source a new address, which is returned this once; the old one is unknown from then on',
    fields: [SOURCE],
    run: (item) => item.call({ method: 'POST', path: `${pathOf(item)}/rotate-token` }),
  },
  {
    value: 'delete',
    name: 'Delete',
    action: 'Delete a source',
    description: 'Delete a source and its log; its events stay',
    fields: [SOURCE],
    run: async (item) => {
      await item.call({ method: 'DELETE', path: pathOf(item) });
      return { deleted: true };
    },
  },
];

/** Sources: where systems send webhooks that Waybill takes in. */
export const sourceResource: Resource = { value: 'source', name: 'Source', operations };
