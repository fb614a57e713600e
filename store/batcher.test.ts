import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.ts';

const fault = (code: string) => Object.assign(new Error(`fault ${code}`), { cause: { code } });

/** A batcher of texts whose runs are written down and wait to be let on; the key of a text is its first letter. */
function aBatcher(options: {
  maxItems?: number;
  maxRuns?: number;
  fails?: (inputs: string[], run: number) => Error | null;
}) {
  const runs: string[][] = [];
  const gates: (() => void)[] = [];
  const batcher = new Batcher<string, string>(
    async (inputs) => {
      runs.push(inputs);
      const error = options.fails?.(inputs, runs.length);
      if (!options.fails) await new Promise<void>((resolve) => gates.push(resolve));
      if (error) throw error;
      return inputs.map((input) => input.toUpperCase());
    },
    { maxItems: options.maxItems ?? 100, maxRuns: options.maxRuns ?? 1, keysOf: (input) => [input.charAt(0)] },
  );
  const add = (...inputs: string[]) => Promise.allSettled(inputs.map((input) => batcher.add(input)));
  const letOn = async () => {
    gates.shift()?.();
    for (let n = 0; n < 10; n++) await Promise.resolve();
  };
  return { runs, add, letOn };
}

describe('group commit', () => {
  it('takes calls of one turn together, and those that come meanwhile into the next run', async () => {
    const { runs, add, letOn } = aBatcher({});
    const first = add('a', 'b');
    await letOn();
    const second = [add('c'), add('d')];
    expect(runs).toEqual([['a', 'b']]);
    await letOn();
    expect(runs[1]).toEqual(['c', 'd']);
    await letOn();
    expect(await first).toMatchObject([{ value: 'A' }, { value: 'B' }]);
    expect(await Promise.all(second)).toMatchObject([[{ value: 'C' }], [{ value: 'D' }]]);
  });

  it('keeps its bounds on items and runs', async () => {
    const { runs, add, letOn } = aBatcher({ maxItems: 2, maxRuns: 2 });
    const all = add('a', 'b', 'c', 'd', 'e');
    await letOn();
    expect(runs.slice(0, 2)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    for (let n = 0; n < 3; n++) await letOn();
    expect(runs).toHaveLength(3);
    expect(await all).toHaveLength(5);
  });

  it('never runs two of one key together, and lets nobody wait for them', async () => {
    const { runs, add, letOn } = aBatcher({ maxRuns: 3 });
    const all = add('a1', 'a2', 'b1');
    await Promise.resolve();
    expect(runs).toEqual([['a1', 'b1']]);
    await letOn();
    expect(runs).toEqual([['a1', 'b1'], ['a2']]);
    await letOn();
    expect(await all).toMatchObject([{ value: 'A1' }, { value: 'A2' }, { value: 'B1' }]);
  });

  it.each(['22007', '23502', '54000'])('lets a member with a data fault (%s) fail alone', async (code) => {
    const { runs, add } = aBatcher({ fails: (inputs) => (inputs.includes('bad') ? fault(code) : null) });
    expect((await add('a', 'bad', 'c')).map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(runs).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
  });

  it('fails all of a group when the database is at fault, without asking again', async () => {
    const { runs, add } = aBatcher({ fails: () => fault('57P01') });
    expect((await add('a', 'b')).map((r) => r.status)).toEqual(['rejected', 'rejected']);
    expect(runs).toHaveLength(1);
  });

  it('runs a group again that was given up to end a deadlock, but not for ever', async () => {
    const once = aBatcher({ fails: (_, run) => (run === 1 ? fault('40P01') : null) });
    expect((await once.add('a', 'b')).map((r) => r.status)).toEqual(['fulfilled', 'fulfilled']);
    expect(once.runs).toHaveLength(2);
    const always = aBatcher({ fails: () => fault('40P01') });
    expect((await always.add('a')).map((r) => r.status)).toEqual(['rejected']);
    expect(always.runs.length).toBeLessThan(10);
  });
});
