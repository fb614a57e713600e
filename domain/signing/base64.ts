/** Bytes of canonical, padded base64; `undefined` for anything else, the empty text included. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips what it does not know; only a round trip proves that nothing was skipped.
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}

/** Padded base64 of `bytes`. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
