import { describe, expect, it } from 'vitest';
import { type Plannable, planWorkflows } from './plan-workflows.ts';

/** Ids of fresh workflows are new-1, new-2, …. */
function plan(claimed: Plannable[], carry: boolean, maxPerWorkflow = 100) {
  let n = 0;
  const planned = planWorkflows(claimed, { carry, maxPerWorkflow, newWorkflowId: () => `new-${++n}` });
  return planned.map(({ deliveries, ...rest }) => ({ ...rest, ids: deliveries.map((d) => d.id).join(' ') }));
}

function aDelivery(id: string, changes: Partial<Plannable> = {}): Plannable {
  return { id, endpointId: 'ep_1', generation: 1, tries: 0, dueInMs: 0, ownWorkflow: false, alone: false, ...changes };
}

const single = (ids: string, dueInMs = 0, workflowId = ids) => ({ workflowId, carrier: false, dueInMs, ids });
const carrier = (workflowId: string, ids: string, dueInMs = 0) => ({ workflowId, carrier: true, dueInMs, ids });
const waiting = (id: string, dueInMs: number, changes: Partial<Plannable> = {}) =>
  aDelivery(id, { tries: 1, dueInMs, ...changes });

describe('planning workflows', () => {
  it.each<[string, Plannable[], boolean, number, ReturnType<typeof plan>]>([
    ['nothing for nothing', [], true, 100, []],
    ['each its own without pressure', [aDelivery('a'), aDelivery('b')], false, 100, [single('a'), single('b')]],
    [
      'a fresh id where the delivery’s own has served',
      [aDelivery('a', { ownWorkflow: true }), aDelivery('b')],
      false,
      100,
      [single('a', 0, 'new-1'), single('b')],
    ],
    [
      'none in a carrier of what goes alone, due or waiting',
      [aDelivery('a'), aDelivery('b', { alone: true }), aDelivery('c'), waiting('d', 5_000, { alone: true })],
      true,
      100,
      [single('b'), single('d', 5_000), carrier('new-1', 'a c')],
    ],
    [
      'one carrier for what is due, whatever its endpoint, generation and try',
      [
        aDelivery('a'),
        aDelivery('b', { endpointId: 'ep_2' }),
        aDelivery('c', { tries: 3, generation: 2, dueInMs: -5 }),
      ],
      true,
      100,
      [carrier('new-1', 'a b c')],
    ],
    [
      'a workflow of its own for a group of one',
      [aDelivery('a'), aDelivery('b'), aDelivery('c')],
      true,
      2,
      [carrier('new-1', 'a b'), single('c')],
    ],
    ['no carriers when one may hold one', [aDelivery('a'), aDelivery('b')], true, 1, [single('a'), single('b')]],
    ['a wait rounded up', [waiting('a', 500.2)], false, 100, [single('a', 501)]],
    ['a moment before its time as due', [waiting('a', 19.5), aDelivery('b')], true, 100, [carrier('new-1', 'a b')]],
    [
      'the waiting apart from the due, at the latest one’s time',
      [waiting('a', 1_000), aDelivery('b'), waiting('c', 1_100.5), aDelivery('d')],
      true,
      100,
      [carrier('new-1', 'b d'), carrier('new-2', 'a c', 1_101)],
    ],
    [
      'the waiting together only with their like',
      [
        waiting('a', 1_000),
        waiting('b', 1_000, { endpointId: 'ep_2' }),
        waiting('c', 1_000, { generation: 2 }),
        waiting('d', 1_000, { tries: 2 }),
        waiting('e', 1_000),
      ],
      true,
      100,
      [carrier('new-1', 'a e', 1_000), single('b', 1_000), single('c', 1_000), single('d', 1_000)],
    ],
    [
      'a new group where a member would hold the others up by a fifth of the wait',
      [waiting('c', 1_300), waiting('a', 1_000), waiting('b', 1_250)],
      true,
      100,
      [carrier('new-1', 'a b', 1_250), single('c', 1_300)],
    ],
    [
      'waiting groups no larger than allowed',
      [waiting('a', 1_000), waiting('b', 1_001), waiting('c', 1_002)],
      true,
      2,
      [carrier('new-1', 'a b', 1_001), single('c', 1_002)],
    ],
  ])('makes %s', (_name, claimed, carry, max, expected) => {
    expect(plan(claimed, carry, max)).toEqual(expected);
  });

  it('leaves nobody out and carries nobody twice', () => {
    const claimed = Array.from({ length: 357 }, (_, n) =>
      aDelivery(`d${n}`, { endpointId: `ep_${n % 7}`, tries: n % 3, dueInMs: (n % 5) * 400, ownWorkflow: n % 4 === 0 }),
    );
    const planned = plan(claimed, true, 20);
    const ids = planned.flatMap((p) => p.ids.split(' '));
    expect(ids.toSorted()).toEqual(claimed.map((d) => d.id).toSorted());
    expect(new Set(planned.map((p) => p.workflowId)).size).toBe(planned.length);
    expect(Math.max(...planned.map((p) => p.ids.split(' ').length))).toBe(20);
  });
});
