import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aFakeJira, type JiraFake, type JiraFakeOptions, throttled } from '../../../cli/demo/vendors/jira.ts';
import { LOOPBACK_NETWORKS } from '../../../outbound/address-guard.ts';
import { createHttpClient } from '../../../outbound/http-client.ts';
import { adfFaults, summaryFaults, wikiFaults, wikiSequences } from '../../../test/vendors/jira.ts';
import { onlySearched } from '../decide.ts';
import type { DeliverInput, DeliverResult, Remote } from '../destination.ts';
import { aHugeMessage, aMessage, HARD_TEXTS, repeated } from '../fixtures.ts';
import { previewSteps, runSteps } from '../run-steps.ts';
import type { JiraConfig } from './config.ts';
import { jiraDestination } from './destination.ts';

const START_MS = Date.UTC(2024, 0, 15, 10, 30, 5);
const DAY_MS = 86_400_000;
const SUBJECT = `wb-${'0a'.repeat(20)}`;
const DELIVERED = { kind: 'delivered' };
const RESOLVED = { title: 'Job completed', severity: 'info', resolved: true } as const;

let jira: JiraFake;
let http: ReturnType<typeof createHttpClient>;
let nowMs: number;
let deliveries: number;

beforeEach(() => {
  nowMs = START_MS;
  deliveries = 0;
  http = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS });
});
afterEach(async () => {
  await http.close();
  await jira.close();
});

async function start(options: JiraFakeOptions = {}): Promise<void> {
  jira = await aFakeJira({ nowMs: () => nowMs, ...options });
}

type Changes = Partial<DeliverInput<JiraConfig>> & { settings?: Partial<JiraConfig> };

/** A delivery of its own unless it has a key; over real HTTP. */
function deliver({ settings = {}, ...changes }: Changes = {}): Promise<DeliverResult> {
  const input: DeliverInput<JiraConfig> = {
    config: { ...jira.config, ...settings },
    message: aMessage(),
    deliveryKey: `dlv_01J2ZA_-${++deliveries}`,
    subjectKey: SUBJECT,
    remote: null,
    outdated: false,
    unsure: null,
    test: false,
    tokens: { get: () => undefined, set: () => undefined, clear: () => undefined },
    nowMs,
    ...changes,
  };
  const ports = { exchange: http.exchange, nowMs: () => performance.now(), onExchange: () => undefined };
  return runSteps(jiraDestination.deliver(input), ports);
}

async function first(changes: Changes = {}): Promise<Remote> {
  const { verdict, remote } = await deliver(changes);
  expect(verdict).toEqual(DELIVERED);
  return remote as Remote;
}

const isCreate = ({ method, path }: { method: string; path: string }) => method === 'POST' && path.endsWith('/issue');
const isComment = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && path.endsWith('/comment');
const isMove = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && path.endsWith('/transitions');
const bodies = (only: typeof isCreate) => jira.requests.filter(only).map(({ body }) => JSON.parse(body));

describe.each(['cloud', 'datacenter'] as const)('%s', (deployment) => {
  const richFaults = deployment === 'cloud' ? adfFaults : wikiFaults;
  beforeEach(() => start({ deployment }));

  test('the first event makes an issue with label and property; it is found under its name', async () => {
    const remote = await first();
    expect(remote).toEqual({
      place: `${jira.url} DQ`,
      id: '10001',
      name: 'DQ-1',
      link: `${jira.url}/browse/DQ-1`,
      resolved: false,
    });
    const [{ fields, properties }] = bodies(isCreate);
    expect(fields).toMatchObject({
      project: { key: 'DQ' },
      issuetype: { name: 'Task' },
      summary: 'Job job_abc123 failed',
      labels: [SUBJECT],
      priority: { name: 'High' },
    });
    expect(properties).toEqual([{ key: 'waybill', value: { subjectKey: SUBJECT, deliveryKey: 'dlv_01J2ZA_-1' } }]);
    expect(jira.requests[0]?.headers).toMatchObject({ 'accept-language': 'en', accept: 'application/json' });
    expect(jira.faults).toEqual([]);
  });

  test('a later event comments it, found by what is remembered or by its label', async () => {
    const remote = await first();
    expect(await deliver({ remote, message: aMessage({ title: 'Failed again' }) })).toEqual({
      verdict: DELIVERED,
      remote,
    });
    expect(await deliver({ message: aMessage({ title: 'And again' }) })).toEqual({ verdict: DELIVERED, remote });
    expect(jira.things()).toEqual([
      {
        id: 'DQ-1',
        title: 'Job job_abc123 failed',
        notes: [expect.stringMatching(/Failed again\W+Delivery dlv_01J2ZA_-2\s/), expect.stringContaining('And again')],
        updates: 0,
        resolved: false,
      },
    ]);
    expect(jira.faults).toEqual([]);
  });

  test('the same delivery twice changes nothing, whether it made, commented or resolved', async () => {
    const remote = await first({ deliveryKey: 'one' });
    for (const [deliveryKey, message] of [
      ['one', aMessage()],
      ['a_-two_', aMessage()],
      ['three', aMessage(RESOLVED)],
    ] as const) {
      await deliver({ deliveryKey, message, remote });
      const before = jira.things();
      expect((await deliver({ deliveryKey, message, remote })).verdict).toEqual(DELIVERED);
      expect((await deliver({ deliveryKey, message })).verdict).toEqual(DELIVERED);
      expect(jira.things()).toEqual(before);
    }
    expect(jira.things()).toMatchObject([{ notes: { length: 2 }, updates: 1, resolved: true }]);
  });

  test('an event that leaves nothing to do resolves it, with the resolution that is asked for', async () => {
    const remote = await first();
    const result = await deliver({ remote, message: aMessage(RESOLVED) });
    expect(result).toEqual({ verdict: DELIVERED, remote: { ...remote, resolved: true } });
    expect(bodies(isMove)).toEqual([{ transition: { id: '31' }, fields: { resolution: { name: 'Done' } } }]);
    expect(jira.things()).toMatchObject([{ notes: [expect.stringContaining('Job completed')], resolved: true }]);
    await deliver({ remote, message: aMessage(RESOLVED) });
    expect(bodies(isMove)).toHaveLength(1);
    expect(jira.faults).toEqual([]);
  });

  test.each(HARD_TEXTS)('%s of any length is taken, as issue and as comment', async (_, unit) => {
    for (const units of [1, 255, 2_001]) {
      const subjectKey = `wb-${units}`;
      await first({ subjectKey, message: aHugeMessage(unit, units) });
      await first({ subjectKey, message: aHugeMessage(unit, units) });
    }
    await first({ subjectKey: 'wb-long', message: aMessage({ text: repeated(unit, 40_000) }), test: true });
    expect(jira.faults).toEqual([]);
    for (const { fields } of bodies(isCreate)) {
      expect([...summaryFaults(fields.summary), ...richFaults(fields.description)]).toEqual([]);
    }
    for (const { body } of bodies(isComment)) expect(richFaults(body)).toEqual([]);
  });
});

describe('the state of an issue', () => {
  let remote: Remote;
  beforeEach(async () => {
    await start();
    remote = await first();
  });

  test('an outdated event only comments', async () => {
    const late = await deliver({ remote, outdated: true, message: aMessage(RESOLVED) });
    expect(late).toEqual({ verdict: DELIVERED, remote });
    jira.move('DQ-1', 'Done');
    await deliver({ remote, outdated: true });
    expect(jira.things()).toMatchObject([{ notes: { length: 2 }, resolved: true }]);
    expect(bodies(isMove)).toEqual([]);
  });

  test('a new problem reopens within the days configured, and comments after them', async () => {
    const resolved = (await deliver({ remote, message: aMessage(RESOLVED) })).remote as Remote;
    nowMs += 7 * DAY_MS;
    expect(await deliver({ remote: resolved })).toEqual({ verdict: DELIVERED, remote });
    expect(bodies(isMove)[1]).toEqual({ transition: { id: '41' } });
    jira.move('DQ-1', 'Done');
    nowMs += 7 * DAY_MS + 1;
    expect((await deliver({ remote })).remote).toMatchObject({ resolved: true });
    expect(jira.things()).toMatchObject([{ notes: { length: 3 }, resolved: true }]);
  });

  test.each<[string, Changes, string]>([
    ['reopening is off', { settings: { reopenWithinDays: 0 } }, 'Done'],
    ['the event is only news', { message: aMessage({ severity: 'info' }) }, 'Done'],
    ['somebody decided against it', {}, "Won't Do"],
    ['it is a duplicate', {}, 'Duplicate'],
  ])('a resolved issue stays so where %s', async (_, changes, resolution) => {
    jira.move('DQ-1', 'Done', resolution);
    await deliver({ remote, ...changes });
    expect(jira.things()).toMatchObject([{ notes: { length: 1 }, resolved: true }]);
  });

  test.each([
    ['its name', 'close', '31'],
    ['the status it leads to', 'DONE', '31'],
    ['a status that is not of the category Done', 'In Progress', '11'],
    ['a name that is not offered', 'Ship it', '31'],
  ])('the transition is chosen by %s', async (_, resolveTransition, id) => {
    await deliver({ remote, message: aMessage(RESOLVED), settings: { resolveTransition } });
    expect(bodies(isMove)).toMatchObject([{ transition: { id } }]);
  });

  test('without a transition, or with one that asks for more, it is commented, and the comment says why', async () => {
    const lists = ({ method, path }: { method: string; path: string }) =>
      method === 'GET' && path.includes('/transitions');
    const to = { name: 'Done', statusCategory: { key: 'done' } };
    const cause = { customfield_7: { required: true, name: 'Root cause' } };
    jira.script(
      [
        { status: 200, body: { transitions: [] } },
        { status: 200, body: { transitions: [{ id: '9', name: 'Close', to, fields: cause }] } },
      ],
      lists,
    );
    expect(await deliver({ remote, message: aMessage(RESOLVED) })).toEqual({ verdict: DELIVERED, remote });
    expect(await deliver({ remote, message: aMessage(RESOLVED) })).toEqual({ verdict: DELIVERED, remote });
    const [none, more] = jira.things()[0]?.notes ?? [];
    expect(none).toContain('Not resolved: no transition leads there from its status');
    expect(more).toContain('Not resolved: the transition “Close” asks for Root cause (customfield_7)');
  });

  test('a transition that is refused is told; the comment is not made twice', async () => {
    const refusal = { status: 400, body: { errorMessages: ['Close the sub-tasks first.'], errors: {} } };
    jira.script([refusal], isMove);
    const message = aMessage(RESOLVED);
    const verdict = {
      kind: 'bad_payload',
      message: 'DQ-1 holds this event, but Jira refused the transition “Close” (400): Close the sub-tasks first.',
    };
    expect(await deliver({ remote, message, deliveryKey: 'one' })).toEqual({ verdict, remote });
    expect((await deliver({ remote, message, deliveryKey: 'one' })).verdict).toEqual(DELIVERED);
    expect(jira.things()).toMatchObject([{ notes: { length: 1 }, resolved: true }]);
  });

  test('an issue that holds no more comments is resolved all the same, and the event is told lost', async () => {
    jira.project.maxComments = 0;
    const result = await deliver({ remote, message: aMessage(RESOLVED) });
    expect(result.verdict).toMatchObject({ kind: 'bad_payload', message: expect.stringContaining('(413)') });
    expect(jira.things()).toMatchObject([{ notes: [], resolved: true }]);
  });
});

describe('good news without an issue', () => {
  beforeEach(() => start());

  test.each<[string, Changes, number]>([
    ['make none', {}, 0],
    ['make one where that is wanted', { settings: { createResolved: true } }, 1],
    ['make one as a test', { test: true }, 1],
    ['make none where they are outdated', { settings: { createResolved: true }, outdated: true }, 0],
  ])('%s', async (_, changes, made) => {
    const { verdict } = await deliver({ message: aMessage(RESOLVED), ...changes });
    expect(verdict).toEqual(DELIVERED);
    expect(jira.things().map(({ resolved, updates }) => ({ resolved, updates }))).toEqual(
      Array(made).fill({ resolved: true, updates: 1 }),
    );
  });
});

describe('an issue that is gone', () => {
  test.each(['cloud', 'datacenter'] as const)(
    '%s: is made anew in the same run, though the index still has it',
    async (deployment) => {
      await start({ deployment });
      const remote = await first();
      jira.indexLagMs = 60_000;
      nowMs += 60_000;
      jira.remove('DQ-1');
      const again = await deliver({ remote });
      expect(again).toMatchObject({ verdict: DELIVERED, remote: { id: '10002', name: 'DQ-2', resolved: false } });
      expect(jira.things()).toMatchObject([{ id: 'DQ-2' }]);
      const steps = jira.requests.slice(-3).map(({ method, path }) => `${method} ${path.split('/')[4]}`);
      expect(steps).toEqual(['GET issue', 'POST search', 'POST issue'].map((step) => expect.stringContaining(step)));
      const searches = bodies(({ path }) => path.includes('/search'));
      expect(searches.at(-1).reconcileIssues).toEqual(deployment === 'cloud' ? [10001] : undefined);
    },
  );

  test('is forgotten where nothing is made in its place', async () => {
    await start();
    const remote = await first();
    jira.remove('DQ-1');
    expect(await deliver({ remote, message: aMessage(RESOLVED) })).toEqual({ verdict: DELIVERED, remote: null });
    expect(await deliver({ remote, outdated: true })).toEqual({ verdict: DELIVERED, remote: null });
  });

  test('one of another project or site is not used', async () => {
    await start();
    const remote = await first();
    const other = await deliver({
      remote: { ...remote, place: 'https://other.atlassian.net DQ' },
      subjectKey: 'wb-other',
    });
    expect(other.remote).toMatchObject({ name: 'DQ-2' });
  });
});

describe('an answer that was lost', () => {
  beforeEach(() => start());

  test('of the create: the issue is looked for until the index has it, and not made again', async () => {
    jira.indexLagMs = 60_000;
    jira.script(['lost'], isCreate);
    const deliveryKey = 'one';
    expect((await deliver({ deliveryKey })).verdict).toMatchObject({ kind: 'ambiguous' });
    for (const [searches, waitMs] of [
      [1, 5_000],
      [2, 15_000],
    ] as const) {
      nowMs += waitMs;
      expect((await deliver({ deliveryKey, unsure: { searches } })).verdict).toMatchObject({ kind: 'ambiguous' });
    }
    nowMs += 45_000;
    const found = await deliver({ deliveryKey, unsure: { searches: 3 } });
    expect(found).toMatchObject({ verdict: DELIVERED, remote: { name: 'DQ-1' } });
    expect(jira.things()).toMatchObject([{ id: 'DQ-1', notes: [] }]);
  });

  test('of a create that did nothing: it is made after the last search', async () => {
    for (const searches of [1, 2, 3]) {
      expect((await deliver({ unsure: { searches } })).verdict).toMatchObject({ kind: 'ambiguous' });
    }
    expect((await deliver({ unsure: { searches: 4 } })).verdict).toEqual(DELIVERED);
    expect(jira.things()).toHaveLength(1);
  });

  test('of a comment: it is looked for, and made after the last search', async () => {
    const remote = await first();
    jira.script(['lost'], isComment);
    const lost = await deliver({ remote, deliveryKey: 'two' });
    expect(lost).toEqual({ verdict: { kind: 'ambiguous', message: expect.any(String) }, remote });
    const again = await deliver({ remote, deliveryKey: 'two', unsure: { searches: 1 } });
    expect(again.verdict).toEqual(DELIVERED);
    expect(jira.things()).toMatchObject([{ notes: { length: 1 } }]);
    const other = { remote, deliveryKey: 'three' };
    expect((await deliver({ ...other, unsure: { searches: 3 } })).verdict).toMatchObject({ kind: 'ambiguous' });
    expect((await deliver({ ...other, unsure: { searches: 4 } })).verdict).toEqual(DELIVERED);
    expect(jira.things()).toMatchObject([{ notes: { length: 2 } }]);
  });

  test('of the transition: the status is read before it is made again', async () => {
    const remote = await first();
    jira.script(['lost'], isMove);
    const message = aMessage(RESOLVED);
    const lost = await deliver({ remote, message, deliveryKey: 'two' });
    expect(lost).toMatchObject({ verdict: { kind: 'retry' }, remote: { resolved: false } });
    expect((await deliver({ remote, message, deliveryKey: 'two' })).verdict).toEqual(DELIVERED);
    expect(jira.things()).toMatchObject([{ notes: { length: 1 }, updates: 1, resolved: true }]);
  });

  test('good news waits for an issue that may be there', async () => {
    const message = aMessage(RESOLVED);
    expect((await deliver({ message, unsure: { searches: 1 } })).verdict).toMatchObject({ kind: 'ambiguous' });
    expect((await deliver({ message, unsure: { searches: 4 } })).verdict).toEqual(DELIVERED);
    expect(jira.things()).toEqual([]);
  });

  test('of several with the label the oldest open one is taken, and the comment names the others', async () => {
    for (const searches of [4, 4]) {
      jira.indexLagMs = 60_000;
      await deliver({ unsure: { searches } });
    }
    nowMs += 60_000;
    jira.move('DQ-1', 'Done', 'Duplicate');
    nowMs += 60_000;
    const adopted = await deliver();
    expect(adopted.remote).toMatchObject({ name: 'DQ-2' });
    expect(jira.things()[1]?.notes[0]).toContain('DQ-1');
  });
});

describe.each(['cloud', 'datacenter'] as const)('whatever fails once in %s', (deployment) => {
  const waitsMs = [5_000, 15_000, 45_000, 120_000];

  /** As the caller goes on: what is remembered, and which search for what may have been made comes next. */
  async function untilDelivered(known: Known, changes: Changes, crashes: boolean): Promise<void> {
    for (let tries = 0; tries < 8; tries++) {
      const made = known.searches === null ? 0 : known.searches + 1;
      const unsure = known.searches === null ? null : { searches: made };
      const { verdict, remote } = await deliver({ ...changes, remote: known.remote, unsure });
      if (crashes && tries === 0) known.searches = 0;
      else {
        if (remote !== undefined) known.remote = remote;
        if (verdict.kind === 'delivered') known.searches = null;
        if (verdict.kind === 'ambiguous') known.searches = onlySearched(made) ? made : 0;
        if (verdict.kind === 'delivered') return;
      }
      nowMs += waitsMs[known.searches ?? 0] ?? 0;
    }
    throw new Error('it was never delivered');
  }

  interface Known {
    remote: Remote | null;
    searches: number | null;
  }

  test.each(['lost', { status: 500 }, { status: 503 }, throttled('jira-quota-tenant-based'), 'crash'] as const)(
    '%j: one issue, each event in it once, resolved at the end',
    async (fault) => {
      for (let failing = 0; failing < 12; failing++) {
        await start({ deployment });
        jira.indexLagMs = 60_000;
        let seen = 0;
        if (fault !== 'crash') jira.script([fault], () => seen++ === failing);
        const known: Known = { remote: null, searches: null };
        const events = [aMessage(), aMessage({ title: 'Failed again' }), aMessage(RESOLVED)];
        for (const [index, message] of events.entries()) {
          const changes = { message, deliveryKey: `dlv_${index}` };
          await untilDelivered(known, changes, fault === 'crash' && index === failing % 3);
        }
        expect(jira.things()).toMatchObject([{ notes: { length: 2 }, updates: 1, resolved: true }]);
        if (failing < 11) await jira.close();
      }
    },
  );
});

describe('what the project does not take', () => {
  beforeEach(() => start());

  test('optional fields are left out, and the description says so', async () => {
    jira.project.fields.components = { name: 'Components', kind: 'components', allowed: [] };
    delete jira.project.fields.priority;
    await first({ settings: { components: ['Pipeline'], assignee: 'nobody' } });
    const [, second] = bodies(isCreate);
    expect(Object.keys(second.fields).sort()).toEqual(['description', 'issuetype', 'labels', 'project', 'summary']);
    const told = JSON.stringify(second.fields.description);
    expect(told).toContain('Left out, since Jira refused it');
    expect(told).toContain("priority “High”: Field 'priority' cannot be set.");
    expect(told).toContain("components “Pipeline”: Component name 'Pipeline' is not valid");
    expect(told).toContain("assignee “nobody”: User 'nobody' cannot be assigned issues.");
    expect(bodies(isCreate)).toHaveLength(2);
  });

  test('a field that it lacks or demands is named, with everything else that is wrong', async () => {
    Object.assign(jira.project.fields, { customfield_10050: { name: 'Root cause', kind: 'text', required: true } });
    const { verdict, remote } = await deliver({ settings: { fields: { customfield_1: 'x' }, assignee: 'nobody' } });
    expect(remote).toBeUndefined();
    expect(verdict).toMatchObject({ kind: 'bad_configuration' });
    expect(verdict).toMatchObject({ message: expect.stringContaining('customfield_10050: Root cause is required.') });
    expect(verdict).toMatchObject({
      message: expect.stringContaining("customfield_1: Field 'customfield_1' cannot be set."),
    });
    expect(bodies(isCreate)).toHaveLength(1);
  });

  test('fields of every kind are taken: JSON as such, lines as a document', async () => {
    const fields = {
      customfield_10042: '{"value": "Data"}',
      customfield_10043: '42',
      customfield_10044: 'One line.\nAnother.',
      customfield_10045: '1234567890123456789012',
    };
    await first({ settings: { fields, labels: ['dq'], components: ['Exports'], issueType: '10002' } });
    const { fields: sent } = bodies(isCreate).at(-1);
    expect(sent).toMatchObject({
      issuetype: { id: '10002' },
      labels: ['dq', SUBJECT],
      components: [{ name: 'Exports' }],
      customfield_10042: { value: 'Data' },
      customfield_10043: 42,
      customfield_10045: '1234567890123456789012',
    });
    expect(adfFaults(sent.customfield_10044)).toEqual([]);
  });

  test.each([
    ['a map of its own', { high: 'Highest' }, { name: 'Highest' }],
    ['a map without this severity', { low: 'Low' }, undefined],
  ])('the priority by %s', async (_, priorities, priority) => {
    await first({ settings: { priorities } });
    expect(bodies(isCreate)[0].fields.priority).toEqual(priority);
  });

  test.each<[string, Partial<JiraConfig>, RegExp]>([
    ['project', { project: 'NOPE' }, /'NOPE' does not exist for the field 'project'/],
    ['issue type', { issueType: 'Epic' }, /issuetype: Specify a valid issue type/],
    ['deployment', { deployment: 'datacenter', accessToken: 'x' }, /personal access token/],
    ['token', { apiToken: 'wr0ng-t0ken' }, /\(401\)/],
  ])('a wrong %s', async (_, settings, message) => {
    expect((await deliver({ settings })).verdict).toEqual({
      kind: 'bad_configuration',
      message: expect.stringMatching(message),
    });
    expect(jira.things()).toEqual([]);
  });
});

test('what answers as Jira does not is not Jira', async () => {
  await start();
  const remote = await first();
  const notJira = { kind: 'bad_configuration', message: expect.stringMatching(/^The answer is not Jira’s/) };
  for (const answer of [
    { status: 200, body: '<html>Sign in</html>' },
    { status: 200, body: { ok: true } },
  ]) {
    jira.script([answer]);
    expect((await deliver()).verdict).toEqual(notJira);
    jira.script([answer]);
    expect((await deliver({ remote })).verdict).toEqual(notJira);
  }
  jira.script([{ status: 200 }], isComment);
  expect((await deliver({ remote })).verdict).toEqual(notJira);
  jira.script([{ status: 201, body: {} }], isCreate);
  expect((await deliver({ subjectKey: 'wb-2' })).verdict).toMatchObject({ kind: 'ambiguous' });
});

test('transitions with more to choose from than is read are read without it', async () => {
  await start();
  const remote = await first();
  const versions = Array.from({ length: 3_000 }, (_, index) => ({ name: `version ${index} of many` }));
  const fields = { fixVersions: { required: false, name: 'Fix versions', allowedValues: versions } };
  const transitions = [{ id: '11', name: 'Start', to: { name: 'In Progress' }, fields }];
  jira.script([{ status: 200, body: { transitions } }], ({ path }) => path.includes('expand=transitions.fields'));
  const settings = { resolveTransition: 'Start' };
  expect((await deliver({ remote, message: aMessage(RESOLVED), settings })).verdict).toEqual(DELIVERED);
  expect(bodies(isMove)).toEqual([{ transition: { id: '11' } }]);
});

test('a scoped token works at the address of the API, and links lead to the site', async () => {
  await start({ scoped: true });
  expect((await first()).link).toBe(`${jira.url}/browse/DQ-1`);
  const { verdict } = await deliver({ settings: { apiBaseUrl: undefined } });
  expect(verdict).toMatchObject({ kind: 'bad_configuration', message: expect.stringContaining('scoped token') });
});

test('a comment is known again in a list of which only the beginning is read', async () => {
  await start();
  const remote = await first();
  const message = aHugeMessage('漢', 3_000);
  await deliver({ remote, message, deliveryKey: 'one' });
  await deliver({ remote, message, deliveryKey: 'one' });
  expect(jira.things()).toMatchObject([{ notes: { length: 1 } }]);
});

test('a test is marked', async () => {
  await start();
  await first({ test: true });
  expect(jira.things()[0]?.title).toBe('[TEST] Job job_abc123 failed');
  expect(JSON.stringify(bodies(isCreate)[0].fields.description)).toContain('This is a test of Waybill');
});

test('texts of events mention, link and run nothing in wiki markup', async () => {
  await start({ deployment: 'datacenter' });
  const evil = '[~admin] {code}x{code} !x.png!\nh1. big';
  const remote = await first({ message: aMessage({ title: evil, text: evil }) });
  await deliver({ remote, message: aMessage({ title: evil, text: evil }) });
  const texts = [bodies(isCreate)[0].fields.description, bodies(isComment)[0].body];
  expect(texts.flatMap(wikiSequences).filter((sequence) => !sequence.startsWith('*'))).toEqual([]);
});

test('20 writes of one issue in two seconds and the wait that Jira asks for', async () => {
  await start();
  const remote = await first();
  jira.script([throttled('jira-burst-based', 3)], isComment);
  const burst = await deliver({ remote, deliveryKey: 'one' });
  expect(burst.verdict).toMatchObject({ kind: 'retry', code: 'rate_limited', afterMs: 3_000, rests: true });
  for (let made = 0; made < 20; made++) await deliver({ remote });
  const { verdict } = await deliver({ remote });
  expect(verdict).toEqual({ kind: 'retry', code: 'rate_limited', message: expect.any(String), afterMs: 5_000 });
  nowMs += 2_000;
  expect((await deliver({ remote })).verdict).toEqual(DELIVERED);
});

test.each([400, 401, 403, 404, 409, 410, 413, 415, 429, 500, 503])(
  'no credential is in what is said of a %i',
  async (status) => {
    await start();
    const authorization = `${jira.config.email}:${jira.config.apiToken}`;
    const echo = `${jira.config.apiToken} Basic ${Buffer.from(authorization).toString('base64')}`;
    jira.script([{ status, body: { errorMessages: [echo], errors: { project: echo } } }]);
    const { verdict } = await deliver();
    expect(verdict.kind).not.toBe('delivered');
    expect(JSON.stringify(verdict)).not.toContain(jira.config.apiToken);
    expect(JSON.stringify(verdict)).not.toContain(Buffer.from(authorization).toString('base64'));
    expect(JSON.stringify(verdict)).not.toContain(jira.url);
  },
);

test.each(['cloud', 'datacenter'] as const)(
  'a preview in %s shows search and create, or what becomes of what is there',
  async (deployment) => {
    await start({ deployment });
    const previewed = (changes: Partial<DeliverInput<JiraConfig>>) => {
      const input = {
        config: jira.config,
        message: aMessage(),
        deliveryKey: 'k',
        subjectKey: SUBJECT,
        remote: null,
      } as const;
      const rest = {
        outdated: false,
        unsure: null,
        test: false,
        nowMs,
        tokens: { get: () => undefined, set() {}, clear() {} },
      };
      const { requests, result } = previewSteps(
        jiraDestination.deliver({ ...input, ...rest, ...changes }),
        jiraDestination.assume,
      );
      expect(result.verdict).toEqual(DELIVERED);
      return requests.map(({ step }) => step);
    };
    expect(previewed({})).toEqual(['look for the issue', 'make the issue']);
    const remote = { place: `${jira.url} DQ`, id: '10001', name: 'DQ-1', link: null, resolved: false };
    expect(previewed({ remote, message: aMessage(RESOLVED) })).toEqual([
      'read the issue',
      'look for a transition',
      'read the last comments',
      'comment the issue',
      'resolve the issue',
    ]);
  },
);
