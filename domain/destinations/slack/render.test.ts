import { describe, expect, test } from 'vitest';
import { slackFaults, slackSequences } from '../../../test/vendors/slack-blocks.ts';
import { aHugeMessage, aMessage, HARD_TEXTS, repeated } from '../fixtures.ts';
import type { Message } from '../message.ts';
import { renderSlack, type SlackBlock } from './render.ts';

/** Texts of a message's blocks, in their order. */
function textsOf(message: Message): string[] {
  const inBlock = (block: SlackBlock): string[] => {
    if ('elements' in block)
      return block.elements.map((element) => (element.type === 'button' ? element.text.text : element.text));
    return 'fields' in block ? block.fields.map(({ text }) => text) : [block.text.text];
  };
  return renderSlack(message).blocks.flatMap(inBlock);
}

const rowsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ label: `L${index}`, value: 'v' }));

test('header, text, rows, list, button and context stand in this order', () => {
  const { blocks, text } = renderSlack(
    aMessage({
      list: {
        title: 'Findings',
        items: [{ severity: 'critical', title: 'R1 · Main.xaml:42', text: 'A secret.' }],
        total: 3,
      },
      link: { label: 'Open', url: 'https://example.com/jobs/1' },
    }),
  );
  expect(blocks.map(({ type }) => type)).toEqual([
    'header',
    'section',
    'section',
    'section',
    'section',
    'actions',
    'context',
  ]);
  expect(blocks[4]).toMatchObject({ text: { text: '🔴 Critical · R1 · Main.xaml:42\nA secret.' } });
  expect(text).toBe('🟠 High: Job job_abc123 failed\nThe source file could not be read.\nJob: job_abc123');
});

test('a message of nothing but a title is valid, an empty one too', () => {
  const bare = { text: '', fields: [], origin: '', occurredAt: '' };
  for (const title of ['Job failed', '']) expect(slackFaults(renderSlack(aMessage({ ...bare, title })))).toEqual([]);
});

describe.each(HARD_TEXTS)('%s', (_, unit) => {
  test.each([1, 76, 151, 2_001, 3_001, 6_000])('of %i units anywhere: valid and within the limits', (units) => {
    const body = renderSlack(aHugeMessage(unit, units));
    expect(slackFaults(body)).toEqual([]);
    expect(slackFaults({ ...body, channel: 'C1' }, 'chat.postMessage')).toEqual([]);
    expect(slackSequences(body)).toEqual([]);
  });
});

/** Every part at, below and above its limit; the header holds its mark and a space, a row's value is the second text. */
test.each([
  ['header', 150 - '🟠 '.length, (text: string) => aMessage({ title: text }), 0],
  ['text', 3_000, (text: string) => aMessage({ text }), 1],
  ['value', 2_000, (text: string) => aMessage({ fields: [{ label: 'L', value: text }] }), 3],
  ['label', 100 - '**'.length, (text: string) => aMessage({ fields: [{ label: text, value: 'v' }] }), 2],
  ['button', 75, (text: string) => aMessage({ link: { label: text, url: 'https://example.com/' } }), 4],
] as const)('the %s is whole up to its limit of %i more units, then cut with a count', (_, limit, messageOf, index) => {
  for (const length of [limit - 1, limit])
    expect(textsOf(messageOf('a'.repeat(length)))[index]).toContain('a'.repeat(length));
  expect(textsOf(messageOf('a'.repeat(limit + 1)))[index]).toMatch(
    /[^a]a+… \(\d+ more characters\)\*?$|^a+… \(\d+ more characters\)$/,
  );
  // An emoji that would be cut in two is left out whole.
  const cut = textsOf(messageOf(repeated('👩🏽‍🚀', limit + 7)))[index] ?? '';
  expect(cut.replace(/… \(\d+ more characters\)\*?$/, '').replaceAll('👩🏽‍🚀', '')).toMatch(/^(🟠 |\*)?$/u);
});

test.each([
  [5, 1],
  [6, 2],
  [10, 2],
  [11, 3],
])('%i rows take %i sections, ten texts in each at most', (rows, sections) => {
  const { blocks } = renderSlack(aMessage({ text: '', fields: rowsOf(rows) }));
  expect(blocks.filter((block) => 'fields' in block)).toHaveLength(sections);
});

test('fifty blocks are kept, of more rows the last are dropped, and the message says how many', () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ severity: 'low' as const, title: `I${index}`, text: '' }));
  const withItems = (count: number) => aMessage({ list: { title: 'List', items: items(count), total: count } });
  // Header, text, one section of rows, heading of the list, context.
  expect(renderSlack(withItems(45)).blocks).toHaveLength(50);
  const { blocks } = renderSlack(withItems(46));
  expect(blocks).toHaveLength(50);
  expect(JSON.stringify(blocks)).toContain('2 rows were left out to keep this short.');
  expect(JSON.stringify(blocks)).toContain('*List (44 of 46)*');
});

test('all blocks together stay at ten thousand characters', () => {
  const fields = Array.from({ length: 10 }, () => ({ label: 'L', value: 'v'.repeat(1_990) }));
  const texts = textsOf(aMessage({ fields }));
  expect(texts.join('').length).toBeLessThanOrEqual(10_000);
  expect(texts).toContain('6 rows were left out to keep this short.');
});

test('mentions, links and formatting in an event do nothing', () => {
  const evil = '<!channel> <@U024BE7LH> <https://evil.example|ok> *bold* `code` &lt;!here&gt;';
  const body = renderSlack(
    aMessage({ title: evil, text: evil, fields: [{ label: evil, value: evil }], origin: evil, occurredAt: evil }),
  );
  expect(slackSequences(body)).toEqual([]);
  // Literal where nothing is parsed, escaped once where it is; a label with marks is not put in bold.
  const formatted = body.blocks.flatMap((block) => ('fields' in block ? block.fields : [])).map(({ type }) => type);
  expect(formatted).toEqual(['plain_text', 'plain_text']);
  expect(body.text).toContain('&lt;!channel&gt; &lt;@U024BE7LH&gt; &lt;https://evil.example|ok&gt; *bold*');
  expect(body.text).toContain('&amp;lt;!here&amp;gt;');
});

test('the fallback text is cut before it is escaped, so that no entity is cut', () => {
  const body = renderSlack(aMessage({ text: '&'.repeat(5_000) }));
  expect(body.text.length).toBeLessThanOrEqual(1_000);
  expect(body.text.length).toBeGreaterThan(990);
  expect(slackSequences({ text: body.text })).toEqual([]);
});

test('the time is a date of Slack, made of digits only', () => {
  expect(slackSequences(renderSlack(aMessage()))).toEqual([
    '<!date^1705314600^{date_short_pretty} {time_secs}|2024-01-15 10:30:00 UTC>',
  ]);
});
