import { expect, test } from 'vitest';
import { httpsUrl } from './https-url.ts';

test.each([
  ['https://example.com', 'https://example.com/'],
  ['https://example.com/a b?q=<|>"#ü', 'https://example.com/a%20b?q=%3C|%3E%22#%C3%BC'],
  ['HTTPS://EXAMPLE.com/A', 'https://example.com/A'],
])('%s may be linked', (text, url) => {
  expect(httpsUrl(text)).toBe(url);
});

test.each([
  'http://example.com/',
  'javascript:alert(1)',
  'data:text/html,x',
  '/orders/1',
  'https://user:hunter2@example.com/',
  `https://example.com/${'a'.repeat(2_000)}`,
  'https://',
  '',
  42,
  null,
  undefined,
  { href: 'https://example.com/' },
])('%s may not', (text) => {
  expect(httpsUrl(text)).toBeNull();
});
