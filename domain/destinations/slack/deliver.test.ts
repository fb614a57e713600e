import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aFakeSlack, type SlackFake } from '../../../cli/demo/vendors/slack.ts';
import { textsIn } from '../../../cli/demo/vendors/slack-limits.ts';
import type { SlackPost } from '../../../cli/demo/vendors/slack-workspace.ts';
import { LOOPBACK_NETWORKS } from '../../../outbound/address-guard.ts';
import { createHttpClient } from '../../../outbound/http-client.ts';
import { type SlackMethod, slackFaults, slackSequences } from '../../../test/vendors/slack-blocks.ts';
import type { DeliverInput, DeliverResult, Remote } from '../destination.ts';
import { aHugeMessage, aMessage, HARD_TEXTS } from '../fixtures.ts';
import type { Message } from '../message.ts';
import { previewSteps, runSteps } from '../run-steps.ts';
import type { SlackConfig } from './config.ts';
import { slackDestination } from './destination.ts';

type Changes = Partial<DeliverInput<SlackConfig>>;

let slack: SlackFake;
let http: ReturnType<typeof createHttpClient>;

beforeEach(async () => {
  slack = await aFakeSlack();
  http = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS });
});
afterEach(async () => {
  await http.close();
  await slack.close();
});

const failed = () => aMessage();
const running = () =>
  aMessage({ title: 'Job job_abc123 is running', severity: 'info', occurredAt: '2024-01-15T10:31:00.000Z' });
const completed = () =>
  aMessage({
    title: 'Job job_abc123 completed',
    severity: 'info',
    resolved: true,
    occurredAt: '2024-01-15T10:32:00.000Z',
  });

function anInput(changes: Changes = {}): DeliverInput<SlackConfig> {
  return {
    config: slack.config,
    message: failed(),
    deliveryKey: 'dlv_1',
    subjectKey: `wb-${'0'.repeat(40)}`,
    remote: null,
    outdated: false,
    unsure: null,
    test: false,
    tokens: { get: () => undefined, set: () => undefined, clear: () => undefined },
    nowMs: Date.UTC(2024, 0, 15, 10, 40),
    ...changes,
  };
}

/** Over real HTTP. */
function deliver(changes: Changes = {}): Promise<DeliverResult> {
  const ports = {
    // A sixteenth of what is kept of an answer, so that few messages fill it.
    exchange: (request: Parameters<typeof http.exchange>[0]) => http.exchange({ ...request, maxResponseBytes: 65_536 }),
    nowMs: () => performance.now(),
    onExchange: () => undefined,
  };
  return runSteps(slackDestination.deliver(anInput(changes)), ports);
}

/** Delivers and gives what is remembered after it. */
async function delivered(changes: Changes = {}): Promise<Remote> {
  const { verdict, remote } = await deliver(changes);
  expect(verdict).toEqual({ kind: 'delivered' });
  if (!remote) throw new Error('nothing is remembered');
  return remote;
}

const threaded = (): SlackConfig => ({ ...slack.config, updates: 'thread' });
const methods = () => slack.requests.map(({ path }) => path.replace(/^\/api\//, '').replace(/\?.*/, ''));
const posting = ({ path }: { path: string }) => path.endsWith('/chat.postMessage');
const root = () => slack.workspace.posts[0] as SlackPost;

describe('a bot that updates', () => {
  test('the first event makes a message; its link is remembered', async () => {
    const remote = await delivered();
    const id = root().ts;
    const link = `https://acme.slack.com/archives/C0ALERTS01/p${id.replace('.', '')}`;
    expect(remote).toEqual({ place: 'C0ALERTS01', id, name: '', link, resolved: false });
    expect(slack.things()).toEqual([{ id, title: '🟠 Job job_abc123 failed', notes: [], updates: 0, resolved: false }]);
    expect(slack.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${slack.config.botToken}`,
      'content-type': 'application/json; charset=utf-8',
    });
    expect(methods()).toEqual(['chat.postMessage', 'chat.getPermalink']);
  });

  test('later ones update it, silently until it is resolved, which a reply says once; so does one that opens it again', async () => {
    let remote = await delivered();
    remote = await delivered({ remote, message: running(), deliveryKey: 'dlv_2' });
    expect(slack.things()).toMatchObject([{ title: '⚪ Job job_abc123 is running', notes: [], updates: 1 }]);
    remote = await delivered({ remote, message: completed(), deliveryKey: 'dlv_3' });
    expect(remote.resolved).toBe(true);
    expect(slack.things()).toMatchObject([
      { notes: ['✅ Resolved: Job job_abc123 completed'], updates: 2, resolved: true },
    ]);
    const again = { ...completed(), title: 'Job job_abc123 was archived' };
    remote = await delivered({ remote, message: again, deliveryKey: 'dlv_4' });
    expect(slack.things()).toMatchObject([{ title: '✅ Job job_abc123 was archived', updates: 3 }]);
    expect(slack.things()[0]?.notes).toHaveLength(1);
    remote = await delivered({ remote, message: failed(), deliveryKey: 'dlv_5' });
    expect(remote.resolved).toBe(false);
    expect(slack.things()).toMatchObject([{ updates: 4, resolved: false }]);
    expect(slack.things()[0]?.notes[1]).toBe('🟠 Open again: Job job_abc123 failed');
    expect(slack.workspace.posts.map(({ broadcast }) => broadcast)).toEqual([false, false, true]);
    expect(slack.faults).toEqual([]);
  });

  test('the same delivery again changes nothing, whichever it was', async () => {
    const first = await delivered();
    const made = slack.things();
    expect(await delivered({ remote: first })).toEqual(first);
    expect(slack.things()).toEqual(made);
    const resolved = { remote: first, message: completed(), deliveryKey: 'dlv_2' };
    const remote = await delivered(resolved);
    const after = slack.things();
    for (const again of [remote, first]) expect(await delivered({ ...resolved, remote: again })).toEqual(remote);
    expect(slack.things()).toEqual(after);
  });

  test('a reply that was throttled is made later, once; the root is updated meanwhile', async () => {
    const remote = await delivered();
    slack.script(
      [{ status: 429, headers: { 'retry-after': '9' }, body: { ok: false, error: 'ratelimited' } }],
      posting,
    );
    const resolved = { remote, message: completed(), deliveryKey: 'dlv_2' };
    const result = await deliver(resolved);
    expect(result).toMatchObject({
      verdict: { kind: 'retry', code: 'rate_limited', afterMs: 9_000, rests: true },
      remote,
    });
    expect(await delivered(resolved)).toMatchObject({ resolved: true });
    expect(slack.things()).toMatchObject([{ updates: 1, resolved: true }]);
    expect(slack.things()[0]?.notes).toHaveLength(1);
  });

  test('in a locked thread the updated message is enough', async () => {
    const remote = await delivered();
    slack.script([{ status: 200, body: { ok: false, error: 'restricted_action_thread_locked' } }], posting);
    expect(await delivered({ remote, message: completed(), deliveryKey: 'dlv_2' })).toEqual({
      ...remote,
      resolved: true,
    });
    expect(slack.things()).toHaveLength(1);
  });

  test.each(['deleted', 'closed'] as const)('a message that is %s is made anew, in the same run', async (state) => {
    const remote = await delivered();
    root()[state] = true;
    const renewed = await delivered({ remote, message: running(), deliveryKey: 'dlv_2' });
    expect(renewed.id).not.toBe(remote.id);
    expect(slack.things().at(-1)).toMatchObject({ id: renewed.id, title: '⚪ Job job_abc123 is running' });
  });

  test('what is in another channel is left alone', async () => {
    const remote = await delivered();
    const config = { ...slack.config, channel: 'C0OPS00001' };
    expect(await delivered({ remote, config, deliveryKey: 'dlv_2' })).toMatchObject({ place: 'C0OPS00001' });
    expect(slack.things()).toMatchObject([{ updates: 0, notes: [] }, { notes: [] }]);
  });
});

describe('a bot that replies', () => {
  test('every later event is a reply; the channel sees those that resolve it or open it again', async () => {
    let remote = await delivered({ config: threaded() });
    const messages = [running(), completed(), failed()];
    for (const [index, message] of messages.entries()) {
      remote = await delivered({ config: threaded(), remote, message, deliveryKey: `dlv_${index + 2}` });
      expect(remote.resolved).toBe(message.resolved);
    }
    expect(slack.things()).toMatchObject([{ title: '🟠 Job job_abc123 failed', updates: 0, resolved: false }]);
    expect(slack.things()[0]?.notes).toHaveLength(3);
    expect(slack.workspace.posts.map(({ broadcast }) => broadcast)).toEqual([false, false, true, true]);
    expect(slack.workspace.posts.slice(1).map(({ blocks }) => textsIn(blocks).at(-1))).toEqual([
      expect.stringContaining('2024-01-15 10:31:00 UTC'),
      'Resolved',
      'Open again',
    ]);
  });

  test('the same delivery again adds nothing, the first one neither', async () => {
    const config = threaded();
    const first = await delivered({ config });
    await delivered({ config, remote: first });
    const remote = await delivered({ config, remote: first, message: completed(), deliveryKey: 'dlv_2' });
    await delivered({ config, remote, message: completed(), deliveryKey: 'dlv_2' });
    expect(slack.workspace.posts).toHaveLength(2);
  });

  test('without the right to read it replies all the same', async () => {
    const config = threaded();
    const remote = await delivered({ config });
    slack.scopes.delete('channels:history');
    await delivered({ config, remote, message: running(), deliveryKey: 'dlv_2' });
    expect(slack.things()[0]?.notes).toHaveLength(1);
  });

  test.each([
    ['without replies', false],
    ['with replies, of which a stone is left', true],
  ])('a root that was deleted, %s, is made anew', async (_, replied) => {
    const config = threaded();
    const remote = await delivered({ config });
    if (replied) await delivered({ config, remote, message: running(), deliveryKey: 'dlv_2' });
    root().deleted = true;
    const renewed = await delivered({ config, remote, message: completed(), deliveryKey: 'dlv_3' });
    expect(slack.things()).toMatchObject([{ id: renewed.id, title: '✅ Job job_abc123 completed' }]);
  });
});

test.each(['update', 'thread'] as const)('an event that comes late is only a reply (%s)', async (updates) => {
  const config = { ...slack.config, updates };
  const remote = await delivered({ config, message: completed() });
  const late = { config, remote, message: running(), outdated: true, deliveryKey: 'dlv_0' };
  for (let times = 0; times < 2; times++) expect(await delivered(late)).toEqual(remote);
  expect(slack.things()).toMatchObject([{ title: '✅ Job job_abc123 completed', updates: 0, resolved: true }]);
  expect(slack.things()[0]?.notes).toHaveLength(1);
  expect(textsIn(slack.workspace.posts[1]?.blocks)).toContain('Came late: newer events are shown already');
});

describe('after a request without an answer', () => {
  test.each(['lost', 'hang'] as const)(
    'the first message (%s) is found or, after four searches, made anew',
    async (fate) => {
      slack.script([fate], posting);
      const impatient = {
        ...http,
        exchange: (request: Parameters<typeof http.exchange>[0]) => http.exchange({ ...request, timeoutMs: 300 }),
      };
      const ports = { exchange: impatient.exchange, nowMs: () => performance.now(), onExchange: () => undefined };
      const lost = await runSteps(slackDestination.deliver(anInput()), ports);
      expect(lost).toMatchObject({ verdict: { kind: 'ambiguous' }, remote: null });
      if (fate === 'hang') {
        for (const searches of [1, 2, 3])
          expect(await deliver({ unsure: { searches } })).toMatchObject({ verdict: { kind: 'ambiguous' } });
      }
      const remote = await delivered({ unsure: { searches: 4 } });
      expect(slack.things()).toMatchObject([{ id: remote.id }]);
      expect(remote.link).toContain('acme.slack.com');
    },
  );

  test('the message of another delivery of the subject is gone on with, at once', async () => {
    await delivered();
    const remote = await delivered({ unsure: { searches: 1 }, message: completed(), deliveryKey: 'dlv_2' });
    expect(slack.things()).toMatchObject([{ id: remote.id, updates: 1, resolved: true, notes: [expect.any(String)] }]);
  });

  test('it is looked for from four days before the event on, a reply from an hour before; of a time to come, from the beginning', async () => {
    const oldest = () => new URL(slack.requests.at(-1)?.path ?? '', slack.url).searchParams.get('oldest');
    await deliver({ unsure: { searches: 1 } });
    expect(oldest()).toBe(String(Date.UTC(2024, 0, 11, 10, 30) / 1_000));
    await deliver({ unsure: { searches: 1 }, message: aMessage({ occurredAt: '2030-01-01T00:00:00.000Z' }) });
    expect(oldest()).toBeNull();
    const remote = await delivered();
    slack.script([{ status: 503, body: '' }], ({ path }) => path.includes('conversations.replies'));
    await deliver({ remote, message: { ...failed(), resolved: true }, deliveryKey: 'dlv_2', unsure: { searches: 1 } });
    expect(oldest()).toBe(String(Date.UTC(2024, 0, 15, 9, 30) / 1_000));
  });

  test('messages of other subjects, replies and strangers are not taken for it', async () => {
    await delivered({ subjectKey: `wb-${'1'.repeat(40)}` });
    const other = await delivered({ config: threaded(), deliveryKey: 'dlv_2' });
    await delivered({ config: threaded(), remote: other, message: completed(), deliveryKey: 'dlv_3' });
    const own = slack.workspace.posts[1] as SlackPost;
    own.deleted = true;
    slack.workspace.post('C0ALERTS01', { text: 'hello', metadata: { event_type: 'other', event_payload: {} } }, false);
    expect(await deliver({ unsure: { searches: 1 } })).toMatchObject({ verdict: { kind: 'ambiguous' } });
  });

  test.each(['update', 'thread'] as const)('a reply is found (%s)', async (updates) => {
    const config = { ...slack.config, updates };
    const remote = await delivered({ config });
    const resolved = { config, remote, message: completed(), deliveryKey: 'dlv_2' };
    slack.script(['lost'], posting);
    expect(await deliver(resolved)).toMatchObject({ verdict: { kind: 'ambiguous' }, remote: { resolved: false } });
    expect(await delivered({ ...resolved, unsure: { searches: 1 } })).toMatchObject({ resolved: true });
    expect(slack.things()).toMatchObject([{ resolved: true, notes: [expect.any(String)] }]);
  });

  test.each(['update', 'thread'] as const)(
    'a reply that never arrived is made after four searches (%s)',
    async (updates) => {
      const config = { ...slack.config, updates };
      const remote = await delivered({ config });
      const resolved = { config, remote, message: completed(), deliveryKey: 'dlv_2' };
      slack.script([{ status: 200, body: { ok: false, error: 'fatal_error' } }], posting);
      expect(await deliver(resolved)).toMatchObject({ verdict: { kind: 'ambiguous' } });
      for (const searches of [1, 2, 3]) {
        expect(await deliver({ ...resolved, unsure: { searches } })).toMatchObject({ verdict: { kind: 'ambiguous' } });
      }
      await delivered({ ...resolved, unsure: { searches: 4 } });
      expect(slack.things()[0]?.notes).toHaveLength(1);
    },
  );

  test('an update is simply made again, and the reply after it need not be searched for', async () => {
    const remote = await delivered();
    const resolved = { remote, message: completed(), deliveryKey: 'dlv_2' };
    slack.script(['hang'], ({ path }) => path.endsWith('/chat.update'));
    const hasty = {
      exchange: (request: Parameters<typeof http.exchange>[0]) => http.exchange({ ...request, timeoutMs: 300 }),
      nowMs: () => performance.now(),
      onExchange: () => undefined,
    };
    expect(await runSteps(slackDestination.deliver(anInput(resolved)), hasty)).toMatchObject({
      verdict: { kind: 'retry', code: 'timeout' },
    });
    await delivered({ ...resolved, unsure: { searches: 1 } });
    expect(slack.things()).toMatchObject([{ resolved: true, updates: 1 }]);
    expect(slack.things()[0]?.notes).toHaveLength(1);
  });

  test('it is not made anew as long as it could not be looked for', async () => {
    slack.scopes.delete('channels:history');
    expect(await deliver({ unsure: { searches: 4 } })).toMatchObject({
      verdict: { kind: 'bad_configuration', message: expect.stringContaining('channels:history') },
    });
    slack.script([{ status: 503, body: '' }]);
    expect(await deliver({ unsure: { searches: 4 } })).toMatchObject({ verdict: { kind: 'retry', code: 'http_503' } });
    expect(slack.things()).toEqual([]);
  });

  test('it is found among others whose answers are too long to be kept whole', async () => {
    const mine = await delivered();
    const others = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          delivered({ message: aHugeMessage('漢', 6_000), deliveryKey: `dlv_x${index}`, subjectKey: `wb-${index}` }),
        ),
      );
    await others(7);
    expect(await delivered({ unsure: { searches: 1 } })).toEqual(mine);
    // Where it is not among the latest ten answers, the search ends in vain.
    await others(7);
    const before = slack.requests.length;
    expect(await deliver({ unsure: { searches: 1 } })).toMatchObject({ verdict: { kind: 'ambiguous' } });
    expect(slack.requests.length - before).toBe(10);
  });

  test('behind a message that is too long by itself it is not found, and made anew after four searches', async () => {
    await delivered({ deliveryKey: 'dlv_0' });
    slack.workspace.post('C0ALERTS01', { text: 'x'.repeat(70_000) }, false);
    expect(await deliver({ unsure: { searches: 1 } })).toMatchObject({ verdict: { kind: 'ambiguous' } });
    await delivered({ unsure: { searches: 4 } });
    expect(slack.things()).toHaveLength(3);
  });
});

describe('through a webhook', () => {
  test('every event is a message of its own, and a lost one is sent again', async () => {
    const config = slack.webhookConfig;
    expect(await deliver({ config })).toEqual({ verdict: { kind: 'delivered' } });
    slack.script(['lost']);
    const lost = await deliver({ config, message: completed() });
    expect(lost.verdict).toMatchObject({ kind: 'retry', afterMs: null });
    expect(await deliver({ config, message: completed(), unsure: { searches: 1 } })).toEqual({
      verdict: { kind: 'delivered' },
    });
    expect(slack.things().map(({ title }) => title)).toEqual([
      '🟠 Job job_abc123 failed',
      '✅ Job job_abc123 completed',
      '✅ Job job_abc123 completed',
    ]);
    expect(slack.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('what resolves a subject, and what comes late, says so', async () => {
    const config = slack.webhookConfig;
    await deliver({ config, message: { ...failed(), severity: 'low', resolved: true } });
    await deliver({ config, message: running(), outdated: true });
    expect(slack.workspace.posts.map(({ blocks }) => textsIn(blocks).at(-1))).toEqual([
      'Resolved',
      'Came late: newer events are shown already',
    ]);
  });

  test('a webhook that was removed is a configuration to be changed', async () => {
    slack.webhook.removed = true;
    expect(await deliver({ config: slack.webhookConfig })).toMatchObject({
      verdict: { kind: 'bad_configuration', message: expect.stringContaining('make a new one') },
    });
  });
});

test('a test of a bot is a message of its own, once, and leaves what is remembered alone', async () => {
  const remote = await delivered();
  slack.script(['lost'], posting);
  const trial = { remote, test: true, message: completed(), deliveryKey: 'dlv_test' };
  expect(await deliver(trial)).toMatchObject({ verdict: { kind: 'ambiguous' } });
  expect(await deliver({ ...trial, unsure: { searches: 1 } })).toEqual({ verdict: { kind: 'delivered' } });
  expect(slack.things().map(({ title, updates }) => [title, updates])).toEqual([
    ['🟠 Job job_abc123 failed', 0],
    ['✅ [Test] Job job_abc123 completed', 0],
  ]);
  // Nor is it taken for the subject's message later, or the subject's for a test.
  root().deleted = true;
  expect(await deliver({ unsure: { searches: 1 } })).toMatchObject({ verdict: { kind: 'ambiguous' } });
  const other = { ...trial, deliveryKey: 'dlv_test2', unsure: { searches: 1 } };
  expect(await deliver(other)).toMatchObject({ verdict: { kind: 'ambiguous' } });
  expect(await deliver({ ...other, unsure: { searches: 4 } })).toEqual({ verdict: { kind: 'delivered' } });
});

test.each(['bot', 'webhook'] as const)('a test says so in title, notification and below (%s)', async (via) => {
  await deliver({ config: via === 'bot' ? slack.config : slack.webhookConfig, test: true });
  const { text, blocks } = root();
  expect(text).toMatch(/^🟠 High: \[Test\] Job job_abc123 failed/);
  expect(textsIn(blocks)[0]).toBe('🟠 [Test] Job job_abc123 failed');
  expect(textsIn(blocks).at(-1)).toBe('Test event');
});

describe.each(HARD_TEXTS)('%s', (_, unit) => {
  test.each([151, 3_001])('of %i units anywhere: Slack takes all that is sent', async (units) => {
    const hard = (changes: Partial<Message> = {}) => ({ ...aHugeMessage(unit, units), ...changes });
    await deliver({ config: slack.webhookConfig, message: hard() });
    for (const updates of ['update', 'thread'] as const) {
      const config = { ...slack.config, updates };
      await deliver({ config, message: hard(), test: true });
      const remote = await delivered({ config, message: hard() });
      await delivered({ config, remote, message: hard({ resolved: true }), deliveryKey: 'dlv_2' });
      await delivered({ config, remote, message: hard(), outdated: true, deliveryKey: 'dlv_3' });
    }
    expect(slack.faults).toEqual([]);
    for (const { method, path, body } of slack.requests.filter((request) => request.method === 'POST')) {
      const sent = JSON.parse(body);
      const kind = path.startsWith('/services/') ? 'webhook' : path.slice('/api/'.length);
      expect([method, slackFaults(sent, kind as SlackMethod), slackSequences(sent)]).toEqual(['POST', [], []]);
    }
  });
});

test.each([
  ['the first event', {}, ['chat.postMessage', 'chat.getPermalink']],
  ['a later one', { remote: true }, ['chat.update']],
  [
    'one that resolves',
    { remote: true, message: completed() },
    ['conversations.replies', 'chat.update', 'chat.postMessage'],
  ],
] as const)('a preview of %s shows its requests', (_, changes, expected) => {
  const remote: Remote | null =
    'remote' in changes
      ? { place: 'C0ALERTS01', id: '1700000000.000100', name: '', link: null, resolved: false }
      : null;
  const { requests, result } = previewSteps(
    slackDestination.deliver(anInput({ ...changes, remote })),
    slackDestination.assume,
  );
  expect(requests.map(({ url }) => url.replace(/^.*\/api\//, '').replace(/\?.*/, ''))).toEqual(expected);
  expect(result.verdict).toEqual({ kind: 'delivered' });
});

test('a preview through a webhook is its one request', () => {
  const { requests, result } = previewSteps(
    slackDestination.deliver(anInput({ config: slack.webhookConfig })),
    slackDestination.assume,
  );
  expect(requests).toHaveLength(1);
  expect(result).toEqual({ verdict: { kind: 'delivered' } });
});
