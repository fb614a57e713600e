import { expect, it } from 'vitest';
import { changesBetween } from './changes.ts';

const before = {
  name: 'a',
  types: ['x'] as string[] | null,
  limit: null as number | null,
  secret: 'hush',
  same: { a: 1 },
};
const fields = { shown: ['name', 'types', 'limit', 'same'], named: ['secret'] } as const;

it.each([
  ['nothing', {}, []],
  ['a text', { name: 'b' }, [{ field: 'name', from: 'a', to: 'b' }]],
  ['a list that is taken away', { types: null }, [{ field: 'types', from: ['x'], to: null }]],
  ['a number that was not there', { limit: 3 }, [{ field: 'limit', from: null, to: 3 }]],
  ['what is only named', { secret: 'other' }, [{ field: 'secret' }]],
  ['equal values that are not the same', { same: { a: 1 } }, []],
  ['a long value', { name: 'b'.repeat(600) }, [{ field: 'name' }]],
])('tells %s', (_what, change, changes) => {
  expect(changesBetween(before, { ...before, ...change }, fields)).toEqual(changes);
});
