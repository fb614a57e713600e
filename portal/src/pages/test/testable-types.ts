import type { Schema } from '../../api/client.ts';
import { isOperational } from '../catalogue/sort-types.ts';

type EventType = Schema<'EventType'>;
type Endpoint = Pick<Schema<'Endpoint'>, 'dialect' | 'eventTypes'>;

/** What is sent where the catalogue has nothing: open dialects take any type. */
const ANY_TYPE: EventType = {
  dialect: 'standard',
  name: 'waybill.test',
  description: 'A test that no event type stands for.',
  schema: null,
  example: { message: 'This is a test event from Waybill.' },
  origin: 'built_in',
  createdAt: null,
  updatedAt: null,
};

/**
 * The types that a test of this endpoint may have: of its dialect, those it subscribes to first. Waybill's own events are not
 * among them, since nobody else may publish them.
 */
export function testableTypes(endpoint: Endpoint, types: readonly EventType[]): EventType[] {
  const dialect = endpoint.dialect === '*' ? ANY_TYPE.dialect : endpoint.dialect;
  const own = types.filter((type) => type.dialect === dialect && !isOperational(type));
  const [taken, others] = [
    own.filter((type) => isTaken(endpoint, type)),
    own.filter((type) => !isTaken(endpoint, type)),
  ];
  const all = [...taken, ...others];
  return dialect === ANY_TYPE.dialect ? [...all, ANY_TYPE] : all;
}

/** Whether the endpoint gets events of this type: by name, by a pattern's beginning, by dialect and name. */
function isTaken({ eventTypes }: Endpoint, { dialect, name }: EventType): boolean {
  if (eventTypes === null) return true;
  return eventTypes.some((pattern) => {
    const [own, rest] = pattern.includes(':') ? (pattern.split(':', 2) as [string, string]) : [dialect, pattern];
    if (own !== dialect) return false;
    return rest === '*' || rest === name || (rest.endsWith('.*') && name.startsWith(rest.slice(0, -1)));
  });
}
