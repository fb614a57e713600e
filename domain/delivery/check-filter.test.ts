import { describe, expect, test } from 'vitest';
import { checkFilter } from './check-filter.ts';
import type { EndpointFilter, FilterCondition, FilterOperator } from './filter.ts';

const check = (changes: Partial<EndpointFilter>) =>
  checkFilter({ match: 'all', conditions: [], minSeverity: null, ...changes });

const aCondition = (changes: Partial<FilterCondition> = {}): FilterCondition => ({
  field: 'a',
  operator: 'equals',
  value: 1,
  ...changes,
});

describe('a filter', () => {
  test('of conditions, of a severity, or of both is usable', () => {
    expect(check({ conditions: [aCondition()] })).toEqual([]);
    expect(check({ minSeverity: 'high' })).toEqual([]);
    expect(check({ conditions: [aCondition()], minSeverity: 'high' })).toEqual([]);
  });

  test('that asks for nothing is refused', () => {
    expect(check({})).toEqual([{ field: '', rule: 'must have conditions or minSeverity; null is no filter' }]);
  });

  test('has at most 20 conditions', () => {
    const conditions = Array.from({ length: 20 }, () => aCondition());
    expect(check({ conditions })).toEqual([]);
    expect(check({ conditions: [...conditions, aCondition()] })).toEqual([
      { field: 'conditions', rule: 'must not be more than 20' },
    ]);
  });

  test('has at most 16,384 characters in all', () => {
    const conditions = Array.from({ length: 20 }, () => aCondition({ value: 'a'.repeat(1_024) }));
    expect(check({ conditions })).toEqual([{ field: '', rule: 'must not exceed 16384 characters as JSON' }]);
  });

  test('has every fault named, by condition', () => {
    const conditions = [aCondition(), aCondition({ field: '', value: [] }), aCondition({ operator: 'exists' })];
    expect(check({ conditions }).map(({ field }) => field)).toEqual([
      'conditions.1.field',
      'conditions.1.value',
      'conditions.2.value',
    ]);
  });
});

describe('a field', () => {
  test.each(['a', 'a.b', 'a[0]', 'a.0.b', '["a.b"]', '["a.b"].c', 'a["]"]', 'a[*].b', '*', 'a b', 'ü.漢', 'a-b.$c'])(
    '%s is usable',
    (field) => {
      expect(check({ conditions: [aCondition({ field })] })).toEqual([]);
    },
  );

  const PATH_RULE = 'must be a path into data, such as order.items[0].sku or meta["a.b"]';
  test.each([
    ['', PATH_RULE],
    ['.a', PATH_RULE],
    ['a.', PATH_RULE],
    ['a..b', PATH_RULE],
    ['a[]', PATH_RULE],
    ['a[b]', PATH_RULE],
    ['a[-1]', PATH_RULE],
    ['a[0', PATH_RULE],
    ['a]', PATH_RULE],
    ['[0]a', PATH_RULE],
    ['a.[0]', PATH_RULE],
    ['["a]', PATH_RULE],
    ['["\\x"]', PATH_RULE],
    ['a"b', PATH_RULE],
    ['a'.repeat(257), 'must not exceed 256 characters'],
  ])('%s is refused by its rule', (field, rule) => {
    expect(check({ conditions: [aCondition({ field })] })).toEqual([{ field: 'conditions.0.field', rule }]);
  });
});

describe('a value', () => {
  const long = 'a'.repeat(1_025);
  test.each<[FilterOperator, FilterCondition['value'], string | null]>([
    ['equals', 'a', null],
    ['equals', '', null],
    ['equals', null, null],
    ['equals', false, null],
    ['notEquals', undefined, 'must be a text, a number, true, false or null'],
    ['equals', ['a'], 'must be a text, a number, true, false or null'],
    ['equals', long, 'must not exceed 1024 characters'],
    ['contains', 0, null],
    ['contains', '', 'must not be empty, for every text has an empty part'],
    ['notContains', null, 'must be a text, a number, true or false'],
    ['startsWith', 'a', null],
    ['startsWith', '', 'must not be empty, for every text has an empty part'],
    ['endsWith', 1, 'must be a text'],
    ['endsWith', long, 'must not exceed 1024 characters'],
    ['in', ['a', 1, null, true], null],
    ['in', [], 'must be a list of 1 to 100 values'],
    ['notIn', 'a', 'must be a list of 1 to 100 values'],
    ['in', Array.from({ length: 101 }, () => 1), 'must be a list of 1 to 100 values'],
    ['in', ['a', long], 'must not exceed 1024 characters'],
    ['greaterThan', 1, null],
    ['atLeast', '2026-01-01', null],
    ['lessThan', true, 'must be a number or a text'],
    ['atMost', undefined, 'must be a number or a text'],
    ['exists', undefined, null],
    ['exists', true, 'must be absent with this operator'],
    ['notExists', null, 'must be absent with this operator'],
  ])('%s takes %j: %s', (operator, value, rule) => {
    const expected = rule === null ? [] : [{ field: 'conditions.0.value', rule }];
    expect(check({ conditions: [aCondition({ operator, value })] })).toEqual(expected);
  });
});
