import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { EXCEPTION_STATUSES } from '../../../domain/exceptions/risk-exception.ts';
import { collection, LIST_FIELDS, picker } from '../fields.ts';
import type { Item } from '../item.ts';
import type { Resource } from '../operation.ts';

const STATUS: INodeProperties = {
  displayName: 'Status',
  name: 'status',
  type: 'options',
  options: EXCEPTION_STATUSES.map((value) => ({ name: value.charAt(0).toUpperCase() + value.slice(1), value })),
  default: 'approved',
  description: 'Only approved ones are warned of, and expire',
};

function text(name: string, displayName: string, placeholder: string, description: string): INodeProperties {
  return { displayName, name, type: 'string', required: true, default: '', placeholder, description };
}

const FIELDS: readonly INodeProperties[] = [
  text('ruleId', 'Rule ID', 'UI-SEC-002', 'The rule that is not kept'),
  text('fileName', 'File Name', 'Main.xaml', 'The workflow file'),
  text('location', 'Location', 'Main.xaml:14', 'Where in the file'),
  text('reason', 'Reason', '', 'Why it is tolerated'),
  text('requestedByEmail', 'Requested by Email', 'name@example.com', 'Who asks for it'),
  { displayName: 'Expires At', name: 'expiresAt', type: 'dateTime', required: true, default: '' },
  STATUS,
  collection('additionalFields', 'Additional Fields', [
    {
      displayName: 'Exception ID',
      name: 'exceptionId',
      type: 'string',
      default: '',
      description: 'A UUID: the exception of this ID is replaced. Default: a new one.',
    },
  ]),
];

async function create(item: Item): Promise<IDataObject> {
  const { exceptionId } = item.fields('additionalFields');
  const texts = ['ruleId', 'fileName', 'location', 'reason', 'requestedByEmail', 'status'];
  return item.call({
    method: 'POST',
    path: '/flowcerta/api/v1/exceptions',
    body: {
      ...Object.fromEntries(texts.map((name) => [name, item.text(name)])),
      expiresAt: item.instant(item.raw('expiresAt')),
      ...(exceptionId && { exceptionId }),
    },
  });
}

const operations: Resource['operations'] = [
  {
    value: 'create',
    name: 'Create or Update',
    action: 'Create or update an exception',
    description: 'Create a new record, or update the current one if it already exists (upsert)',
    fields: FIELDS,
    run: create,
  },
  {
    value: 'get',
    name: 'Get',
    action: 'Get an exception',
    description: 'Get a risk exception',
    fields: [picker('exceptionId', 'Exception', 'searchExceptions', '123e4567-e89b-12d3-a456-426614174000')],
    run: (item) => {
      const id = encodeURIComponent(item.id('exceptionId'));
      return item.call({ method: 'GET', path: `/flowcerta/api/v1/exceptions/${id}` });
    },
  },
  {
    value: 'getAll',
    name: 'Get Many',
    action: 'Get many exceptions',
    description: 'Get risk exceptions, newest first',
    fields: [...LIST_FIELDS, collection('filters', 'Filters', [STATUS])],
    run: (item) => item.list({ path: '/flowcerta/api/v1/exceptions', query: item.fields('filters') }),
  },
];

/** Risk exceptions of Flowcerta's. */
export const exceptionResource: Resource = { value: 'exception', name: 'Exception', operations };
