import { expect, it } from 'vitest';
import { createTries } from './tries.ts';

it('allows so many wrong tries in each window, by caller', () => {
  let nowMs = 0;
  const tries = createTries({ limit: 2, windowMs: 1_000, now: () => nowMs });
  tries.wasWrong('a');
  expect(tries.mayTry('a')).toBe(true);
  tries.wasWrong('a');
  expect([tries.mayTry('a'), tries.mayTry('b')]).toEqual([false, true]);
  nowMs = 1_000;
  expect(tries.mayTry('a')).toBe(true);
});

it('remembers a bounded number of callers', () => {
  const tries = createTries({ limit: 1, windowMs: 1_000, now: () => 0 });
  for (let i = 0; i <= 10_000; i++) tries.wasWrong(`caller ${i}`);
  expect([tries.mayTry('caller 10000'), tries.mayTry('caller 1')]).toEqual([false, true]);
});
