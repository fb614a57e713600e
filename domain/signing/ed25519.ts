import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { decodeBase64, encodeBase64 } from './base64.ts';

const SECRET_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
const SEED_BYTES = 32;

// Fixed DER heads of RFC 8410; the raw key follows. node:crypto takes no raw ed25519 keys.
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * The `whsk_…` text of the key pair that grows from 32 random bytes. Base64 holds seed and public key (64 bytes), as Svix
 * and libsodium store them: Standard Webhooks 1.0.0 says only "base64 encoded". Throws when `seed` is not 32 bytes.
 */
export function ed25519SecretFromSeed(seed: Uint8Array): string {
  if (seed.length !== SEED_BYTES) {
    throw new Error(`an ed25519 seed is ${SEED_BYTES} bytes, got ${seed.length}`);
  }
  return SECRET_PREFIX + encodeBase64(Buffer.concat([seed, rawPublicKey(privateKeyOf(seed))]));
}

/** The `whpk_…` text that receivers verify with. Throws, without echoing it, when `secret` is not a usable `whsk_…`. */
export function ed25519PublicKeyOf(secret: string): string {
  return PUBLIC_PREFIX + encodeBase64(rawPublicKey(privateKeyOf(seedOf(secret))));
}

/**
 * Names the rule that a `whsk_…` breaks; `undefined` when it is usable. Accepts the bare seed (32 bytes) and the seed
 * followed by its own public key (64 bytes).
 */
export function checkEd25519Secret(secret: string): string | undefined {
  if (!secret.startsWith(SECRET_PREFIX)) {
    return `an ed25519 secret starts with ${SECRET_PREFIX}`;
  }
  const bytes = decodeBase64(secret.slice(SECRET_PREFIX.length));
  if (bytes === undefined || (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES)) {
    return `${SECRET_PREFIX} must be followed by base64 of 32 bytes (seed) or 64 bytes (seed and public key)`;
  }
  const seed = bytes.subarray(0, SEED_BYTES);
  if (bytes.length > SEED_BYTES && !rawPublicKey(privateKeyOf(seed)).equals(bytes.subarray(SEED_BYTES))) {
    return `the two halves of a ${SECRET_PREFIX} secret must be a seed and its own public key`;
  }
  return undefined;
}

/** Signature of `content` (UTF-8) in padded base64. Throws, without echoing it, when `secret` is not a usable `whsk_…`. */
export function signEd25519(secret: string, content: string): string {
  return sign(null, Buffer.from(content, 'utf8'), privateKeyOf(seedOf(secret))).toString('base64');
}

/**
 * Whether `signature` (base64) is that of `content` (bytes, or text as UTF-8). `key` is the receiver's `whpk_…`, or the sender's own `whsk_…`.
 * A malformed key or signature is simply no match.
 */
export function verifyEd25519(key: string, content: string | Uint8Array, signature: string): boolean {
  const publicKey = publicKeyFrom(key);
  const bytes = decodeBase64(signature);
  return publicKey !== undefined && bytes !== undefined && verify(null, Buffer.from(content), publicKey, bytes);
}

/** Whether `key` can verify: a `whpk_…` of 32 bytes or a usable `whsk_…`. */
export function isEd25519VerificationKey(key: string): boolean {
  return publicKeyFrom(key) !== undefined;
}

function publicKeyFrom(key: string): KeyObject | undefined {
  if (!key.startsWith(PUBLIC_PREFIX)) {
    return checkEd25519Secret(key) === undefined ? createPublicKey(privateKeyOf(seedOf(key))) : undefined;
  }
  const bytes = decodeBase64(key.slice(PUBLIC_PREFIX.length));
  return bytes?.length === SEED_BYTES
    ? createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' })
    : undefined;
}

function seedOf(secret: string): Uint8Array {
  const broken = checkEd25519Secret(secret);
  const bytes = decodeBase64(secret.slice(SECRET_PREFIX.length));
  if (broken !== undefined || bytes === undefined) {
    throw new Error(broken);
  }
  return bytes.subarray(0, SEED_BYTES);
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD.length);
}
