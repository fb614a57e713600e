import { describe, expect, it } from 'vitest';
import { FILTER_OPERATORS } from '../../../../../domain/delivery/filter.ts';
import { emptyFilter, filterOf, OPERATOR_WORDS, readFilter } from './filter-model.ts';

describe('a filter', () => {
  it('has words for every operator', () => {
    expect(Object.keys(OPERATOR_WORDS)).toEqual([...FILTER_OPERATORS]);
  });

  it.each([
    ['EUR', 'EUR'],
    [' EUR ', 'EUR'],
    ['12', 12],
    ['"12"', '12'],
    ['true', true],
    ['null', null],
    ['{"a":1}', '{"a":1}'],
    ['', ''],
  ])('compares with %s as it is meant', (value, meant) => {
    const form = { ...emptyFilter(), conditions: [{ field: ' a.b ', operator: 'equals' as const, value }] };
    expect(filterOf(form)?.conditions).toEqual([{ field: 'a.b', operator: 'equals', value: meant }]);
  });

  it('without conditions is none', () => {
    expect(filterOf(emptyFilter())).toBeNull();
    expect(filterOf({ ...emptyFilter(), conditions: [{ field: ' ', operator: 'equals', value: 'x' }] })).toBeNull();
    expect(filterOf({ ...emptyFilter(), minSeverity: 'high' })).toEqual({
      match: 'all',
      conditions: [],
      minSeverity: 'high',
    });
  });

  it.each([
    ['text', 'EUR'],
    ['a text that looks like a number', '12'],
    ['a text with a comma', 'a, b'],
    ['a text with spaces around it', ' a '],
    ['nothing', ''],
    ['a number', 1.5],
    ['a list', ['EUR', 'USD']],
    ['a list of both', ['1', 1, true, null]],
    ['a list with commas', ['a, b', 'c', 3]],
  ])('that is read and sent unchanged stays as it is (%s)', (_, value) => {
    const operator = Array.isArray(value) ? ('in' as const) : ('equals' as const);
    const filter = { match: 'any' as const, conditions: [{ field: 'f', operator, value }], minSeverity: null };
    expect(filterOf(readFilter(filter))).toEqual(filter);
  });

  it('that asks whether a field is there compares with nothing', () => {
    const filter = {
      match: 'all' as const,
      conditions: [{ field: 'f', operator: 'exists' as const }],
      minSeverity: 'low' as const,
    };
    expect(filterOf(readFilter(filter))).toEqual(filter);
  });
});
