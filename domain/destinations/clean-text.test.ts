import { expect, test } from 'vitest';
import { cleanText, oneLine } from './clean-text.ts';

test.each([
  ['a lone high surrogate', 'a\ud83dz', 'a\ufffdz'],
  ['a lone low surrogate', 'a\ude00z', 'a\ufffdz'],
  ['NUL', 'a\0z', 'az'],
  ['escape sequences of terminals', 'a\u001b[31mz\u0007', 'a[31mz'],
  ['controls of the second set', 'a\u009bz\u007f', 'az'],
  ['line ends of Windows and old Macs', 'a\r\nb\rc', 'a\nb\nc'],
  ['line and paragraph separators', 'a\u2028b\u2029c\u0085d', 'a\nb\nc\nd'],
  ['overrides that show a name backwards', 'invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['isolates', 'a\u2066b\u2069c', 'abc'],
  ['characters that XML refuses', 'a\ufffeb\uffffc', 'abc'],
  ['space around', ' \n a \n ', 'a'],
])('%s do not get through', (_, text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

test.each([
  ['tab and line feed', 'a\tb\nc'],
  ['an emoji of seven code points', '👩🏽‍❤️‍👨🏿 ok'],
  ['a flag made of tags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
  ['right-to-left text with its marks', 'שלום\u200f! مرحبا\u061c'],
  ['combining marks', 'e\u0301\u0323 Å'],
  ['markup, which is for renderers to escape', '<!channel> *a* & [b](c)'],
])('%s stay as they are', (_, text) => {
  expect(cleanText(text)).toBe(text);
});

test('cleaning twice changes nothing', () => {
  const text = '\ud800\r\0\n \u202e\u2028 a\ufffe\r\n';
  expect(cleanText(cleanText(text))).toBe(cleanText(text));
});

test('one line has single spaces for every run of white space', () => {
  expect(oneLine(' Job\tfailed \r\n  again\u00a0now ')).toBe('Job failed again now');
});
