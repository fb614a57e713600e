import { describe, expect, test } from 'vitest';
import { type EndpointFilter, type FilterCondition, type FilterOperator, filtering } from './filter.ts';

const DATA = {
  total: 42,
  status: 'failed',
  paid: false,
  note: null,
  empty: '',
  at: '2026-11-21T19:30:00.000Z',
  labels: ['urgent', 'eu', 7],
  items: [
    { sku: 'a-1', price: 10 },
    { sku: 'b-2', price: 99.5 },
  ],
  'a.b': { '[c]': 'quoted', '*': 'star' },
  שלום: '👩🏽‍🚀 مرحبا',
};

const anEvent = (data: object = DATA, changes: { type?: string; dialect?: string } = {}) => ({
  id: 'evt_1',
  dialect: 'standard',
  type: 'order.changed',
  data: JSON.stringify(data),
  occurredAt: '2026-11-21T19:30:00.000Z',
  ...changes,
});

const aFilter = (changes: Partial<EndpointFilter>): EndpointFilter => ({
  match: 'all',
  conditions: [],
  minSeverity: null,
  ...changes,
});

const holds = (condition: FilterCondition, data: object = DATA) =>
  filtering(anEvent(data))(aFilter({ conditions: [condition] }));

describe('a condition', () => {
  test.each<[FilterOperator, string, FilterCondition['value'], boolean]>([
    ['equals', 'total', 42, true],
    ['equals', 'total', '42', false],
    ['equals', 'paid', false, true],
    ['equals', 'paid', null, false],
    ['equals', 'note', null, true],
    ['equals', 'empty', '', true],
    ['equals', 'status', 'Failed', false],
    ['equals', 'labels', 'urgent', false],
    ['equals', 'items', 'a-1', false],
    ['notEquals', 'status', 'failed', false],
    ['notEquals', 'status', 'done', true],
    ['contains', 'status', 'ail', true],
    ['contains', 'total', 4, false],
    ['contains', 'labels', 'urgent', true],
    ['contains', 'labels', 'urg', false],
    ['contains', 'labels', 7, true],
    ['contains', 'labels', '7', false],
    ['notContains', 'labels', 'us', true],
    ['notContains', 'status', 'ail', false],
    ['startsWith', 'status', 'fai', true],
    ['startsWith', 'status', 'ail', false],
    ['startsWith', 'labels', 'urgent', false],
    ['endsWith', 'status', 'led', true],
    ['endsWith', 'total', '2', false],
    ['in', 'status', ['failed', 'cancelled'], true],
    ['in', 'total', [1, 42], true],
    ['in', 'total', ['42'], false],
    ['notIn', 'status', ['failed'], false],
    ['notIn', 'status', ['done'], true],
    ['greaterThan', 'total', 41.9, true],
    ['greaterThan', 'total', 42, false],
    ['atLeast', 'total', 42, true],
    ['atLeast', 'total', '9', false],
    ['atLeast', 'status', 1, false],
    ['lessThan', 'total', 42, false],
    ['lessThan', 'total', 100, true],
    ['atMost', 'total', 42, true],
    ['atMost', 'note', 1, false],
    ['atMost', 'paid', 1, false],
    ['greaterThan', 'at', '2026-11-21T19:29:59.999Z', true],
    ['lessThan', 'at', '2026-11-21T19:29:59.999Z', false],
    ['lessThan', 'at', '2026-12', true],
    ['exists', 'note', undefined, true],
    ['exists', 'nothing', undefined, false],
    ['notExists', 'nothing', undefined, true],
    ['notExists', 'empty', undefined, false],
  ])('%s: %s against %j is %s', (operator, field, value, expected) => {
    expect(holds({ field, operator, value })).toBe(expected);
  });

  test.each<[FilterOperator, FilterCondition['value'], boolean]>([
    ['equals', null, false],
    ['notEquals', 'a', true],
    ['contains', 'a', false],
    ['notContains', 'a', true],
    ['startsWith', 'a', false],
    ['endsWith', 'a', false],
    ['in', [null], false],
    ['notIn', [null], true],
    ['greaterThan', -1, false],
    ['atLeast', -1, false],
    ['lessThan', 1, false],
    ['atMost', 1, false],
    ['exists', undefined, false],
    ['notExists', undefined, true],
  ])('%s, where the field is missing, is %3$s', (operator, value, expected) => {
    for (const field of ['nothing', 'status.length', 'labels.9', 'items.*.nothing']) {
      expect(holds({ field, operator, value })).toBe(expected);
    }
  });
});

describe('a field', () => {
  test.each<[string, FilterCondition['value']]>([
    ['items[0].sku', 'a-1'],
    ['items.1.price', 99.5],
    ['["a.b"]["[c]"]', 'quoted'],
    ['["a.b"]["*"]', 'star'],
    ['["\\u0061.b"]["[c]"]', 'quoted'],
    ['שלום', '👩🏽‍🚀 مرحبا'],
    ['items[*].sku', 'b-2'],
    ['items.*.sku', 'a-1'],
    ['*', 42],
    ['*.*.sku', 'b-2'],
  ])('%s finds %j', (field, value) => {
    expect(holds({ field, operator: 'equals', value })).toBe(true);
  });

  test('of every element: one is enough, and for the opposite none may be', () => {
    const field = 'items[*].price';
    expect(holds({ field, operator: 'greaterThan', value: 99 })).toBe(true);
    expect(holds({ field, operator: 'notEquals', value: 10 })).toBe(false);
    expect(holds({ field, operator: 'notEquals', value: 11 })).toBe(true);
  });

  test.each(['__proto__', 'constructor', 'toString', 'items.length', 'labels.map', 'status.0', 'items.__proto__'])(
    '%s is seen only where data has it',
    (field) => {
      expect(holds({ field, operator: 'exists' })).toBe(false);
    },
  );

  test('of the name of a prototype is found where data has it', () => {
    const event = { ...anEvent(), data: '{"__proto__":{"constructor":1}}' };
    const conditions = [{ field: '__proto__.constructor', operator: 'equals' as const, value: 1 }];
    expect(filtering(event)(aFilter({ conditions }))).toBe(true);
  });

  test('of a path that cannot be read is missing', () => {
    expect(holds({ field: 'a..b', operator: 'exists' })).toBe(false);
  });
});

describe('several conditions', () => {
  const yes: FilterCondition = { field: 'total', operator: 'equals', value: 42 };
  const no: FilterCondition = { field: 'total', operator: 'equals', value: 43 };

  test.each([
    ['all', [yes, yes], true],
    ['all', [yes, no], false],
    ['any', [no, yes], true],
    ['any', [no, no], false],
    ['any', [], true],
    ['all', [], true],
  ] as const)('%s of them', (match, conditions, expected) => {
    expect(filtering(anEvent())(aFilter({ match, conditions: [...conditions] }))).toBe(expected);
  });
});

describe('the least severity', () => {
  test.each([
    ['info', 'job.failed', true],
    ['high', 'job.failed', true],
    ['critical', 'job.failed', false],
    ['low', 'job.completed', false],
    ['info', 'job.completed', true],
  ] as const)('%s lets %s of a system pass: %s', (minSeverity, type, expected) => {
    const event = anEvent({ job_id: 'job_1' }, { type, dialect: 'flexorch' });
    expect(filtering(event)(aFilter({ minSeverity }))).toBe(expected);
  });

  test('takes what data itself says of an event of any type', () => {
    const filter = aFilter({ minSeverity: 'critical' });
    expect(filtering(anEvent({ severity: 'critical' }))(filter)).toBe(true);
    expect(filtering(anEvent({ severity: 'minor' }))(filter)).toBe(false);
  });

  test('must be met besides the conditions, also where one of them is enough', () => {
    const conditions = [{ field: 'a', operator: 'equals' as const, value: 1 }];
    const filter = aFilter({ match: 'any', conditions, minSeverity: 'high' });
    expect(filtering(anEvent({ a: 1, severity: 'low' }))(filter)).toBe(false);
    expect(filtering(anEvent({ a: 2, severity: 'high' }))(filter)).toBe(false);
    expect(filtering(anEvent({ a: 1, severity: 'high' }))(filter)).toBe(true);
  });
});

describe('data', () => {
  test('is not parsed for endpoints without a filter', () => {
    const passes = filtering({ ...anEvent(), data: 'not JSON' });
    expect(passes(null)).toBe(true);
    expect(() => passes(aFilter({ conditions: [{ field: 'a', operator: 'exists' }] }))).toThrow();
  });

  test('of a mebibyte of elements is looked through', () => {
    const many = { list: Array.from({ length: 100_000 }, (_, n) => ({ n })) };
    expect(holds({ field: 'list[*].n', operator: 'equals', value: 99_999 }, many)).toBe(true);
    expect(holds({ field: '*.*.*', operator: 'equals', value: 'none' }, many)).toBe(false);
  });
});
