import { verifyHexSignature } from '../../signing/hex-signature.ts';
import { hmacSha256Hex } from '../../signing/hmac.ts';
import type { DialectWire, WireEvent } from '../dialect.ts';
import { withoutZeroMilliseconds } from '../document-time.ts';
import { parseEnvelope } from '../envelope.ts';
import { currentHmacSecret } from '../hmac-secret.ts';

const NAME = 'flexorch';
/** "Once using exponential backoff", says the document; the minute is our figure. */
const DELAYS_MS = [60_000];
/** Names the flat body keeps for itself. */
const ENVELOPE_FIELDS: ReadonlySet<string> = new Set(['event', 'timestamp']);

/** FlexOrch: a flat body, `event`, the fields of `data`, `timestamp`, and its HMAC-SHA256 in hex in one header. */
export const flexorchWire: DialectWire = {
  name: NAME,
  title: 'FlexOrch',
  render(event, attempt) {
    const body = JSON.stringify(flatBodyOf(event));
    return {
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': attempt.userAgent,
        'X-Flexorch-Signature': hmacSha256Hex(currentHmacSecret(attempt.secrets, NAME), body),
      },
    };
  },
  verify({ body, headers }, secrets) {
    const headerName = 'X-Flexorch-Signature';
    return verifyHexSignature({ body, headerName, signature: headers['x-flexorch-signature'], prefix: '' }, secrets);
  },
  signedId: () => undefined,
  parse: (body) => parseEnvelope(body, { type: ['event'], time: 'timestamp', flat: true }),
  retry: { delaysMs: DELAYS_MS, retriesClientErrors: true, goneDisables: false },
  timeoutMs: 15_000,
  urlRule: () => undefined,
  limits: {},
  secret: {
    format: (random) => Buffer.from(random).toString('hex'),
    check: (secret) =>
      /^[\x21-\x7e]{1,256}$/.test(secret)
        ? undefined
        : 'secret must be 1 to 256 visible ASCII characters, without spaces',
  },
};

/** Fields of `data` named like the envelope's are left out: a publisher must not be able to say another event or time. */
function flatBodyOf({ type, data, occurredAt }: WireEvent): Record<string, unknown> {
  const fields = Object.entries(data).filter(([name]) => !ENVELOPE_FIELDS.has(name));
  return { event: type, ...Object.fromEntries(fields), timestamp: withoutZeroMilliseconds(occurredAt) };
}
