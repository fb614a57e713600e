import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { DIALECT_NAMES, wireOf } from '../../domain/dialects/wires.ts';
import type { Item } from './item.ts';

/** Which of a list, and how many. */
export const LIST_FIELDS: readonly INodeProperties[] = [
  {
    displayName: 'Return All',
    name: 'returnAll',
    type: 'boolean',
    default: false,
    description: 'Whether to return all results or only up to a given limit',
  },
  {
    displayName: 'Limit',
    name: 'limit',
    type: 'number',
    typeOptions: { minValue: 1 },
    displayOptions: { show: { returnAll: [false] } },
    default: 50,
    description: 'Max number of results to return',
  },
];

const SIMPLIFY: INodeProperties = {
  displayName: 'Simplify',
  name: 'simplify',
  type: 'boolean',
  default: true,
  description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** A choice between few fields and all, for what has many: the field, and the answer as it was chosen. */
export function simplifiable(names: readonly string[]) {
  return {
    field: SIMPLIFY,
    show: (item: Item, entry: IDataObject): IDataObject =>
      item.flag('simplify')
        ? Object.fromEntries(names.filter((name) => name in entry).map((name) => [name, entry[name]]))
        : entry,
  };
}

/** A field that points at one thing of Waybill's: picked from a list with search, or given by id. */
export function picker(
  name: string,
  displayName: string,
  searchListMethod: string,
  placeholder: string,
): INodeProperties {
  return {
    displayName,
    name,
    type: 'resourceLocator',
    default: { mode: 'list', value: '' },
    required: true,
    modes: [
      {
        displayName: 'From List',
        name: 'list',
        type: 'list',
        placeholder: `Select the ${displayName.toLowerCase()}…`,
        typeOptions: { searchListMethod, searchable: true },
      },
      { displayName: 'By ID', name: 'id', type: 'string', placeholder },
    ],
  };
}

/** What is added only where it is wanted. */
export function collection(name: string, displayName: string, options: INodeProperties[]): INodeProperties {
  const sorted = options.sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
  const placeholder = name === 'filters' ? 'Add Filter' : 'Add Field';
  return { displayName, name, type: 'collection', placeholder, default: {}, options: sorted };
}

export const DIALECT_OPTIONS: INodePropertyOptions[] = DIALECT_NAMES.map((value) => ({
  name: value === 'standard' ? 'Standard' : (wireOf(value)?.title ?? value),
  value,
}));

export const DIALECT: INodeProperties = {
  displayName: 'Dialect',
  name: 'dialect',
  type: 'options',
  options: DIALECT_OPTIONS,
  default: 'standard',
  description: 'The system whose webhooks it looks and behaves like',
};

export const SINCE: INodeProperties = {
  displayName: 'Since',
  name: 'since',
  type: 'dateTime',
  default: '',
  description: 'Only what was created at this time or later',
};

export const UNTIL: INodeProperties = {
  displayName: 'Until',
  name: 'until',
  type: 'dateTime',
  default: '',
  description: 'Only what was created before this time',
};

/** What the filters of a list ask for, times in ISO 8601. */
export function queryOf(item: Item): IDataObject {
  const { since, until, ...rest } = item.fields('filters');
  return { ...rest, since: item.instant(since), until: item.instant(until) };
}

/** Entries of a text with commas; undefined for none. */
export function listIn(text: unknown): string[] | undefined {
  const entries = String(text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.length > 0 ? entries : undefined;
}
