import type { SigningSecret } from './dialect.ts';

/**
 * The secret that signs where a dialect has room for one signature: the last, which is the oldest still valid. So receivers that
 * know one secret go on working until the overlap of a rotation ends, and can be changed by then.
 * Throws when there is none or when it is not an HMAC secret; the message names the dialect, never the secret.
 */
export function oldestHmacSecret(secrets: readonly SigningSecret[], dialect: string): string {
  const oldest = secrets.at(-1);
  if (oldest?.scheme !== 'hmac') {
    throw new Error(`${dialect} signs with an HMAC secret, the endpoint has ${oldest ? oldest.scheme : 'none'}`);
  }
  return oldest.value;
}
