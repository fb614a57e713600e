import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { FILTER_OPERATORS } from '../../domain/delivery/filter.ts';
import { SEVERITIES } from '../../domain/destinations/message.ts';
import type { Parameters } from '../trigger/system.ts';

/** Operators whose value is a list. */
const LISTS: ReadonlySet<string> = new Set(['in', 'notIn']);
/** Operators that take none. */
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['exists', 'notExists']);

/** What an event must have besides its type. Waybill decides, so that what does not match is not sent. */
export const FILTERS: INodeProperties = {
  displayName: 'Filters',
  name: 'filters',
  type: 'collection',
  placeholder: 'Add Filter',
  default: {},
  options: [
    {
      displayName: 'Conditions',
      name: 'conditions',
      type: 'fixedCollection',
      typeOptions: { multipleValues: true },
      placeholder: 'Add Condition',
      default: {},
      description: 'What the data of an event must say',
      options: [
        {
          displayName: 'Condition',
          name: 'condition',
          values: [
            {
              displayName: 'Field',
              name: 'field',
              type: 'string',
              default: '',
              placeholder: 'order.total',
              description: 'Path into the data of the event',
            },
            {
              displayName: 'Operator',
              name: 'operator',
              type: 'options',
              options: FILTER_OPERATORS.map((value) => ({ name: titleOf(value), value })),
              default: 'equals',
            },
            {
              displayName: 'Value',
              name: 'value',
              type: 'string',
              displayOptions: { hide: { operator: [...WITHOUT_VALUE] } },
              default: '',
              description:
                'Numbers, true, false and null mean themselves; with In and Not In several, separated by commas',
            },
          ],
        },
      ],
    },
    {
      displayName: 'Least Severity',
      name: 'minSeverity',
      type: 'options',
      options: SEVERITIES.map((value) => ({ name: titleOf(value), value })),
      default: 'high',
      description: 'Less severe events do not start the workflow',
    },
    {
      displayName: 'Match',
      name: 'match',
      type: 'options',
      options: [
        { name: 'All Conditions', value: 'all' },
        { name: 'Any Condition', value: 'any' },
      ],
      default: 'all',
      description: 'Whether each condition must hold, or one is enough',
    },
    {
      displayName: 'Presence Name',
      name: 'presenceName',
      type: 'string',
      default: '',
      description: 'Events of this presence start the workflow too, whatever their type',
    },
    {
      displayName: 'User ID',
      name: 'userId',
      type: 'string',
      default: '',
      description: 'Events of other users do not start the workflow',
    },
  ],
};

/** The settings of an endpoint that the filters say; null for each that says nothing. */
export function filterOf(node: Parameters): IDataObject {
  const given = (node.getNodeParameter('filters', {}) ?? {}) as IDataObject;
  const { condition = [] } = (given.conditions ?? {}) as { condition?: IDataObject[] };
  const conditions = condition.map(conditionOf);
  const minSeverity = given.minSeverity ?? null;
  const asked = conditions.length > 0 || minSeverity !== null;
  return {
    filter: asked ? { match: given.match ?? 'all', conditions, minSeverity } : null,
    presenceName: given.presenceName || null,
    userId: given.userId || null,
  };
}

function conditionOf({ field, operator, value }: IDataObject): IDataObject {
  const named = { field, operator };
  if (WITHOUT_VALUE.has(String(operator))) return named;
  const text = String(value ?? '');
  return {
    ...named,
    value: LISTS.has(String(operator)) ? text.split(',').map((part) => scalarOf(part.trim())) : scalarOf(text),
  };
}

/** Forms only give text; a number in quotes stays text. */
function scalarOf(text: string): string | number | boolean | null {
  if (/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/.test(text)) return JSON.parse(text);
  return /^"(?:[^"\\]|\\.)*"$/.test(text) ? JSON.parse(text) : text;
}

/** `notEquals` is shown as Not Equals. */
function titleOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
