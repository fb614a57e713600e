import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts what is kept at rest. `context` names the row it belongs to; text sealed for one row cannot be opened as another's. */
export interface SecretBox {
  seal(text: string, context: string): Uint8Array;
  /** Throws `SecretBoxError` for another key, another context or changed bytes. */
  open(bytes: Uint8Array, context: string): string;
}

/** Thrown when sealed bytes cannot be opened. The message never holds what was inside. */
export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * AES-256-GCM under one key of 32 bytes. Layout: key id (1 byte), nonce (12), tag (16), ciphertext.
 * The key id is a byte of the key's SHA-256: it tells "another key" apart from "changed bytes" in nearly every case.
 * What `second` sealed is opened as well, while the key is being changed.
 */
export function createSecretBox(key: Uint8Array, second?: Uint8Array): SecretBox {
  const box = boxOf(key);
  if (second === undefined) return box;
  const other = boxOf(second);
  return {
    seal: box.seal,
    open(bytes, context) {
      try {
        return box.open(bytes, context);
      } catch (error) {
        // Both keys may have the same id: which of them it was shows only in the opening.
        if (bytes[0] === other.keyId) return other.open(bytes, context);
        throw error;
      }
    },
  };
}

function boxOf(key: Uint8Array): SecretBox & { keyId: number } {
  if (key.length !== KEY_BYTES)
    throw new SecretBoxError(`the secret key must be ${KEY_BYTES} bytes, not ${key.length}`);
  const keyId = createHash('sha256').update(key).digest()[0] as number;
  return {
    keyId,
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(keyId), nonce, cipher.getAuthTag(), sealed]);
    },
    open(bytes, context) {
      if (bytes.length < HEADER_BYTES) throw new SecretBoxError('sealed bytes are cut short');
      if (bytes[0] !== keyId) throw new SecretBoxError('sealed with another key: WAYBILL_SECRET_KEY has changed');
      const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
      const decipher = createDecipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEADER_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]).toString('utf8');
      } catch {
        throw new SecretBoxError('sealed bytes were changed, or belong to another row');
      }
    },
  };
}
