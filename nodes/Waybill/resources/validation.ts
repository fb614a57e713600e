import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { withoutEmpty } from '../../waybill-api/call.ts';
import { collection, LIST_FIELDS, picker } from '../fields.ts';
import type { Item } from '../item.ts';
import type { Resource } from '../operation.ts';

function text(name: string, displayName: string, placeholder: string, description: string): INodeProperties {
  return { displayName, name, type: 'string', required: true, default: '', placeholder, description };
}

const FIELDS: readonly INodeProperties[] = [
  text('platform', 'Platform', 'uipath', 'What the workflow runs on'),
  text('fileName', 'File Name', 'Main.xaml', 'The workflow file'),
  {
    displayName: 'Passed',
    name: 'passed',
    type: 'boolean',
    default: false,
    description: 'Whether the workflow keeps the policy',
  },
  {
    displayName: 'Score',
    name: 'score',
    type: 'number',
    typeOptions: { minValue: 0, maxValue: 100, numberPrecision: 2 },
    required: true,
    default: 0,
    description: 'The health score, 0 to 100',
  },
  text('enforcementMode', 'Enforcement Mode', 'blocking', 'How the policy is enforced'),
  text('policyPackSlug', 'Policy Pack', 'uipath-core', 'Slug of the policy pack'),
  {
    displayName: 'Findings (JSON)',
    name: 'findings',
    type: 'json',
    default: '[]',
    description: 'A list of {"ruleId", "severity", "category", "location", "description"}, in any order',
  },
  collection('additionalFields', 'Additional Fields', [
    { displayName: 'Label', name: 'label', type: 'string', default: '', description: 'What people call it' },
    {
      displayName: 'Validated At',
      name: 'validatedAt',
      type: 'dateTime',
      default: '',
      description: 'Default: now',
    },
    {
      displayName: 'Validation ID',
      name: 'validationId',
      type: 'string',
      default: '',
      description: 'A UUID: the same again changes nothing. Default: a new one.',
    },
  ]),
];

async function create(item: Item): Promise<IDataObject> {
  const { validatedAt, ...more } = item.fields('additionalFields');
  const texts = ['platform', 'fileName', 'enforcementMode', 'policyPackSlug'];
  return item.call({
    method: 'POST',
    path: '/flowcerta/api/v1/validations',
    body: {
      ...Object.fromEntries(texts.map((name) => [name, item.text(name)])),
      passed: item.flag('passed'),
      score: item.number('score'),
      findings: (item.parsed('findings', item.raw('findings')) ?? []) as IDataObject[],
      ...withoutEmpty({ ...more, validatedAt: item.instant(validatedAt) }),
    },
  });
}

const operations: Resource['operations'] = [
  {
    value: 'create',
    name: 'Create',
    action: 'Create a validation',
    description: 'Hand in the result of a validation; its events follow',
    fields: FIELDS,
    run: create,
  },
  {
    value: 'get',
    name: 'Get',
    action: 'Get a validation',
    description: 'Get the full result of a validation, with every finding',
    fields: [picker('validationId', 'Validation', 'searchValidations', '123e4567-e89b-12d3-a456-426614174000')],
    run: (item) => {
      const id = encodeURIComponent(item.id('validationId'));
      return item.call({ method: 'GET', path: `/flowcerta/api/v1/results/${id}` });
    },
  },
  {
    value: 'getAll',
    name: 'Get Many',
    action: 'Get many validations',
    description: 'Get validations, newest first, without their findings',
    fields: [...LIST_FIELDS],
    run: (item) => item.list({ path: '/flowcerta/api/v1/validations' }),
  },
];

/** Validations of Flowcerta's. */
export const validationResource: Resource = { value: 'validation', name: 'Validation', operations };
