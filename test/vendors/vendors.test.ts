import { describe, expect, test } from 'vitest';
import { adaptiveCardFaults } from './adaptive-card.ts';
import { messageCardFaults } from './message-card.ts';
import { type SlackMethod, slackFaults, slackSequences } from './slack-blocks.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: plain(text) });
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

describe('Slack', () => {
  test.each([
    ['text alone', { text: 'Hi' }],
    ['a header of 150 characters', { blocks: [{ type: 'header', text: plain('a'.repeat(150)) }] }],
    ['a section of 3,000', { blocks: [section('a'.repeat(3_000))] }],
    ['fifty blocks', { blocks: times(50, { type: 'divider' }) }],
    ['ten fields of 1,000', { blocks: [{ type: 'section', fields: times(10, plain('a'.repeat(1_000))) }] }],
  ])('takes %s', (_, body) => {
    expect(slackFaults(body)).toEqual([]);
  });

  test.each([
    ['nothing to show', {}, /^no_text$/],
    [
      'a header of 151',
      { blocks: [{ type: 'header', text: plain('a'.repeat(151)) }] },
      /less than 151 .*\/blocks\/0\/text\/text\]$/,
    ],
    ['a header in mrkdwn', { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'a' } }] }, /\/blocks\/0\/text/],
    [
      'a section of 3,001',
      { blocks: [section('a'.repeat(3_001))] },
      /^must be less than 3001 characters \[json-pointer:\/blocks\/0\/text\/text\]$/,
    ],
    ['an empty text', { blocks: [section('')] }, /^must be more than 0 characters/],
    ['a section of nothing', { blocks: [{ type: 'section' }] }, /^must have text or fields/],
    [
      'a field of 2,001',
      { blocks: [{ type: 'section', fields: [plain('a'.repeat(2_001))] }] },
      /\/blocks\/0\/fields\/0\/text\]$/,
    ],
    ['eleven fields', { blocks: [{ type: 'section', fields: times(11, plain('a')) }] }, /^no more than 10 items/],
    ['fifty-one blocks', { blocks: times(51, { type: 'divider' }) }, /^no more than 50 items/],
    [
      'a button of 76',
      { blocks: [{ type: 'actions', elements: [{ type: 'button', text: plain('a'.repeat(76)) }] }] },
      /less than 76/,
    ],
    ['an unknown field', { blocks: [{ type: 'divider', color: 'red' }] }, /color/],
    ['an unknown block', { blocks: [{ type: 'fancy' }] }, /\/blocks\/0\/type\]$/],
    ['link_names', { text: 'a', link_names: true }, /link_names/],
    ['too much in all', { blocks: times(5, section('a'.repeat(3_000))) }, /^msg_blocks_too_long$/],
    ['half a character', { text: 'a\ud800' }, /^unclean text \[json-pointer:\/text\]$/],
    ['NUL', { blocks: [section('a\0')] }, /^unclean text/],
  ])('refuses %s', (_, body, fault) => {
    expect(slackFaults(body)[0]).toMatch(fault);
  });

  test.each<[SlackMethod, Record<string, unknown>, string[]]>([
    ['webhook', { text: 'a', channel: 'C1' }, ['Unrecognized key: "channel" [json-pointer:]']],
    [
      'chat.postMessage',
      { text: 'a', channel: 'C1', thread_ts: '1.2', metadata: { event_type: 'e', event_payload: {} } },
      [],
    ],
    [
      'chat.update',
      { text: 'a'.repeat(4_001), channel: 'C1', ts: '1.2' },
      ['must be less than 4001 characters [json-pointer:/text]'],
    ],
  ])('%s has fields of its own', (method, body, faults) => {
    expect(slackFaults(body, method)).toEqual(faults);
  });

  test('what Slack would act upon is listed: in mrkdwn and text, not in plain text', () => {
    const mrkdwn = { type: 'section', text: { type: 'mrkdwn', text: '<@U1> &lt;b&gt; a & b &am' } };
    const found = slackSequences({ text: '<!channel', blocks: [mrkdwn, section('<!here> & <b>')] });
    expect(found).toEqual(['<!channel', '<@U1>', '&', '&']);
  });
});

describe('Adaptive Card', () => {
  const envelope = (part: object) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: 'Hi' }], ...part },
      },
    ],
  });

  test('takes a card in its envelope', () => {
    expect(adaptiveCardFaults(envelope({}))).toEqual([]);
  });

  test.each([
    ['a card without its envelope', envelope({}).attachments[0]?.content, /\/type\]/],
    ['another type of card', envelope({ type: 'Card' }), /\/content\/type\]$/],
    ['version 1.6', envelope({ version: '1.6' }), /at most 1\.5/],
    ['an unknown field', envelope({ colour: 'red' }), /colour/],
    ['an element of another kind', envelope({ body: [{ type: 'Table' }] }), /\/body\/0\/type\]$/],
    ['facts without value', envelope({ body: [{ type: 'FactSet', facts: [{ title: 'a' }] }] }), /\/facts\/0\/value\]$/],
    [
      'an action that needs a bot',
      envelope({ actions: [{ type: 'Action.Submit', title: 'a' }] }),
      /\/actions\/0\/type\]/,
    ],
    ['a relative link', envelope({ actions: [{ type: 'Action.OpenUrl', title: 'a', url: '/a' }] }), /absolute https/],
    ['more than 28 KiB', envelope({ body: [{ type: 'TextBlock', text: 'ж'.repeat(15_000) }] }), /exceed 28672 bytes/],
    ['half a character', envelope({ body: [{ type: 'TextBlock', text: '\ud800' }] }), /^unclean text/],
  ])('refuses %s', (_, body, fault) => {
    expect(adaptiveCardFaults(body).join('\n')).toMatch(fault);
  });
});

describe('MessageCard', () => {
  const card = (part: object) => ({
    '@type': 'MessageCard',
    '@context': 'https://schema.org/extensions',
    text: 'Hi',
    ...part,
  });
  const action = (uri: string) => ({ '@type': 'OpenUri', name: 'Open', targets: [{ os: 'default', uri }] });

  test('takes a card with sections and a link', () => {
    const sections = times(10, { title: 'a', facts: [{ name: 'n', value: 'v' }] });
    expect(messageCardFaults(card({ sections, potentialAction: [action('https://example.com/')] }))).toEqual([]);
  });

  test.each([
    ['a card without type', { text: 'Hi' }, /\/@type\]/],
    ['neither text nor summary', card({ text: undefined, title: 'a' }), /^Summary or Text is required/],
    ['eleven sections', card({ sections: times(11, { text: 'a' }) }), /no more than 10 sections/],
    ['five actions', card({ potentialAction: times(5, action('https://example.com/')) }), /no more than 4 actions/],
    ['a relative link', card({ potentialAction: [action('/a')] }), /absolute URL/],
    ['a colour by name', card({ themeColor: 'red' }), /RRGGBB/],
    ['an unknown field', card({ sections: [{ text: 'a', colour: 'red' }] }), /colour/],
    ['an empty section', card({ sections: [{}] }), /title, text or facts/],
    ['more than 28 KiB', card({ text: 'ж'.repeat(15_000) }), /exceed 28672 bytes/],
  ])('refuses %s', (_, body, fault) => {
    expect(messageCardFaults(body).join('\n')).toMatch(fault);
  });
});
