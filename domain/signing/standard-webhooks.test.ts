import { expect, test } from 'vitest';
import { ed25519PublicKeyOf, ed25519SecretFromSeed } from './ed25519.ts';
import { hmacSha256Base64 } from './hmac.ts';
import {
  checkStandardWebhooksSecret,
  type ReceivedStandardWebhooksMessage,
  signStandardWebhooks,
  verifyStandardWebhooks,
} from './standard-webhooks.ts';
import type { SigningKey } from './verification.ts';
import { whsecFromBytes, whsecKey } from './whsec.ts';

// The vector that the published libraries share ("sign function works").
const SECRET: SigningKey = { scheme: 'hmac', value: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1_614_265_330, body: '{"test": 2432232314}' };
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

const OTHER: SigningKey = { scheme: 'hmac', value: whsecFromBytes(Buffer.alloc(32, 1)) };
const PRIVATE: SigningKey = { scheme: 'ed25519', value: ed25519SecretFromSeed(Buffer.alloc(32, 2)) };
const PUBLIC: SigningKey = { scheme: 'ed25519', value: ed25519PublicKeyOf(PRIVATE.value) };

function aReceived(overrides: Partial<ReceivedStandardWebhooksMessage> = {}): ReceivedStandardWebhooksMessage {
  const { id, timestampSeconds, body } = MESSAGE;
  return { prefix: 'webhook', id, timestamp: String(timestampSeconds), signature: SIGNATURE, body, ...overrides };
}

function verify(overrides: Partial<ReceivedStandardWebhooksMessage>, secrets = [SECRET], laterSeconds = 0) {
  return verifyStandardWebhooks(aReceived(overrides), secrets, MESSAGE.timestampSeconds + laterSeconds);
}

test('signing agrees with the published vector', () => {
  expect(signStandardWebhooks(MESSAGE, [SECRET])).toBe(SIGNATURE);
});

test('every secret adds a signature, in the order given', () => {
  const signatures = signStandardWebhooks(MESSAGE, [SECRET, OTHER, PRIVATE]).split(' ');
  expect(signatures.map((text) => text.split(',')[0])).toEqual(['v1', 'v1', 'v1a']);
  expect(signatures[0]).toBe(SIGNATURE);
});

test('a receiver accepts a message signed with any secret it still holds', () => {
  const signature = signStandardWebhooks(MESSAGE, [OTHER, SECRET, PRIVATE]);
  for (const secret of [SECRET, OTHER, PRIVATE, PUBLIC]) {
    expect(verify({ signature }, [secret])).toEqual({ valid: true });
  }
  expect(verify({}, [OTHER, SECRET])).toEqual({ valid: true });
});

test.each([-300, 0, 300])('a clock %i s off is within the tolerance', (laterSeconds) => {
  expect(verify({}, [SECRET], laterSeconds)).toEqual({ valid: true });
});

test.each([
  ['missing id', { id: undefined }, 'header webhook-id is missing'],
  ['missing timestamp', { timestamp: undefined }, 'header webhook-timestamp is missing'],
  ['missing signature', { signature: '' }, 'header webhook-signature is missing'],
  ['missing svix id', { prefix: 'svix', id: undefined }, 'header svix-id is missing'],
  [
    'a date for a timestamp',
    { timestamp: '2021-02-25' },
    'header webhook-timestamp is not a Unix time in whole seconds',
  ],
  ['a negative timestamp', { timestamp: '-5' }, 'header webhook-timestamp is not a Unix time in whole seconds'],
  ['an endless timestamp', { timestamp: '9'.repeat(400) }, expect.stringContaining('whole seconds')],
  ['an unknown version only', { signature: SIGNATURE.replace('v1', 'v2') }, expect.stringContaining('no v1 or v1a')],
  ['no version at all', { signature: 'abc' }, expect.stringContaining('no v1 or v1a')],
  ['half a signature', { signature: SIGNATURE.slice(0, 20) }, expect.stringContaining('no webhook-signature matches')],
  ['an empty v1', { signature: 'v1,' }, expect.stringContaining('no webhook-signature matches')],
  ['another body', { body: '{"test":2432232314}' }, expect.stringContaining('no webhook-signature matches')],
  ['another id', { id: 'msg_other' }, expect.stringContaining('no webhook-signature matches')],
  ['another timestamp', { timestamp: '1614265331' }, expect.stringContaining('no webhook-signature matches')],
  ['v1 posing as v1a', { signature: SIGNATURE.replace('v1', 'v1a') }, expect.stringContaining('matches')],
] as const)('%s is refused with its own reason', (_, overrides, reason) => {
  expect(verify(overrides)).toEqual({ valid: false, reason });
});

test.each([
  [301, 'header webhook-timestamp is too old: 301 s, 300 s are allowed'],
  [-301, 'header webhook-timestamp is too new: 301 s ahead, 300 s are allowed'],
])('a clock %i s off is refused', (laterSeconds, reason) => {
  expect(verify({}, [SECRET], laterSeconds)).toEqual({ valid: false, reason });
});

test('a receiver without a usable secret accepts nothing and says why, without the secret', () => {
  expect(verify({}, [])).toEqual({ valid: false, reason: 'no secret to verify with' });
  expect(verify({}, [{ scheme: 'hmac', value: 'whsec_short' }])).toEqual({
    valid: false,
    reason: 'unusable secret: whsec_ must be followed by base64 of 24 to 64 bytes',
  });
  expect(verify({}, [{ scheme: 'ed25519', value: 'whpk_short' }])).toEqual({
    valid: false,
    reason: 'unusable secret: an ed25519 key is whpk_ with base64 of 32 bytes, or a usable whsk_',
  });
});

test('one valid signature among foreign ones is enough', () => {
  const signature = `v2,abc nonsense v1,AAAA ${SIGNATURE}`;
  expect(verify({ signature })).toEqual({ valid: true });
});

test('nothing is sent unsigned', () => {
  expect(() => signStandardWebhooks(MESSAGE, [])).toThrow('at least one secret');
});

test.each([
  [SECRET.value, undefined],
  [PRIVATE.value, undefined],
  [PUBLIC.value, 'secret must start with whsec_ (HMAC) or whsk_ (ed25519)'],
  ['hunter2', 'secret must start with whsec_ (HMAC) or whsk_ (ed25519)'],
  ['whsec_hunter2', 'whsec_ must be followed by base64 of 24 to 64 bytes'],
  ['whsk_hunter2', expect.stringContaining('whsk_ must be followed by base64 of 32 bytes')],
])('the rule for secrets of senders, case %#', (secret, rule) => {
  expect(checkStandardWebhooksSecret(secret)).toEqual(rule);
});

test('the raw bytes count, also those that are no text', () => {
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  const content = Buffer.concat([Buffer.from(`${MESSAGE.id}.${MESSAGE.timestampSeconds}.`), body]);
  const signature = `v1,${hmacSha256Base64(whsecKey(SECRET.value), content)}`;
  expect(verify({ signature, body })).toEqual({ valid: true });
  expect(verify({ signature, body: body.toString('utf8') })).toMatchObject({ valid: false });
  expect(verify({ body: Buffer.from(MESSAGE.body) })).toEqual({ valid: true });
});
