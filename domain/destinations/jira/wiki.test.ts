import { describe, expect, test } from 'vitest';
import { summaryFaults, wikiFaults, wikiSequences } from '../../../test/vendors/jira.ts';
import { aHugeMessage, aMessage, HARD_TEXTS, repeated } from '../fixtures.ts';
import { renderSummary } from './summary.ts';
import { escapeWiki, renderWikiComment, renderWikiDescription } from './wiki.ts';

test.each([
  ['mentions and links', '[~admin] [x|https://evil.example]', '\\[\\~admin\\] \\[x\\|https://evil.example\\]'],
  ['macros', '{code}x{code} {html}', '\\{code\\}x\\{code\\} \\{html\\}'],
  ['embeds', '!logo.png!', '\\!logo.png\\!'],
  ['emphasis', '*a* _b_ -c- +d+ ^e^ ~f~ ??g??', '\\*a\\* \\_b\\_ \\-c\\- \\+d\\+ \\^e\\^ \\~f\\~ \\?\\?g\\?\\?'],
  ['tables', '||a|b|', '\\|\\|a\\|b\\|'],
  ['headings, quotes and numbered lists', 'h1. a\nbq. b\n# c', 'h1&#46; a\nbq&#46; b\n&#35; c'],
  ['bullets and rules', '- a\n* b\n----', '\\- a\n\\* b\n\\-\\-\\-\\-'],
  ['backslashes, of which two break a line', 'C:\\\\x', 'C:&#92;&#92;x'],
  ['entities', '&lt; & &#42;', '&amp;lt; & &amp;#42;'],
  ['emoticons', '(!) (x) :)', '\\(\\!\\) \\(x\\) :\\)'],
])('%s are shown as written', (_, text, escaped) => {
  expect(escapeWiki(text)).toBe(escaped);
});

test('ids and addresses stay whole', () => {
  const text = 'job_abc-123 on https://a-b.example/c_d?x=1 at 2024-01-15, why?';
  expect(escapeWiki(text)).toBe(text);
});

test('only what we write ourselves is acted upon', () => {
  const evil = '[~admin] {code}x{code} !x! *b* [a|https://evil.example]\nh1. big\n||t||';
  const body = renderWikiComment(
    aMessage({
      title: evil,
      text: evil,
      fields: [{ label: evil, value: evil }],
      list: { title: evil, items: [{ severity: 'low', title: evil, text: evil }], total: 1 },
      link: { label: evil, url: 'https://example.com/?q=[x]|{y}' },
      origin: evil,
    }),
  );
  const found = wikiSequences(body);
  const link = expect.stringMatching(/\|https:\/\/example\.com\/\?q=%5Bx%5D%7C%7By%7D\]$/);
  expect(found.filter((sequence) => !sequence.startsWith('*'))).toEqual([link]);
  expect(found.filter((sequence) => sequence.startsWith('*'))).toHaveLength(3);
});

describe.each(HARD_TEXTS)('%s', (_, unit) => {
  test.each([1, 255, 2_001])('of %i units anywhere: valid and within the limits', (units) => {
    const message = aHugeMessage(unit, units);
    expect(wikiFaults(renderWikiDescription(message))).toEqual([]);
    expect(wikiFaults(renderWikiComment(message))).toEqual([]);
    expect(summaryFaults(renderSummary(message))).toEqual([]);
  });

  test('as a long text alone: within the limit, and most of it is used', () => {
    const description = renderWikiDescription(aMessage({ text: repeated(unit, 40_000) }));
    expect(wikiFaults(description)).toEqual([]);
    expect(description.length).toBeGreaterThan(10_000);
  });
});

test('a comment begins with the title, a description does not: the summary says it', () => {
  expect(renderWikiComment(aMessage())).toMatch(/^\*Job job_abc123 failed\*\n\nThe source file/);
  expect(renderWikiDescription(aMessage())).toMatch(/^The source file/);
});

test.each([
  [254, 'a'.repeat(254)],
  [255, 'a'.repeat(255)],
  [256, expect.stringMatching(/^a+… \(\d+ more characters\)$/)],
])('a summary of %i characters', (length, summary) => {
  expect(renderSummary(aMessage({ title: 'a'.repeat(length) }))).toEqual(summary);
});

test('a summary is one line and never empty', () => {
  expect(renderSummary(aMessage({ title: 'a\r\nb' }))).toBe('a b');
  expect(renderSummary(aMessage({ title: ' \n' }))).toBe('–');
});
