import { expect, test } from 'vitest';
import {
  checkEd25519Secret,
  ed25519PublicKeyOf,
  ed25519SecretFromSeed,
  signEd25519,
  verifyEd25519,
} from './ed25519.ts';

// RFC 8032, section 7.1, test 2: the message is the one byte 0x72.
const SEED = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
const PUBLIC_KEY = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex');
const SIGNATURE = Buffer.from(
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
    '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  'hex',
).toString('base64');
const WHSK = `whsk_${Buffer.concat([SEED, PUBLIC_KEY]).toString('base64')}`;
const WHPK = `whpk_${PUBLIC_KEY.toString('base64')}`;
// A key of Svix's own tests (server/svix-server, test_asymmetric_key_signing).
const SVIX_KEY = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';

test('a seed becomes the key pair of the published vector', () => {
  expect(ed25519SecretFromSeed(SEED)).toBe(WHSK);
  expect(ed25519PublicKeyOf(WHSK)).toBe(WHPK);
});

test('signing agrees with the published vector, with the whole key and with the bare seed', () => {
  expect(signEd25519(WHSK, 'r')).toBe(SIGNATURE);
  expect(signEd25519(`whsk_${SEED.toString('base64')}`, 'r')).toBe(SIGNATURE);
});

test('a receiver verifies with the public key, the sender with its own', () => {
  expect(verifyEd25519(WHPK, 'r', SIGNATURE)).toBe(true);
  expect(verifyEd25519(WHSK, 'r', SIGNATURE)).toBe(true);
});

test.each([
  ['another content', WHPK, 's', SIGNATURE],
  ['another key', ed25519PublicKeyOf(SVIX_KEY), 'r', SIGNATURE],
  ['no base64', WHPK, 'r', '%%%'],
  ['a short signature', WHPK, 'r', 'AAAA'],
  ['an empty signature', WHPK, 'r', ''],
  ['a malformed key', 'whpk_AAAA', 'r', SIGNATURE],
])('verification fails on %s', (_, key, content, signature) => {
  expect(verifyEd25519(key, content, signature)).toBe(false);
});

test("Svix's own test key is usable, and its halves belong together", () => {
  expect(checkEd25519Secret(SVIX_KEY)).toBeUndefined();
});

test.each([
  ['the wrong prefix', WHPK, 'an ed25519 secret starts with whsk_'],
  ['no base64', 'whsk_%', 'whsk_ must be followed by base64 of 32 bytes (seed) or 64 bytes (seed and public key)'],
  ['31 bytes', `whsk_${Buffer.alloc(31).toString('base64')}`, expect.stringContaining('32 bytes')],
  [
    'a foreign public half',
    `whsk_${Buffer.concat([SEED, SEED]).toString('base64')}`,
    'the two halves of a whsk_ secret must be a seed and its own public key',
  ],
])('a secret is refused for %s', (_, secret, rule) => {
  expect(checkEd25519Secret(secret)).toEqual(rule);
});

test('a refused secret is never echoed', () => {
  expect(() => signEd25519('whsk_c2VjcmV0', 'r')).toThrow(/^(?!.*c2VjcmV0)/);
});

test('a seed of another length is refused', () => {
  expect(() => ed25519SecretFromSeed(new Uint8Array(31))).toThrow('an ed25519 seed is 32 bytes, got 31');
});
