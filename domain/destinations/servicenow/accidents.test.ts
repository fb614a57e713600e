import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CANCELLED, HIBERNATING } from '../../../cli/demo/vendors/servicenow.ts';
import type { Scripted } from '../../../cli/demo/vendors/vendor-fake.ts';
import {
  again,
  type ServicenowRuns,
  servicenowRuns,
  solved,
  writes,
} from '../../../test/destinations/servicenow-runs.ts';
import type { DeliverResult, Remote } from '../destination.ts';

let runs: ServicenowRuns;

beforeEach(async () => {
  runs = await servicenowRuns();
});
afterEach(async () => {
  expect(runs.faults()).toEqual([]);
  await runs.close();
});

const delivered = { kind: 'delivered' };
/** Delivers as often as it takes, as the worker does it, and gives the last result. */
async function untilSettled(changes: Parameters<ServicenowRuns['deliver']>[0]): Promise<DeliverResult> {
  let searches = 0;
  let remote = changes?.remote ?? null;
  for (let attempt = 0; attempt < 40; attempt++) {
    const result = await runs.deliver({ ...changes, remote, unsure: searches === 0 ? null : { searches } });
    remote = result.remote === undefined ? remote : result.remote;
    if (result.verdict.kind === 'delivered') return { ...result, remote };
    searches = result.verdict.kind === 'ambiguous' ? searches + 1 : searches;
  }
  throw new Error('never delivered');
}

const accidents: readonly (readonly [string, Scripted])[] = [
  ['a lost answer', 'lost'],
  ['a cancelled transaction', CANCELLED],
  ['a gateway out of time', { status: 504, done: true }],
  ['an answer that is none', { status: 200, body: { ok: true }, done: true }],
];

describe.each(accidents)('after %s', (_, accident) => {
  test('a record is looked for and not made twice', async () => {
    runs.fake.script([accident], writes);
    const { verdict } = await runs.deliver();
    expect(verdict.kind).toBe('ambiguous');
    expect((await untilSettled({ unsure: { searches: 1 } })).remote?.id).toBe(runs.records()[0]?.sys_id);
    expect(runs.fake.things()).toEqual([expect.objectContaining({ notes: [] })]);
  });

  test('a work note and a resolution are looked for and not made twice', async () => {
    const remote = await runs.begun();
    runs.fake.script([accident], writes);
    const { remote: settled } = await untilSettled({ remote, deliveryKey: 'dlv_2', message: solved });
    expect(settled?.resolved).toBe(true);
    expect(runs.fake.things()).toEqual([
      expect.objectContaining({ notes: [expect.any(String)], updates: 1, resolved: true }),
    ]);
    expect(runs.writesMade()).toBe(2);
  });

  test('a work note is found by users who may not read the table of journals', async () => {
    const remote = await runs.begun();
    runs.fake.script([accident], writes);
    await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again });
    const hidden = { status: 200, body: { result: [] } };
    const denied = { status: 403, body: { error: { message: 'User Not Authorized' }, status: 'failure' } };
    for (const answer of [hidden, denied]) {
      runs.fake.script([answer], ({ path }) => path.includes('sys_journal_field'));
      const result = await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again, unsure: { searches: 1 } });
      expect(result.verdict).toEqual(delivered);
    }
    expect(runs.fake.things()[0]?.notes).toHaveLength(1);
  });
});

test('a work note is found in a journal of which only the beginning is kept', async () => {
  const remote = await runs.begun();
  for (let index = 0; index < 20; index++) {
    const long = { name: 'incident', element: 'work_notes', element_id: remote.id, value: '漢'.repeat(4_000) };
    runs.fake.tables.insert('sys_journal_field', long);
  }
  await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again });
  runs.fake.script([{ status: 403 }], ({ path }) => path.includes('sys_journal_field'));
  const result = await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again, unsure: { searches: 1 } });
  expect(result).toEqual({ verdict: delivered, remote });
  expect(runs.writesMade()).toBe(2);
});

/** The same numbers for the same seed, between 0 and 1. */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test.each([1, 2, 3, 4, 5, 6])(
  'any mix of accidents and restarts leaves one record, each event once on it (%i)',
  async (seed) => {
    const next = numbersOf(seed);
    const answers: Scripted[] = [...accidents.map(([, accident]) => accident), { status: 503 }, HIBERNATING];
    let remote: Remote | null = null;
    for (const deliveryKey of ['dlv_1', 'dlv_2', 'dlv_3']) {
      for (let more = 4; more > 0; more--) {
        // Of requests to come; what is not used up troubles the next delivery.
        runs.fake.script([answers[Math.floor(next() * answers.length)] ?? 'lost'], () => next() < 0.4);
      }
      const message = deliveryKey === 'dlv_3' ? solved : again;
      const settled: DeliverResult = await untilSettled({ remote, deliveryKey, message });
      // A restart forgets what was not written down.
      remote = next() < 0.5 ? null : (settled.remote ?? null);
    }
    const notes = [expect.stringMatching(/dlv_2$/), expect.stringMatching(/dlv_3$/)];
    expect(runs.fake.things()).toEqual([expect.objectContaining({ resolved: true, notes })]);
  },
);

describe('what was never done', () => {
  const neverDone: Scripted = { status: 502 };

  test('is made after the fourth search in vain', async () => {
    runs.fake.script([neverDone], writes);
    expect((await runs.deliver()).verdict.kind).toBe('ambiguous');
    for (const searches of [1, 2, 3]) {
      const { verdict } = await runs.deliver({ unsure: { searches } });
      expect(verdict).toEqual({
        kind: 'ambiguous',
        message: 'The record that an earlier request may have made is not there yet',
      });
    }
    expect(runs.writesMade()).toBe(1);
    expect((await runs.deliver({ unsure: { searches: 4 } })).verdict).toEqual(delivered);
    expect(runs.fake.things()).toHaveLength(1);
  });

  test('is noted after the fourth search in vain', async () => {
    const remote = await runs.begun();
    runs.fake.script([neverDone], writes);
    await untilSettled({ remote, deliveryKey: 'dlv_2', message: again });
    expect(runs.fake.things()[0]?.notes).toHaveLength(1);
    expect(runs.writesMade()).toBe(3);
  });
});
