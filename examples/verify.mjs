import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';

const TOLERANCE_SECONDS = 300;

/**
 * Whether a request is a webhook for this endpoint, by Standard Webhooks 1.0.0: dialects standard and job-status, and
 * orion. `headers` have names in lower case, as Node gives them; `body` is the raw body, before any JSON parser;
 * `secret` is the endpoint's whsec_… text, or its public key whpk_… where it signs with ed25519.
 */
export function verifyStandardWebhook(headers, body, secret, nowSeconds = Date.now() / 1000) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !timestamp || !signatures) return false;
  if (!(Math.abs(nowSeconds - Number(timestamp)) <= TOLERANCE_SECONDS)) return false;
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  const matches = secret.startsWith('whpk_') ? ed25519Matcher(secret, content) : hmacMatcher(secret, content);
  // Several signatures, separated by spaces: during a rotation one is made with the old secret.
  return signatures.split(' ').some(matches);
}

function hmacMatcher(secret, content) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return (signature) => equal(signature, expected);
}

function ed25519Matcher(publicKey, content) {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return (signature) =>
    signature.startsWith('v1a,') && verify(null, content, key, Buffer.from(signature.slice(4), 'base64'));
}

/**
 * Whether `signature`, the value of X-Flexorch-Signature, X-FLTR-Signature or X-Flowcerta-Signature, is that of the raw
 * body. The key is the secret's whole text, a whsec_ in front included.
 */
export function verifyHexSignature(signature, body, secret) {
  const expected = createHmac('sha256', secret).update(body).digest('hex');
  return equal(signature.replace(/^sha256=/, ''), expected);
}

/** In constant time for texts of one length; the length is no secret. */
function equal(left, right) {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
