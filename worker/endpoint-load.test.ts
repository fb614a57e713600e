import { describe, expect, it } from 'vitest';
import { EndpointLoad } from './endpoint-load.ts';

function times(count: number, run: () => void): void {
  for (let n = 0; n < count; n++) run();
}

describe('the load of endpoints', () => {
  it('bounds nobody who has nothing in flight', () => {
    const load = new EndpointLoad();
    load.claimed('ep', null);
    load.settled('ep');
    expect(load.roomForHealthy()).toEqual(new Map());
    load.settled('ep');
    expect(load.roomForHealthy()).toEqual(new Map());
  });

  it('leaves a busy endpoint what its bound allows, as long as a full carrier fits', () => {
    const load = new EndpointLoad();
    times(700, () => load.claimed('ep', null));
    expect(load.roomForHealthy().get('ep')).toBe(100);
    load.claimed('ep', null);
    expect(load.roomForHealthy().get('ep')).toBe(0);
    times(2, () => load.settled('ep'));
    expect(load.roomForHealthy().get('ep')).toBe(101);
  });

  it('keeps to the endpoint’s own cap, and to its absence once it is lifted', () => {
    const load = new EndpointLoad();
    times(2, () => load.claimed('ep', 3));
    expect(load.roomForHealthy().get('ep')).toBe(1);
    load.claimed('ep', 3);
    expect(load.roomForHealthy().get('ep')).toBe(0);
    load.claimed('ep', null);
    expect(load.roomForHealthy().get('ep')).toBe(796);
  });

  it('counts an endpoint as failing after five failures in a row, until its next success', () => {
    const load = new EndpointLoad();
    times(4, () => load.attempted('ep', false));
    load.attempted('ep', true);
    times(4, () => load.attempted('ep', false));
    expect(load.failing).toEqual([]);
    load.attempted('ep', false);
    expect(load.failing).toEqual(['ep']);
    expect(load.roomForHealthy().get('ep')).toBe(0);
    load.attempted('ep', true);
    expect(load.failing).toEqual([]);
    expect(load.roomForHealthy().has('ep')).toBe(false);
  });

  it('gives failing endpoints one bound together, and each its own', () => {
    const load = new EndpointLoad();
    expect(load.roomForFailing()).toEqual({ total: 100, each: new Map() });
    for (const id of ['dead', 'capped']) times(5, () => load.attempted(id, false));
    times(30, () => load.claimed('dead', null));
    times(2, () => load.claimed('capped', 2));
    times(50, () => load.claimed('healthy', null));
    expect(load.roomForFailing()).toEqual({
      total: 68,
      each: new Map([
        ['dead', 70],
        ['capped', 0],
      ]),
    });
    times(200, () => load.claimed('dead', null));
    expect(load.roomForFailing().total).toBe(0);
  });
});
