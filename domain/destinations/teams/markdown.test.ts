import { describe, expect, test } from 'vitest';
import { HARD_TEXTS, repeated } from '../fixtures.ts';
import { cardText, escapeMarkdown } from './markdown.ts';

test.each([
  ['marks', '*a* _b_ ~c~ `d` [e](f)', '\\*a\\* \\_b\\_ \\~c\\~ \\`d\\` \\[e\\]\\(f\\)'],
  ['a backslash', 'C:\\temp\\*', 'C:\\\\temp\\\\\\*'],
  ['HTML and mentions', '<at>Zoë</at> & <b>', '&lt;at&gt;Zoë&lt;/at&gt; &amp; &lt;b&gt;'],
  ['entities, which stay what was written', '&lt;', '&amp;lt;'],
  ['lists', '- a\n+ b\n* c', '\\- a\n\n\\+ b\n\n\\* c'],
  ['ordered lists', '1. a\n23) b', '1\\. a\n\n23\\) b'],
  ['headings', '# a\nb\n===', '\\# a\n\nb\n\n\\==='],
  ['quotes', '> a', '&gt; a'],
  ['code by indentation', '    a\n\tb', 'a\n\nb'],
  ['signs within a line', 'a - b + c # d 1. e = f', 'a - b + c # d 1. e = f'],
  ['names and numbers', 'Main.xaml:42 scored 1.5', 'Main.xaml:42 scored 1.5'],
])('%s are shown as written', (_, text, escaped) => {
  expect(escapeMarkdown(text)).toBe(escaped);
});

describe.each(HARD_TEXTS)('%s', (_, unit) => {
  test.each([50, 500, 9_000])('take at most %i bytes in a card', (maxBytes) => {
    for (const units of [1, maxBytes / 2, maxBytes, 3 * maxBytes]) {
      const text = cardText(repeated(unit, units), maxBytes);
      expect(Buffer.byteLength(JSON.stringify(text)) - 2).toBeLessThanOrEqual(maxBytes);
      expect(text.isWellFormed()).toBe(true);
    }
  });
});

test.each([
  ['a', 1],
  ['ж', 2],
  ['漢', 3],
  ['𝒳', 4],
  // The entity has four bytes, the backslash stands as two in JSON.
  ['<', 4],
  ['*', 3],
  ['\\', 4],
  ['"', 2],
])('"%s" is whole at and below the limit in bytes, %i a piece, and cut above it', (unit, bytes) => {
  const text = unit.repeat(100);
  for (const limit of [100 * bytes, 100 * bytes + 1]) expect(cardText(text, limit)).toBe(escapeMarkdown(text));
  const cut = cardText(text, 100 * bytes - 1);
  expect(cut).toMatch(/… \\\(\d+ more characters\\\)$/);
  expect(Buffer.byteLength(JSON.stringify(cut)) - 2).toBeLessThan(100 * bytes);
});

test('no backslash or entity is cut', () => {
  for (let limit = 100; limit < 140; limit += 1) {
    expect(cardText('&'.repeat(100), limit)).toMatch(/^(&amp;)*… \\\(\d+ more characters\\\)$/);
    expect(cardText('*'.repeat(100), limit)).toMatch(/^(\\\*)*… \\\(\d+ more characters\\\)$/);
  }
});
