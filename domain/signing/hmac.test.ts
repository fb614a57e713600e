import { expect, test } from 'vitest';
import { equalsInConstantTime, hmacSha256Base64, hmacSha256Hex } from './hmac.ts';

// RFC 4231, test case 2.
const KEY = 'Jefe';
const CONTENT = 'what do ya want for nothing?';
const HEX = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

test('hex and base64 agree with the published vector', () => {
  expect(hmacSha256Hex(KEY, CONTENT)).toBe(HEX);
  expect(hmacSha256Base64(KEY, CONTENT)).toBe(Buffer.from(HEX, 'hex').toString('base64'));
});

test('a key given as bytes signs like the same key given as text', () => {
  expect(hmacSha256Hex(Buffer.from(KEY), CONTENT)).toBe(HEX);
});

test.each([
  ['equal texts', 'abc', 'abc', true],
  ['one letter differs', 'abc', 'abd', false],
  ['one is a prefix of the other', 'abc', 'abcd', false],
  ['both are empty', '', '', true],
  ['one is empty', '', 'a', false],
  ['case differs', 'AB', 'ab', false],
])('comparison in constant time: %s', (_, left, right, equal) => {
  expect(equalsInConstantTime(left, right)).toBe(equal);
});
