import { createHmac, hash, randomBytes } from 'node:crypto';

/** 32 random bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** A fresh token, of a link or a session, and its SHA-256, which alone is kept. */
export function newToken(): { token: string; tokenHash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, tokenHash: hash('sha256', token, 'buffer') };
}

/** The SHA-256 that a token is found by; `null` for a text that is none. */
export function hashOfToken(text: string): Buffer | null {
  return TOKEN.test(text) ? hash('sha256', text, 'buffer') : null;
}

/**
 * What a token is found by that is good only as long as a key is. Of the key nobody can guess anything by it, without the token.
 */
export function boundHashOfToken(token: string, key: string): Buffer {
  return createHmac('sha256', token).update(key).digest();
}
