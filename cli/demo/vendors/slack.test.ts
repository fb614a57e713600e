import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { slackFaults } from '../../../test/vendors/slack-blocks.ts';
import { aFakeSlack, type SlackFake } from './slack.ts';

let slack: SlackFake;

beforeAll(async () => {
  slack = await aFakeSlack();
});
afterAll(() => slack.close());
beforeEach(() => {
  slack.faults.length = 0;
});

type Json = Record<string, unknown>;

const plain = (length: number) => ({ type: 'plain_text', text: 'a'.repeat(length) });
const section = (length: number) => ({ type: 'section', text: plain(length) });
const row = (count: number, length = 1) => ({
  type: 'section',
  fields: Array.from({ length: count }, () => plain(length)),
});
const button = (text: number, url = 'https://example.com/') => ({ type: 'button', text: plain(text), url });
const actions = (...elements: Json[]) => ({ type: 'actions', elements });
const many = (count: number, block: Json) => Array.from({ length: count }, () => block);

/** Blocks at a limit, and beyond it. */
const LIMITS: [string, Json[], Json[]][] = [
  ['blocks', many(50, section(1)), many(51, section(1))],
  ['the header', [{ type: 'header', text: plain(150) }], [{ type: 'header', text: plain(151) }]],
  ['a text', [section(3_000)], [section(3_001)]],
  ['a text that is empty', [section(1)], [section(0)]],
  ['a row', [row(10)], [row(11)]],
  ['a value', [row(1, 2_000)], [row(1, 2_001)]],
  [
    'a context',
    [{ type: 'context', elements: many(10, plain(1)) }],
    [{ type: 'context', elements: many(11, plain(1)) }],
  ],
  ['actions', [actions(...many(25, button(1)))], [actions(...many(26, button(1)))]],
  ['a button', [actions(button(75))], [actions(button(76))]],
  ['a link', [actions(button(1))], [actions(button(1, 'javascript:alert(1)'))]],
  ['names', [section(1)], [{ ...section(1), unknown: true }]],
  ['types', [section(1)], [{ type: 'alert', text: plain(1) }]],
  ['all blocks', many(4, section(3_000)), many(5, section(3_000))],
];

async function post(
  path: string,
  body: unknown,
  token = slack.config.botToken,
): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${slack.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

describe.each(LIMITS)('%s', (_, valid, beyond) => {
  test('at the limit: taken, as the schema has it', async () => {
    const body = { channel: slack.config.channel, text: 'a', blocks: valid };
    expect(slackFaults(body, 'chat.postMessage')).toEqual([]);
    expect(JSON.parse((await post('/api/chat.postMessage', body)).text)).toMatchObject({ ok: true });
    expect(slack.faults).toEqual([]);
  });

  test('beyond it: refused, as the schema has it, by a webhook with a bare word', async () => {
    const message = { text: 'a', blocks: beyond };
    const body = { channel: slack.config.channel, ...message };
    expect(slackFaults(body, 'chat.postMessage')).not.toEqual([]);
    const { status, text } = await post('/api/chat.postMessage', body);
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ ok: false })]);
    const { pathname } = new URL(slack.webhookConfig.webhookUrl);
    const { error } = JSON.parse(text);
    expect(await post(pathname, message)).toEqual({ status: 400, text: error });
    expect(slack.faults).toEqual([expect.stringContaining(error), `/services/T0ACMEACME: ${error}`]);
  });
});

test('without blocks a text is needed, of 4,000 characters at most in an update', async () => {
  const { channel } = slack.config;
  expect((await post('/api/chat.postMessage', { channel })).text).toContain('no_text');
  const { ts } = JSON.parse((await post('/api/chat.postMessage', { channel, text: 'a' })).text);
  const update = async (length: number) =>
    (await post('/api/chat.update', { channel, ts, text: 'a'.repeat(length) })).text;
  expect(await update(4_000)).toContain('"ok":true');
  expect(await update(4_001)).toContain('msg_too_long');
});

test.each([
  ['an unknown channel', { channel: 'C0UNKNOWN1' }, 'channel_not_found'],
  ['a channel the app is not in', { channel: 'C0GENERAL1' }, 'not_in_channel'],
  ['an archived channel', { channel: 'C0OLD00001' }, 'is_archived'],
  ['a thread that is not there', { thread_ts: '1.000001' }, 'thread_not_found'],
  ['metadata without a type', { metadata: { event_payload: {} } }, 'invalid_metadata_format'],
])('%s is refused', async (_, changes, error) => {
  const { text } = await post('/api/chat.postMessage', { channel: slack.config.channel, text: 'a', ...changes });
  expect(JSON.parse(text)).toMatchObject({ ok: false, error });
});

test('a wrong token is refused, and a webhook that is not there', async () => {
  expect((await post('/api/auth.test', {}, 'xoxb-wrong')).text).toContain('invalid_auth');
  expect(await post('/services/T1/B1/x', { text: 'a' })).toEqual({ status: 404, text: 'no_service' });
});

test('history lists the newest first, from the oldest on where only that is given; metadata only if asked for', async () => {
  const { channel } = slack.config;
  const times: string[] = [];
  for (const text of ['one', 'two', 'three']) {
    const metadata = { event_type: 'test', event_payload: {} };
    times.push(JSON.parse((await post('/api/chat.postMessage', { channel, text, metadata })).text).ts);
  }
  const oldest = String(Number(times[0]) - 0.00001);
  const history = async (query: string) => {
    const headers = { authorization: `Bearer ${slack.config.botToken}` };
    const response = await fetch(
      `${slack.url}/api/conversations.history?channel=${channel}&limit=2&oldest=${oldest}${query}`,
      { headers },
    );
    return ((await response.json()) as { messages: Json[] }).messages;
  };
  expect((await history('')).map(({ text }) => text)).toEqual(['two', 'one']);
  expect((await history('&latest=9999999999')).map(({ text }) => text)).toEqual(['three', 'two']);
  expect((await history('')).some((message) => 'metadata' in message)).toBe(false);
  expect((await history('&include_all_metadata=true')).every((message) => 'metadata' in message)).toBe(true);
});
