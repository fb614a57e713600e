import { expect, it } from 'vitest';
import type { Schema } from '../../api/client.ts';
import { testableTypes } from './testable-types.ts';

const type = (dialect: string, name: string, origin: 'built_in' | 'registered' = 'built_in') =>
  ({ dialect, name, origin }) as Schema<'EventType'>;
const TYPES = [
  type('fltr', 'dataset.created'),
  type('fltr', 'document.deleted'),
  type('standard', 'delivery.failed'),
  type('standard', 'order.paid', 'registered'),
];

it.each([
  ['of its dialect, what it takes first', 'fltr', ['document.*'], ['document.deleted', 'dataset.created']],
  ['by dialect and name', 'fltr', ['fltr:document.deleted'], ['document.deleted', 'dataset.created']],
  [
    'never what Waybill alone raises; any type, where the dialect is open',
    'standard',
    null,
    ['order.paid', 'waybill.test'],
  ],
  ['in the standard envelope for every dialect', '*', null, ['order.paid', 'waybill.test']],
  ['nothing where there is nothing', 'orion', null, []],
])('tests are offered %s', (_, dialect, eventTypes, names) => {
  expect(testableTypes({ dialect, eventTypes }, TYPES).map(({ name }) => name)).toEqual(names);
});
