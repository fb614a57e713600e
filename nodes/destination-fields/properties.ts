import type { INodeProperties, NodeParameterValueType } from 'n8n-workflow';
import type { DestinationField } from '../../domain/destinations/fields.ts';
import { type Kind, moreOf, parameterOf, standsAlone } from './kinds.ts';

/**
 * The node's properties for the settings of a destination, as the API declares them. Secrets alone may be expressions: a saved
 * endpoint has one setting for all items, and one that changed from item to item would reach items on their way.
 */
export function propertiesOfKind(kind: Kind): INodeProperties[] {
  const alone = kind.fields.filter((field) => standsAlone(kind, field));
  const more = kind.fields.filter((field) => !standsAlone(kind, field));
  const collection: INodeProperties = {
    displayName: `${kind.title} Settings`,
    name: moreOf(kind),
    type: 'collection',
    placeholder: 'Add Setting',
    default: {},
    options: more.map((field) => propertyOf(kind, field, field.name, '/')),
  };
  const shown = alone.map((field) => propertyOf(kind, field, parameterOf(kind, field), ''));
  return more.length > 0 ? [...shown, collection] : shown;
}

/** Name of the `listSearch` method that lists a field's values. */
export function searchMethodOf(kind: Kind, field: Pick<DestinationField, 'name'>): string {
  const parameter = parameterOf(kind, field);
  return `search${parameter.charAt(0).toUpperCase()}${parameter.slice(1)}`;
}

/** Whether its values can be picked: of single ones. */
export function isPicked({ kind, loads }: DestinationField): boolean {
  return loads === true && kind === 'text';
}

/** `root`: how a property names those outside its collection. */
function propertyOf(kind: Kind, field: DestinationField, name: string, root: '' | '/'): INodeProperties {
  const { label, help, required, secret, when, placeholder } = field;
  return {
    displayName: titleCase(label),
    name,
    description: help,
    ...(required && { required }),
    ...(placeholder !== undefined && { placeholder }),
    ...(when && {
      displayOptions: { show: { [`${root}${parameterOf(kind, { name: when.field })}`]: [...when.in] } },
    }),
    ...(!secret && { noDataExpression: true }),
    ...shapeOf(kind, field),
  };
}

type Shape = Pick<INodeProperties, 'type' | 'typeOptions' | 'options' | 'default' | 'modes'>;

function shapeOf(kind: Kind, field: DestinationField): Shape {
  const { options = [], default: standard } = field;
  if (isPicked(field)) return pickedShape(kind, field);
  switch (field.kind) {
    case 'boolean':
      return { type: 'boolean', default: standard ?? false };
    case 'number':
      return { type: 'number', typeOptions: { minValue: 0, numberPrecision: 0 }, default: standard ?? 0 };
    case 'select':
      return {
        type: 'options',
        options: options.map(({ value, label }) => ({ name: label, value })),
        default: standard ?? options[0]?.value ?? '',
      };
    case 'list':
      return { type: 'string', typeOptions: { multipleValues: true, multipleValueButtonText: 'Add' }, default: [] };
    case 'map':
      return mapShape(options);
    default:
      return { type: 'string', ...(field.secret && { typeOptions: { password: true } }), default: standard ?? '' };
  }
}

function pickedShape(kind: Kind, field: DestinationField): Shape {
  const searchListMethod = searchMethodOf(kind, field);
  const { placeholder = '' } = field;
  return {
    type: 'resourceLocator',
    default: { mode: 'list', value: String(field.default ?? '') } as NodeParameterValueType,
    modes: [
      { displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod, searchable: true } },
      { displayName: 'By ID or Name', name: 'id', type: 'string', placeholder },
    ],
  };
}

function mapShape(names: NonNullable<DestinationField['options']>): Shape {
  const free: INodeProperties = { displayName: 'Name', name: 'name', type: 'string', default: '' };
  const options = names.map(({ value, label }) => ({ name: titleCase(label), value }));
  const [first] = options;
  const name: INodeProperties = first ? { ...free, type: 'options', options, default: first.value } : free;
  const value: INodeProperties = { displayName: 'Value', name: 'value', type: 'string', default: '' };
  return {
    type: 'fixedCollection',
    typeOptions: { multipleValues: true },
    options: [{ displayName: 'Entries', name: 'entries', values: [name, value] }],
    default: {},
  };
}

const SMALL_WORDS = new Set(['a', 'an', 'as', 'by', 'for', 'in', 'of', 'or', 'that', 'the', 'to', 'when', 'with']);

/** As n8n writes its labels. */
function titleCase(label: string): string {
  return label
    .split(' ')
    .map((word, i) => (i > 0 && SMALL_WORDS.has(word) ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join(' ');
}
