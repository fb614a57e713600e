import { describe, expect, it } from 'vitest';
import { type RestartLimits, type Running, supervise } from './supervise.ts';

const limits: RestartLimits = { backoffMs: 1, maxInARow: 3, steadyAfterMs: 60_000 };

interface Fake extends Running {
  readonly name: number;
  end(reason: string): void;
}

function aFake(name: number): Fake {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { name, exited: promise, end: resolve, stop: async () => resolve('stopped') };
}

describe('supervise', () => {
  it('starts the next one when one ends, and tells why', async () => {
    const first = aFake(0);
    const told = Promise.withResolvers<unknown[]>();
    const supervised = supervise(first, async () => aFake(1), limits, {
      onRestart: (reason, inARow) => told.resolve([reason, inARow]),
    });
    first.end('signal 9');
    expect(await told.promise).toEqual(['signal 9', 1]);
    expect(supervised.current()?.name).toBe(1);
    await supervised.stop();
    expect(supervised.current()).toBeUndefined();
  });

  it('gives up after the allowed number in a row, failed starts counted', async () => {
    const first = aFake(0);
    let starts = 0;
    const gaveUp = Promise.withResolvers<Error>();
    const supervised = supervise(
      first,
      async () => {
        starts += 1;
        throw new Error('no memory');
      },
      limits,
      { onGiveUp: gaveUp.resolve },
    );
    first.end('signal 9');
    expect((await gaveUp.promise).message).toBe('ended 4 times in a row, last by: no memory');
    expect(starts).toBe(3);
    await supervised.stop();
  });

  it('begins to count anew after a steady run', async () => {
    const restarts: number[] = [];
    const enough = Promise.withResolvers<void>();
    const first = aFake(0);
    const supervised = supervise(
      first,
      async () => {
        const next = aFake(restarts.length + 1);
        if (restarts.length < 5) queueMicrotask(() => next.end('again'));
        return next;
      },
      { ...limits, steadyAfterMs: 0 },
      {
        onRestart: (_reason, inARow) => {
          restarts.push(inARow);
          if (restarts.length === 6) enough.resolve();
        },
      },
    );
    first.end('signal 9');
    await enough.promise;
    expect(restarts).toEqual([1, 1, 1, 1, 1, 1]);
    await supervised.stop();
  });

  it('ends what was being started when it is stopped', async () => {
    const first = aFake(0);
    const starting = Promise.withResolvers<void>();
    const started = Promise.withResolvers<Fake>();
    const restarts: string[] = [];
    const supervised = supervise(
      first,
      () => {
        starting.resolve();
        return started.promise;
      },
      limits,
      { onRestart: (reason) => restarts.push(reason) },
    );
    first.end('signal 9');
    await starting.promise;
    const stopped = supervised.stop();
    const late = aFake(1);
    started.resolve(late);
    await stopped;
    expect(await late.exited).toBe('stopped');
    expect(restarts).toEqual([]);
  });
});
