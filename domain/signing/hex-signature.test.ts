import { expect, test } from 'vitest';
import { verifyHexSignature } from './hex-signature.ts';
import { hmacSha256Hex } from './hmac.ts';
import type { SigningKey } from './verification.ts';

const BODY = '{"event":"job.completed"}';
const KEYS: SigningKey[] = [
  { scheme: 'hmac', value: 'new-secret' },
  { scheme: 'hmac', value: 'old-secret' },
];
const verify = (signature: string | undefined, prefix: '' | 'sha256=' = '', keys: SigningKey[] = KEYS) =>
  verifyHexSignature({ body: BODY, headerName: 'X-Signature', signature, prefix }, keys);

test('the signature of any secret still valid is accepted, the first or a later one', () => {
  expect(verify(hmacSha256Hex('new-secret', BODY))).toEqual({ valid: true });
  expect(verify(hmacSha256Hex('old-secret', BODY))).toEqual({ valid: true });
});

test('a prefix belongs to the signature', () => {
  expect(verify(`sha256=${hmacSha256Hex('new-secret', BODY)}`, 'sha256=')).toEqual({ valid: true });
});

test.each([
  ['a missing header', undefined, '', 'header X-Signature is missing'],
  ['an empty header', '', '', 'header X-Signature is missing'],
  [
    'a missing prefix',
    hmacSha256Hex('new-secret', BODY),
    'sha256=',
    'header X-Signature does not start with "sha256="',
  ],
  ['an unknown secret', hmacSha256Hex('other', BODY), '', expect.stringContaining('does not match')],
  ['another body', hmacSha256Hex('new-secret', `${BODY} `), '', expect.stringContaining('does not match')],
  ['half a signature', hmacSha256Hex('new-secret', BODY).slice(32), '', expect.stringContaining('does not match')],
  ['no hex', 'zz', '', expect.stringContaining('does not match')],
] as const)('%s is refused with its own reason', (_, signature, prefix, reason) => {
  expect(verify(signature, prefix)).toEqual({ valid: false, reason });
});

test('without an HMAC secret nothing is accepted', () => {
  const reason = 'no hmac secret to verify with';
  expect(verify(hmacSha256Hex('', BODY), '', [])).toEqual({ valid: false, reason });
  expect(verify('00', '', [{ scheme: 'ed25519', value: 'whpk_' }])).toEqual({ valid: false, reason });
});

test('the raw bytes count, also those that are no text', () => {
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  const verifyBytes = (bytes: Uint8Array) =>
    verifyHexSignature(
      { body: bytes, headerName: 'X', signature: hmacSha256Hex('new-secret', body), prefix: '' },
      KEYS,
    );
  expect(verifyBytes(body)).toEqual({ valid: true });
  expect(verifyBytes(Buffer.from(body.toString('utf8')))).toMatchObject({ valid: false });
});
