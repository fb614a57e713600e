import type { SigningSecret } from './dialect.ts';

/**
 * The secret that signs, where a dialect has one signature header: the first, which is the current one.
 * Throws when there is none or when it is not an HMAC secret; the message names the dialect, never the secret.
 */
export function currentHmacSecret(secrets: readonly SigningSecret[], dialect: string): string {
  const current = secrets[0];
  if (current?.scheme !== 'hmac') {
    throw new Error(`${dialect} signs with an HMAC secret, the endpoint has ${current ? current.scheme : 'none'}`);
  }
  return current.value;
}
