import { expect, test } from 'vitest';
import { deriveKey, openText, sealText } from './derived-key.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const KEY = deriveKey('api-key', 'sealing');

test('a key and a purpose give the same 32 bytes each time: HMAC-SHA256 of the purpose', () => {
  // RFC 4231, test case 2.
  const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  expect(hex(deriveKey('Jefe', 'what do ya want for nothing?'))).toBe(expected);
});

test('another purpose or another key gives other bytes, and an empty key none', () => {
  const all = [deriveKey('a', 'x'), deriveKey('a', 'y'), deriveKey('b', 'x')].map(hex);
  expect(new Set(all).size).toBe(3);
  expect(() => deriveKey('', 'x')).toThrow('cannot derive from an empty key');
});

test.each(['whsec_xyz789...', '', 'grüße 🎉'])(
  '%j comes back as it was sealed, and is not to be read in between',
  (text) => {
    const sealed = sealText(KEY, 'endpoint', text);
    expect(openText(KEY, 'endpoint', sealed)).toBe(text);
    if (text !== '') expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain(text);
  },
);

test('two texts do not share a nonce', () => {
  const nonce = (text: string) => sealText(KEY, 'endpoint', text).slice(0, 16);
  expect(nonce('one')).not.toBe(nonce('two'));
  expect(nonce('one')).toBe(nonce('one'));
});

test('another key, another context, a changed byte and what was never sealed open nothing', () => {
  const sealed = sealText(KEY, 'endpoint', 'secret');
  expect(openText(deriveKey('other', 'sealing'), 'endpoint', sealed)).toBeUndefined();
  expect(openText(KEY, 'another endpoint', sealed)).toBeUndefined();
  const changed = Buffer.from(sealed, 'base64');
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  expect(openText(KEY, 'endpoint', changed.toString('base64'))).toBeUndefined();
  expect(openText(KEY, 'endpoint', '')).toBeUndefined();
  expect(openText(KEY, 'endpoint', 'no base64 at all')).toBeUndefined();
});
