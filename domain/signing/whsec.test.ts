import { expect, test } from 'vitest';
import { checkWhsecSecret, whsecFromBytes, whsecKey } from './whsec.ts';

const ofBytes = (count: number) => `whsec_${Buffer.alloc(count, 7).toString('base64')}`;

test('32 random bytes become a usable whsec_ text and come back as the key', () => {
  const random = Buffer.alloc(32, 9);
  const secret = whsecFromBytes(random);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(checkWhsecSecret(secret)).toBeUndefined();
  expect(Buffer.from(whsecKey(secret))).toEqual(random);
});

test.each([24, 32, 64])('a key of %i bytes is usable', (count) => {
  expect(checkWhsecSecret(ofBytes(count))).toBeUndefined();
});

test.each([
  ['23 bytes', ofBytes(23), 'whsec_ must be followed by base64 of 24 to 64 bytes'],
  ['65 bytes', ofBytes(65), 'whsec_ must be followed by base64 of 24 to 64 bytes'],
  ['nothing behind the prefix', 'whsec_', 'whsec_ must be followed by base64 of 24 to 64 bytes'],
  ['no base64', `${ofBytes(32)}!`, 'whsec_ must be followed by base64 of 24 to 64 bytes'],
  ['no prefix', ofBytes(32).slice(6), 'secret must start with whsec_'],
])('a secret is refused for %s', (_, secret, rule) => {
  expect(checkWhsecSecret(secret)).toBe(rule);
});

test('a refused secret is never echoed', () => {
  expect(() => whsecKey('whsec_c2VjcmV0')).toThrow(/^(?!.*c2VjcmV0)/);
});
