import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Slots } from './slots.ts';

describe('the dispatcher’s slots', () => {
  let freed: number;
  let slots: Slots;

  beforeEach(() => {
    vi.useFakeTimers();
    freed = 0;
    slots = new Slots(2, () => {
      freed++;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are taken and given back by workflow', () => {
    slots.take('a');
    slots.take('b');
    expect([slots.free, slots.held]).toEqual([0, ['a', 'b']]);
    slots.release('a');
    expect([slots.free, slots.held, freed]).toEqual([1, ['b'], 1]);
  });

  it('are given back once, and only by those who hold one', () => {
    slots.take('a');
    slots.release('a');
    slots.release('a');
    slots.release('unknown');
    expect([slots.free, freed]).toEqual([2, 1]);
  });

  it('are never fewer than none, though more were taken', () => {
    for (const id of ['a', 'b', 'c']) slots.take(id);
    expect(slots.free).toBe(0);
    slots.release('a');
    expect(slots.free).toBe(0);
  });

  it('come back by themselves after ten seconds', () => {
    slots.take('a');
    vi.advanceTimersByTime(9_999);
    expect(slots.free).toBe(1);
    vi.advanceTimersByTime(1);
    expect([slots.free, freed]).toEqual([2, 1]);
  });

  it('are held for ten seconds from the last taking', () => {
    slots.take('a');
    vi.advanceTimersByTime(6_000);
    slots.release('a');
    slots.take('a');
    vi.advanceTimersByTime(6_000);
    expect(slots.held).toEqual(['a']);
    vi.advanceTimersByTime(4_000);
    expect(slots.held).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
