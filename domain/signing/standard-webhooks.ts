import { checkEd25519Secret, isEd25519VerificationKey, signEd25519, verifyEd25519 } from './ed25519.ts';
import { equalsInConstantTime, hmacSha256Base64 } from './hmac.ts';
import type { SignatureVerification, SigningKey } from './verification.ts';
import { checkWhsecSecret, whsecKey } from './whsec.ts';

/** How far the signed timestamp may be from the receiver's clock, either way: 5 minutes, as the published libraries have it. */
export const STANDARD_WEBHOOKS_TOLERANCE_SECONDS = 300;

/** What is signed: `id.timestamp.body`. */
export interface StandardWebhooksMessage {
  /** Stable over retries; the receiver's deduplication key. Holds no full stop. */
  id: string;
  /** Unix time of the attempt, in whole seconds. */
  timestampSeconds: number;
  /** The raw body. */
  body: string;
}

/** The three headers as received; `prefix` is `webhook`, or `svix` for receivers of the older header names. */
export interface ReceivedStandardWebhooksMessage {
  prefix: 'webhook' | 'svix';
  id: string | undefined;
  timestamp: string | undefined;
  signature: string | undefined;
  /** The raw body: as bytes, or as text where it is known to be UTF-8. */
  body: string | Uint8Array;
}

/**
 * Value of `webhook-signature`: one signature a secret in the order given, separated by spaces, `v1,` for HMAC-SHA256 and
 * `v1a,` for ed25519. Throws, without echoing it, on an unusable secret, and when there is none.
 * Source: Standard Webhooks 1.0.0, "Signature scheme" and "Webhook Headers (sending metadata to consumers)".
 */
export function signStandardWebhooks(message: StandardWebhooksMessage, secrets: readonly SigningKey[]): string {
  if (secrets.length === 0) {
    throw new Error('Standard Webhooks needs at least one secret to sign with');
  }
  const content = `${message.id}.${message.timestampSeconds}.${message.body}`;
  return secrets
    .map(({ scheme, value }) =>
      scheme === 'hmac' ? `v1,${hmacSha256Base64(whsecKey(value), content)}` : `v1a,${signEd25519(value, content)}`,
    )
    .join(' ');
}

/**
 * Checks a received message against every secret still valid (`whsec_…`, or `whpk_…`/`whsk_…` for ed25519); one match
 * suffices. `nowSeconds` is the receiver's clock in Unix seconds. Each cause of refusal has its own reason.
 */
export function verifyStandardWebhooks(
  message: ReceivedStandardWebhooksMessage,
  secrets: readonly SigningKey[],
  nowSeconds: number,
): SignatureVerification {
  const { prefix, id, timestamp, signature, body } = message;
  const unusable = checkVerificationKeys(secrets);
  if (unusable !== undefined) {
    return { valid: false, reason: unusable };
  }
  if (!id || !timestamp || !signature) {
    const missing = !id ? 'id' : !timestamp ? 'timestamp' : 'signature';
    return { valid: false, reason: `header ${prefix}-${missing} is missing` };
  }
  const late = checkTimestamp(`${prefix}-timestamp`, timestamp, nowSeconds);
  if (late !== undefined) {
    return { valid: false, reason: late };
  }
  const known = signature.split(' ').flatMap(parseSignature);
  if (known.length === 0) {
    return { valid: false, reason: `header ${prefix}-signature holds no v1 or v1a signature` };
  }
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  return secrets.some((secret) => known.some((candidate) => matches(secret, content, candidate)))
    ? { valid: true }
    : { valid: false, reason: `no ${prefix}-signature matches: is this the raw body, and the endpoint's secret?` };
}

/** Names the rule a secret of the sender breaks (`whsec_` or `whsk_`); `undefined` when it is usable. Never echoes it. */
export function checkStandardWebhooksSecret(secret: string): string | undefined {
  if (secret.startsWith('whsk_')) {
    return checkEd25519Secret(secret);
  }
  return secret.startsWith('whsec_')
    ? checkWhsecSecret(secret)
    : 'secret must start with whsec_ (HMAC) or whsk_ (ed25519)';
}

interface KnownSignature {
  scheme: SigningKey['scheme'];
  value: string;
}

function parseSignature(text: string): KnownSignature[] {
  const [version, value] = text.split(',');
  if (value === undefined || (version !== 'v1' && version !== 'v1a')) {
    return [];
  }
  return [{ scheme: version === 'v1' ? 'hmac' : 'ed25519', value }];
}

function matches(secret: SigningKey, content: Uint8Array, candidate: KnownSignature): boolean {
  if (candidate.scheme !== secret.scheme) {
    return false;
  }
  return secret.scheme === 'hmac'
    ? equalsInConstantTime(candidate.value, hmacSha256Base64(whsecKey(secret.value), content))
    : verifyEd25519(secret.value, content, candidate.value);
}

function checkVerificationKeys(secrets: readonly SigningKey[]): string | undefined {
  if (secrets.length === 0) {
    return 'no secret to verify with';
  }
  for (const { scheme, value } of secrets) {
    if (scheme === 'hmac' && checkWhsecSecret(value) !== undefined) {
      return `unusable secret: ${checkWhsecSecret(value)}`;
    }
    if (scheme === 'ed25519' && !isEd25519VerificationKey(value)) {
      return 'unusable secret: an ed25519 key is whpk_ with base64 of 32 bytes, or a usable whsk_';
    }
  }
  return undefined;
}

function checkTimestamp(header: string, timestamp: string, nowSeconds: number): string | undefined {
  // At most 15 digits, so that the number is exact; the text as received is what was signed.
  if (!/^\d{1,15}$/.test(timestamp)) {
    return `header ${header} is not a Unix time in whole seconds`;
  }
  const ageSeconds = nowSeconds - Number(timestamp);
  if (ageSeconds > STANDARD_WEBHOOKS_TOLERANCE_SECONDS) {
    return `header ${header} is too old: ${ageSeconds} s, ${STANDARD_WEBHOOKS_TOLERANCE_SECONDS} s are allowed`;
  }
  if (-ageSeconds > STANDARD_WEBHOOKS_TOLERANCE_SECONDS) {
    return `header ${header} is too new: ${-ageSeconds} s ahead, ${STANDARD_WEBHOOKS_TOLERANCE_SECONDS} s are allowed`;
  }
  return undefined;
}
