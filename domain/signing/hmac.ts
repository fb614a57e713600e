import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * HMAC-SHA256 of `content` (bytes, or text as UTF-8) in lower-case hex, 64 characters.
 * A key given as text is used as its UTF-8 bytes, undecoded: FlexOrch, FLTR and Flowcerta key with the whole secret text.
 */
export function hmacSha256Hex(key: string | Uint8Array, content: string | Uint8Array): string {
  return createHmac('sha256', key).update(content).digest('hex');
}

/** HMAC-SHA256 of `content` (bytes, or text as UTF-8) in padded base64, 44 characters. */
export function hmacSha256Base64(key: string | Uint8Array, content: string | Uint8Array): string {
  return createHmac('sha256', key).update(content).digest('base64');
}

/** Whether two texts are equal, in a time that tells nothing of where they differ, nor of the expected length. */
export function equalsInConstantTime(left: string, right: string): boolean {
  // timingSafeEqual throws on unequal lengths; digests always have the same one.
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());
}
