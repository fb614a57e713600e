import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  again,
  anInput,
  type Changes,
  type ServicenowRuns,
  SUBJECT_KEY,
  servicenowRuns,
  solved,
} from '../../../test/destinations/servicenow-runs.ts';
import type { Remote } from '../destination.ts';
import { aHugeMessage, HARD_TEXTS } from '../fixtures.ts';
import { previewSteps } from '../run-steps.ts';
import type { ServicenowConfig } from './config.ts';
import { servicenowDestination } from './destination.ts';

let runs: ServicenowRuns;

beforeEach(async () => {
  runs = await servicenowRuns();
});
afterEach(async () => {
  expect(runs.faults()).toEqual([]);
  await runs.close();
});

const delivered = { kind: 'delivered' };
test('the first event makes a record that can be found by its subject', async () => {
  const { verdict, remote } = await runs.deliver();
  expect(verdict).toEqual(delivered);
  expect(runs.records()).toEqual([
    expect.objectContaining({
      short_description: 'Job job_abc123 failed',
      description: expect.stringContaining('The source file could not be read.'),
      urgency: '1',
      impact: '2',
      priority: '2',
      category: 'software',
      assignment_group: runs.config.assignmentGroup,
      correlation_id: SUBJECT_KEY,
      correlation_display: 'Waybill dlv_1',
    }),
  ]);
  const id = runs.records()[0]?.sys_id;
  const place = `${runs.fake.url}/incident`;
  // The fake is no https address, to which alone people are sent.
  expect(remote).toEqual({ place, id, name: 'INC0010001', link: null, resolved: false });
  expect(runs.steps).toEqual(['look for the record', 'create the record']);
});

describe('later events', () => {
  test('add work notes, and leave the record as people have it', async () => {
    const remote = await runs.begun();
    expect(await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again })).toEqual({
      verdict: delivered,
      remote,
    });
    expect(runs.fake.things()).toEqual([
      {
        id: remote.id,
        title: 'Job job_abc123 failed',
        notes: [expect.stringMatching(/^Job job_abc123 failed again\n[\s\S]*\nWaybill delivery dlv_2$/)],
        updates: 0,
        resolved: false,
      },
    ]);
  });

  test('find the record also when nothing is remembered', async () => {
    const remote = await runs.begun();
    expect((await runs.deliver({ deliveryKey: 'dlv_2', message: again })).remote).toEqual(remote);
    expect(runs.fake.things()).toEqual([expect.objectContaining({ notes: [expect.any(String)] })]);
  });

  test('of the same delivery change nothing', async () => {
    const remote = await runs.begun();
    await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again });
    const before = structuredClone(runs.records());
    for (const deliveryKey of ['dlv_1', 'dlv_2']) {
      for (const known of [remote, null]) {
        expect(await runs.deliver({ remote: known, deliveryKey, message: again })).toEqual({
          verdict: delivered,
          remote,
        });
      }
    }
    expect(runs.writesMade()).toBe(2);
    expect(runs.records()).toEqual(before);
  });

  test('that are resolved resolve it once, with code and notes in one request', async () => {
    const remote = await runs.begun();
    const first = await runs.deliver({ remote, deliveryKey: 'dlv_2', message: solved });
    expect(first).toEqual({ verdict: delivered, remote: { ...remote, resolved: true } });
    expect(runs.records()[0]).toMatchObject({
      state: '6',
      close_code: 'Solution provided',
      close_notes: 'Job job_abc123 completed\n\nAll is well.',
    });
    await runs.deliver({ remote: first.remote as Remote, deliveryKey: 'dlv_3', message: solved });
    expect(runs.fake.things()).toEqual([
      expect.objectContaining({ resolved: true, updates: 1, notes: [expect.any(String), expect.any(String)] }),
    ]);
  });

  test.each([
    [true, '2', false],
    [false, '6', true],
  ])('on a resolved record reopen it, if reopen is %s', async (reopen, state, resolved) => {
    const remote = await runs.begun();
    const config = { ...runs.config, reopen };
    await runs.deliver({ config, remote, deliveryKey: 'dlv_2', message: solved });
    const back = await runs.deliver({ config, remote, deliveryKey: 'dlv_3', message: again });
    expect(back).toEqual({ verdict: delivered, remote: { ...remote, resolved } });
    expect(runs.records()[0]?.state).toBe(state);
    expect(runs.fake.things()[0]?.notes).toHaveLength(2);
  });

  test('that are outdated add a work note and change no state', async () => {
    const remote = await runs.begun();
    await runs.deliver({ remote, deliveryKey: 'dlv_2', message: solved });
    await runs.deliver({ remote, deliveryKey: 'dlv_3', message: again, outdated: true });
    expect(runs.fake.things()).toEqual([expect.objectContaining({ resolved: true, updates: 1 })]);
    expect(runs.fake.things()[0]?.notes).toHaveLength(2);
  });

  test.each(['7', '8'])('of a record in state %s make another one in its place', async (state) => {
    const remote = await runs.begun();
    Object.assign(runs.records()[0] ?? {}, { state, active: 'false' });
    expect(await runs.deliver({ remote, deliveryKey: 'dlv_2', message: solved })).toMatchObject({ verdict: delivered });
    expect(await runs.deliver({ remote, deliveryKey: 'dlv_3', message: again, outdated: true })).toMatchObject({
      verdict: delivered,
    });
    expect(runs.writesMade()).toBe(1);
    const { remote: next } = await runs.deliver({ remote, deliveryKey: 'dlv_4', message: again });
    expect(next?.id).not.toBe(remote.id);
    // Whoever still remembers the old one finds the new one.
    expect((await runs.deliver({ remote, deliveryKey: 'dlv_5', message: again })).remote).toEqual(next);
    expect(runs.records()).toHaveLength(2);
  });

  test('make a record anew if it was deleted', async () => {
    const remote = await runs.begun();
    runs.fake.tables.remove(remote.id);
    const { verdict, remote: next } = await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again });
    expect(verdict).toEqual(delivered);
    expect(next?.id).not.toBe(remote.id);
    expect(runs.fake.things()).toHaveLength(1);
  });

  test('make a record in the table that is configured now', async () => {
    const remote = await runs.begun();
    const config = { ...runs.config, table: 'problem' };
    const { remote: next } = await runs.deliver({ config, remote, deliveryKey: 'dlv_2', message: again });
    expect(next?.place).toBe(`${runs.fake.url}/problem`);
    // The states of other tables are their own.
    await runs.deliver({ config, remote: next ?? null, deliveryKey: 'dlv_3', message: solved });
    expect(runs.fake.tables.all.problem?.rows).toEqual([expect.objectContaining({ state: '1' })]);
    await runs.deliver({
      config: { ...config, resolvedState: '106' },
      remote: next ?? null,
      deliveryKey: 'dlv_4',
      message: solved,
    });
    expect(runs.fake.tables.all.problem?.rows).toEqual([expect.objectContaining({ state: '106' })]);
  });
});

describe('good news of something without a record', () => {
  test('makes none', async () => {
    expect(await runs.deliver({ message: solved })).toEqual({ verdict: delivered, remote: null });
    expect(runs.records()).toEqual([]);
  });

  test.each([
    ['createResolved', { createResolved: true }, false],
    ['a test', {}, true],
  ])('makes one, resolved at once, with %s', async (_, changes, isTest) => {
    const config = { ...runs.config, ...changes };
    const { remote } = await runs.deliver({ config, message: solved, test: isTest });
    expect(remote?.resolved).toBe(true);
    await runs.deliver({ config, message: solved, test: isTest });
    expect(runs.fake.things()).toEqual([expect.objectContaining({ resolved: true, updates: 1, notes: [] })]);
  });
});

test('a test says so', async () => {
  await runs.deliver({ test: true });
  expect(runs.records()[0]).toMatchObject({
    short_description: '[TEST] Job job_abc123 failed',
    description: expect.stringMatching(/^This is a test of Waybill: nothing has happened\./),
  });
});

test('a title by configuration is one line of the width that it has', async () => {
  await runs.deliver({ config: { ...runs.config, fields: { short_description: `a\n${'b'.repeat(200)}` } } });
  expect(runs.records()[0]?.short_description).toMatch(/^a b+… \(\d+ more characters\)$/);
});

test("columns by configuration are the instance's to take, and hold nothing that journals act upon", async () => {
  const fields = { u_service: 'orders [CODE]<b>', subcategory: 'a\0\u202eb' };
  const config = { ...runs.config, fields, urgencies: { high: '3' }, impacts: { high: '3' } };
  await runs.deliver({ config });
  const [record] = runs.records();
  expect(record).toMatchObject({
    u_service: 'orders [\u200bCODE]<b>',
    subcategory: 'ab',
    urgency: '3',
    impact: '3',
    priority: '5',
  });
});

describe('records of others', () => {
  test('are left alone, though the instance answers a query it does not understand with all of them', async () => {
    runs.fake.tables.insert('incident', {
      short_description: 'The CEO has no mail',
      state: '1',
      correlation_id: 'other',
    });
    runs.fake.script([{ status: 200, body: { result: runs.records().map((row) => ({ ...row })) } }]);
    await runs.deliver();
    expect(runs.fake.things().map(({ title, notes }) => [title, notes])).toEqual([
      ['The CEO has no mail', []],
      ['Job job_abc123 failed', []],
    ]);
  });

  test('of a table that lacks the correlation are not added to: none could be found again', async () => {
    runs.fake.tables.insert('u_log', { short_description: 'Hello' });
    const { verdict } = await runs.deliver({ config: { ...runs.config, table: 'u_log' } });
    expect(verdict).toEqual({
      kind: 'bad_configuration',
      message:
        'The table u_log has no column correlation_id, or the user may not read it: its records could not be found again',
    });
    expect(runs.writesMade()).toBe(0);
  });
});

describe.each(HARD_TEXTS)('%s', (_, unit) => {
  test('anywhere and of any length is taken as it is sent', async () => {
    const remote = await runs.begun();
    const message = { ...aHugeMessage(unit, 5_000), resolved: true };
    const config = { ...runs.config, fields: { u_service: unit.repeat(5_000) } };
    expect(
      (await runs.deliver({ config, subjectKey: 'wb-other', message: { ...message, resolved: false } })).verdict,
    ).toEqual(delivered);
    expect((await runs.deliver({ remote, deliveryKey: 'd'.repeat(64), message })).verdict).toEqual(delivered);
    expect(runs.fake.things()[0]?.notes[0]).toMatch(/\nWaybill delivery d{64}$/);
  });
});

describe('a preview shows every request, with nothing sent,', () => {
  const preview = (changes: Changes = {}) => {
    const config = { ...(runs.fake.oauthConfig as unknown as ServicenowConfig), createResolved: true };
    const steps = servicenowDestination.deliver(anInput({ config, message: solved, ...changes }));
    const { requests, result } = previewSteps(steps, servicenowDestination.assume);
    expect(result.verdict).toEqual(delivered);
    expect(runs.fake.requests).toEqual([]);
    return { made: requests.map(({ step }) => step), result };
  };

  test('of the first event of a subject', () => {
    const { made, result } = preview();
    expect(made).toEqual(['get an access token', 'look for the record', 'create the record', 'resolve the record']);
    expect(result.remote).toMatchObject({ name: 'INC0000000', resolved: true });
  });

  test('of a later one', () => {
    const place = `${runs.fake.url}/incident`;
    const remote = { place, id: 'a'.repeat(32), name: 'INC0010001', link: null, resolved: false };
    const { made, result } = preview({ remote });
    expect(made).toEqual(['get an access token', 'read the record', 'look for the work note', 'resolve the record']);
    expect(result.remote).toMatchObject({ id: remote.id, resolved: true });
  });
});
