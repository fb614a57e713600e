import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CANCELLED, HIBERNATING, rateLimited } from '../../../cli/demo/vendors/servicenow.ts';
import type { Scripted, VendorRequest } from '../../../cli/demo/vendors/vendor-fake.ts';
import {
  NOW_MS,
  type ServicenowRuns,
  SUBJECT_KEY,
  servicenowRuns,
} from '../../../test/destinations/servicenow-runs.ts';
import { recordFaults } from '../../../test/vendors/servicenow.ts';
import type { DeliverResult, Remote } from '../destination.ts';
import { aHugeMessage, aMessage, HARD_TEXTS } from '../fixtures.ts';
import { previewSteps } from '../run-steps.ts';
import { servicenowDestination } from './destination.ts';

let runs: ServicenowRuns;

beforeEach(async () => {
  runs = await servicenowRuns();
});
afterEach(async () => {
  const bodies = runs.fake.requests.filter(({ method, body }) => method !== 'GET' && body.startsWith('{'));
  expect(bodies.flatMap(({ body }) => recordFaults(JSON.parse(body)))).toEqual([]);
  expect(runs.fake.faults).toEqual([]);
  await runs.close();
});

const delivered = { kind: 'delivered' };
const again = aMessage({ title: 'Job job_abc123 failed again' });
const solved = aMessage({ title: 'Job job_abc123 completed', severity: 'info', text: 'All is well.', resolved: true });
const writes = ({ method, path }: VendorRequest) => method !== 'GET' && !path.startsWith('/oauth');
const writesMade = () => runs.fake.requests.filter(writes).length;
const records = () => runs.fake.tables.all.incident?.rows ?? [];

/** The first delivery, and what is remembered of it. */
async function begun(): Promise<Remote> {
  const { remote } = await runs.deliver();
  if (!remote) throw new Error('nothing was made');
  return remote;
}

test('the first event makes a record that can be found by its subject', async () => {
  const { verdict, remote } = await runs.deliver();
  expect(verdict).toEqual(delivered);
  expect(records()).toEqual([
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
  const id = records()[0]?.sys_id;
  const place = `${runs.fake.url}/incident`;
  // The fake is no https address, to which alone people are sent.
  expect(remote).toEqual({ place, id, name: 'INC0010001', link: null, resolved: false });
  expect(runs.steps).toEqual(['look for the record', 'create the record']);
});

describe('later events', () => {
  test('add work notes, and leave the record as people have it', async () => {
    const remote = await begun();
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
    const remote = await begun();
    expect((await runs.deliver({ deliveryKey: 'dlv_2', message: again })).remote).toEqual(remote);
    expect(runs.fake.things()).toEqual([expect.objectContaining({ notes: [expect.any(String)] })]);
  });

  test('of the same delivery change nothing', async () => {
    const remote = await begun();
    await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again });
    const before = structuredClone(records());
    for (const deliveryKey of ['dlv_1', 'dlv_2']) {
      for (const known of [remote, null]) {
        expect(await runs.deliver({ remote: known, deliveryKey, message: again })).toEqual({
          verdict: delivered,
          remote,
        });
      }
    }
    expect(writesMade()).toBe(2);
    expect(records()).toEqual(before);
  });

  test('that are resolved resolve it once, with code and notes in one request', async () => {
    const remote = await begun();
    const first = await runs.deliver({ remote, deliveryKey: 'dlv_2', message: solved });
    expect(first).toEqual({ verdict: delivered, remote: { ...remote, resolved: true } });
    expect(records()[0]).toMatchObject({
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
    const remote = await begun();
    const config = { ...runs.config, reopen };
    await runs.deliver({ config, remote, deliveryKey: 'dlv_2', message: solved });
    const back = await runs.deliver({ config, remote, deliveryKey: 'dlv_3', message: again });
    expect(back).toEqual({ verdict: delivered, remote: { ...remote, resolved } });
    expect(records()[0]?.state).toBe(state);
    expect(runs.fake.things()[0]?.notes).toHaveLength(2);
  });

  test('that are outdated add a work note and change no state', async () => {
    const remote = await begun();
    await runs.deliver({ remote, deliveryKey: 'dlv_2', message: solved });
    await runs.deliver({ remote, deliveryKey: 'dlv_3', message: again, outdated: true });
    expect(runs.fake.things()).toEqual([expect.objectContaining({ resolved: true, updates: 1 })]);
    expect(runs.fake.things()[0]?.notes).toHaveLength(2);
  });

  test.each(['7', '8'])('of a record in state %s make another one in its place', async (state) => {
    const remote = await begun();
    Object.assign(records()[0] ?? {}, { state, active: 'false' });
    expect(await runs.deliver({ remote, deliveryKey: 'dlv_2', message: solved })).toMatchObject({ verdict: delivered });
    expect(await runs.deliver({ remote, deliveryKey: 'dlv_3', message: again, outdated: true })).toMatchObject({
      verdict: delivered,
    });
    expect(writesMade()).toBe(1);
    const { remote: next } = await runs.deliver({ remote, deliveryKey: 'dlv_4', message: again });
    expect(next?.id).not.toBe(remote.id);
    // Whoever still remembers the old one finds the new one.
    expect((await runs.deliver({ remote, deliveryKey: 'dlv_5', message: again })).remote).toEqual(next);
    expect(records()).toHaveLength(2);
  });

  test('make a record anew if it was deleted', async () => {
    const remote = await begun();
    runs.fake.tables.remove(remote.id);
    const { verdict, remote: next } = await runs.deliver({ remote, deliveryKey: 'dlv_2', message: again });
    expect(verdict).toEqual(delivered);
    expect(next?.id).not.toBe(remote.id);
    expect(runs.fake.things()).toHaveLength(1);
  });

  test('make a record in the table that is configured now', async () => {
    const remote = await begun();
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
    expect(records()).toEqual([]);
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
  expect(records()[0]).toMatchObject({
    short_description: '[TEST] Job job_abc123 failed',
    description: expect.stringMatching(/^This is a test of Waybill: nothing has happened\./),
  });
});

test("columns by configuration are the instance's to take, and hold nothing that journals act upon", async () => {
  const fields = { u_service: 'orders [CODE]<b>', subcategory: 'a\0\u202eb' };
  const config = { ...runs.config, fields, urgencies: { high: '3' }, impacts: { high: '3' } };
  await runs.deliver({ config });
  const [record] = records();
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
    runs.fake.script([{ status: 200, body: { result: records().map((row) => ({ ...row })) } }]);
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
    expect(writesMade()).toBe(0);
  });
});

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
    expect((await untilSettled({ unsure: { searches: 1 } })).remote?.id).toBe(records()[0]?.sys_id);
    expect(runs.fake.things()).toEqual([expect.objectContaining({ notes: [] })]);
  });

  test('a work note and a resolution are looked for and not made twice', async () => {
    const remote = await begun();
    runs.fake.script([accident], writes);
    const { remote: settled } = await untilSettled({ remote, deliveryKey: 'dlv_2', message: solved });
    expect(settled?.resolved).toBe(true);
    expect(runs.fake.things()).toEqual([
      expect.objectContaining({ notes: [expect.any(String)], updates: 1, resolved: true }),
    ]);
    expect(writesMade()).toBe(2);
  });

  test('a work note is found by users who may not read the table of journals', async () => {
    const remote = await begun();
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
    expect(writesMade()).toBe(1);
    expect((await runs.deliver({ unsure: { searches: 4 } })).verdict).toEqual(delivered);
    expect(runs.fake.things()).toHaveLength(1);
  });

  test('is noted after the fourth search in vain', async () => {
    const remote = await begun();
    runs.fake.script([neverDone], writes);
    await untilSettled({ remote, deliveryKey: 'dlv_2', message: again });
    expect(runs.fake.things()[0]?.notes).toHaveLength(1);
    expect(writesMade()).toBe(3);
  });
});

describe('what goes wrong is told apart', () => {
  test('a limit: waits as long as the instance asks, with all of the endpoint', async () => {
    runs.fake.script([rateLimited(1_800, NOW_MS / 1_000 + 1_800)]);
    const message = 'A rate limit rule of the instance is exceeded';
    expect(await runs.deliver()).toEqual({
      verdict: { kind: 'retry', code: 'rate_limited', message, afterMs: 1_800_000, rests: true },
    });
  });

  test('an instance that hibernates', async () => {
    runs.fake.script([HIBERNATING]);
    expect((await runs.deliver()).verdict).toMatchObject({
      kind: 'retry',
      code: 'vendor_error',
      message: /hibernates/,
    });
  });

  test('a resolution that lacks what a data policy demands', async () => {
    const remote = await begun();
    const body = {
      error: {
        message: 'Operation Failed',
        detail: 'Data Policy Exception: The following fields are mandatory: Root cause',
      },
    };
    runs.fake.script([{ status: 403, body }], writes);
    const { verdict, remote: kept } = await runs.deliver({ remote, deliveryKey: 'dlv_2', message: solved });
    expect(verdict).toMatchObject({ kind: 'bad_payload', message: expect.stringContaining('Root cause') });
    expect(kept).toEqual(remote);
  });

  test('a password that is wrong, without saying it', async () => {
    const password = 'wrong horse é';
    const { verdict } = await runs.deliver({ config: { ...runs.config, password } });
    expect(verdict.kind).toBe('bad_configuration');
    const echoes = `Bad credentials ${Buffer.from(`waybill:${password}`).toString('base64')} ${password}`;
    runs.fake.script([{ status: 401, body: { error: { message: echoes } } }]);
    const echoed = await runs.deliver({ config: { ...runs.config, password } });
    expect(JSON.stringify([verdict, echoed])).not.toMatch(/wrong|d3Jvbmc|d2F5YmlsbDp3/);
  });

  test('a host where nothing listens', async () => {
    const config = { ...runs.config, instanceUrl: 'http://127.0.0.1:9' };
    expect((await runs.deliver({ config })).verdict).toMatchObject({ kind: 'retry', code: 'connection_refused' });
  });
});

describe('an OAuth client', () => {
  const config = () => ({ ...(runs.fake.oauthConfig as unknown as ServicenowRuns['config']) });

  test('gets one token for many deliveries', async () => {
    await runs.deliver({ config: config() });
    await runs.deliver({ config: config(), deliveryKey: 'dlv_2', message: again });
    expect(runs.steps.filter((step) => step === 'get an access token')).toHaveLength(1);
    expect(runs.fake.things()[0]?.notes).toHaveLength(1);
  });

  test('gets another one when the instance no longer takes it, once', async () => {
    await runs.deliver({ config: config() });
    runs.fake.expireTokens();
    expect((await runs.deliver({ config: config(), deliveryKey: 'dlv_2', message: again })).verdict).toEqual(delivered);
    const refused = { status: 401, body: { error: { message: 'User Not Authenticated' } } };
    runs.fake.script([refused, refused], ({ path }) => path.startsWith('/api/'));
    expect((await runs.deliver({ config: config(), deliveryKey: 'dlv_3' })).verdict.kind).toBe('bad_configuration');
    expect(runs.steps.filter((step) => step === 'get an access token')).toHaveLength(3);
  });

  test.each([401, 400, 404])(
    'that is refused with %i is told what to look at, and no record counts as gone',
    async (status) => {
      const remote = await begun();
      runs.fake.script([{ status, body: { error: 'server_error', error_description: 'access_denied' } }]);
      const { verdict, remote: kept } = await runs.deliver({ config: config(), remote, deliveryKey: 'dlv_2' });
      expect(verdict).toMatchObject({
        kind: 'bad_configuration',
        message: expect.stringContaining('check client ID and secret'),
      });
      expect(kept).toBeUndefined();
    },
  );
});

describe.each(HARD_TEXTS)('%s', (_, unit) => {
  test('anywhere and of any length is taken as it is sent', async () => {
    const remote = await begun();
    const message = { ...aHugeMessage(unit, 5_000), resolved: true };
    const config = { ...runs.config, fields: { u_service: unit.repeat(5_000) } };
    expect(
      (await runs.deliver({ config, subjectKey: 'wb-other', message: { ...message, resolved: false } })).verdict,
    ).toEqual(delivered);
    expect((await runs.deliver({ remote, deliveryKey: 'd'.repeat(64), message })).verdict).toEqual(delivered);
    expect(runs.fake.things()[0]?.notes[0]).toMatch(/\nWaybill delivery d{64}$/);
  });
});

test('a preview shows every request, with nothing sent', () => {
  const input = {
    config: { ...runs.config, createResolved: true },
    message: solved,
    deliveryKey: 'dlv_1',
    subjectKey: SUBJECT_KEY,
  };
  const { requests, result } = previewSteps(
    servicenowDestination.deliver({
      ...input,
      remote: null,
      outdated: false,
      unsure: null,
      test: false,
      tokens: runs.tokens,
      nowMs: NOW_MS,
    }),
    servicenowDestination.assume,
  );
  expect(requests.map(({ step }) => step)).toEqual(['look for the record', 'create the record', 'resolve the record']);
  expect(result).toMatchObject({ verdict: delivered, remote: { name: 'INC0000000', resolved: true } });
  expect(runs.fake.requests).toEqual([]);
});
