import { expect, it } from 'vitest';
import { newId } from './ids.ts';

it('makes ids that carry their kind, differ, and sort in the order they were made', () => {
  const ids = Array.from({ length: 5_000 }, () => newId('evt'));
  expect(ids[0]).toMatch(/^evt_[0-9a-z]{26}$/);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});
