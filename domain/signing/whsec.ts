import { decodeBase64, encodeBase64 } from './base64.ts';

const PREFIX = 'whsec_';
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** The `whsec_…` text of random bytes, as receivers of Standard Webhooks expect it. 32 bytes give 44 characters of base64. */
export function whsecFromBytes(random: Uint8Array): string {
  return PREFIX + encodeBase64(random);
}

/**
 * Names the rule that a `whsec_…` breaks; `undefined` when it is usable. Never echoes it.
 * Source: Standard Webhooks 1.0.0, "Signature scheme": between 24 and 64 bytes, base64, prefixed.
 */
export function checkWhsecSecret(secret: string): string | undefined {
  if (!secret.startsWith(PREFIX)) {
    return `secret must start with ${PREFIX}`;
  }
  const bytes = decodeBase64(secret.slice(PREFIX.length));
  return bytes !== undefined && bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES
    ? undefined
    : `${PREFIX} must be followed by base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes`;
}

/** The HMAC key inside a `whsec_…`. Throws, without echoing it, when the text breaks the rule. */
export function whsecKey(secret: string): Uint8Array {
  const broken = checkWhsecSecret(secret);
  const bytes = decodeBase64(secret.slice(PREFIX.length));
  if (broken !== undefined || bytes === undefined) {
    throw new Error(broken);
  }
  return bytes;
}
