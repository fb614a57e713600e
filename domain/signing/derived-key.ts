import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * 32 bytes that belong to `purpose` and to whoever knows `key`, the same ones each time. Of two purposes neither tells the other's,
 * nor the key. Throws when the key is empty: anyone could derive from that.
 */
export function deriveKey(key: string, purpose: string): Uint8Array {
  if (key === '') throw new Error('cannot derive from an empty key');
  return createHmac('sha256', key).update(purpose).digest();
}

/**
 * Encrypts `text` with 32 bytes of `key` (AES-256-GCM), bound to `context`: opened under another it is refused. Base64. Chance plays
 * no part: the nonce is the HMAC of both, so the same text gives the same result and two texts never share a nonce.
 */
export function sealText(key: Uint8Array, context: string, text: string): string {
  const iv = createHmac('sha256', key).update(`${context}\0${text}`).digest().subarray(0, IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const sealed = [cipher.update(text, 'utf8'), cipher.final()];
  return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64');
}

/** The text that `sealText` encrypted; `undefined` under another key or context, and for what it never made. */
export function openText(key: Uint8Array, context: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
  const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([cipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), cipher.final()]).toString('utf8');
  } catch {
    // The tag does not fit.
    return undefined;
  }
}
