import { describe, expect, test } from 'vitest';
import { cutText, type Measure, utf16Units } from './cut-text.ts';

const utf8Bytes: Measure = (text) => Buffer.byteLength(text);
const codePoints: Measure = (text) => text.length - (text.match(/[\udc00-\udfff]/g)?.length ?? 0);
const graphemesOf = (text: string) => [...new Intl.Segmenter('und').segment(text)].map(({ segment }) => segment);

/** Texts whose characters are of every kind; `unit` is repeated. */
const SCRIPTS = [
  ['plain letters', 'a'],
  ['two-byte letters', 'ж'],
  ['right-to-left letters with marks', 'שָׁ'],
  ['Arabic with tashkil', 'مُ'],
  ['three-byte ideographs', '漢'],
  ['surrogate pairs', '𝒳'],
  ['emoji of several code points', '👩🏽‍🚀'],
  ['flags', '🇫🇮'],
  ['letters with two combining marks', 'e\u0301\u0323'],
  ['Devanagari clusters', 'क्षि'],
] as const;

describe.each([
  ['UTF-16 units', utf16Units],
  ['code points', codePoints],
  ['UTF-8 bytes', utf8Bytes],
])('in %s', (_, measure) => {
  test.each(SCRIPTS)('%s are left whole at and below the limit', (_name, unit) => {
    const text = unit.repeat(100);
    expect(cutText(text, measure(text), measure)).toBe(text);
    expect(cutText(text, measure(text) + 1, measure)).toBe(text);
  });

  test.each(SCRIPTS)('%s are cut between characters one above the limit, and the rest is counted', (_name, unit) => {
    const text = unit.repeat(100);
    const limit = measure(text) - 1;
    const cut = cutText(text, limit, measure);
    const [, kept = '', leftOut] = /^(.*)… \((\d+) more characters\)$/su.exec(cut) ?? [];
    expect(measure(cut)).toBeLessThanOrEqual(limit);
    expect(graphemesOf(text).slice(0, graphemesOf(kept).length).join('')).toBe(kept);
    expect(codePoints(kept) + Number(leftOut)).toBe(codePoints(text));
    // Nothing is wasted: one more character and the note would no longer fit.
    const wider = `${kept}${unit}… (${leftOut} more characters)`;
    expect(measure(wider)).toBeGreaterThan(limit - measure('0'));
  });

  test.each(SCRIPTS)('%s of a hundred kilobytes are cut to any limit', (_name, unit) => {
    const text = unit.repeat(Math.ceil(100_000 / utf8Bytes(unit)));
    for (const limit of [1, 2, 10, 75, 150, 3_000]) {
      const cut = cutText(text, limit, measure);
      expect(measure(cut)).toBeLessThanOrEqual(limit);
      expect(cut.isWellFormed()).toBe(true);
    }
  });
});

test('a character with hundreds of marks is cut inside, so that something of it is seen', () => {
  const cut = cutText(`a${'\u0301'.repeat(5_000)}`, 100);
  expect(cut).toMatch(/^a\u0301{60,}… \(49\d\d more characters\)$/);
  expect(cut.length).toBeLessThanOrEqual(100);
});

test('where the note would take more than half, an ellipsis stands for it', () => {
  expect(cutText('abcdefghijkl', 8)).toBe('abcdefg…');
  expect(cutText('abcdefghijkl', 1)).toBe('…');
});

test('no room gives nothing', () => {
  expect(cutText('abc', 0)).toBe('');
  expect(cutText('', 0)).toBe('');
  // The ellipsis takes three bytes.
  expect(cutText('abcdef', 2, utf8Bytes)).toBe('');
});
