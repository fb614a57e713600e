import { verifyHexSignature } from '../../signing/hex-signature.ts';
import { hmacSha256Hex } from '../../signing/hmac.ts';
import { whsecFromBytes } from '../../signing/whsec.ts';
import type { DialectWire } from '../dialect.ts';
import { withoutZeroMilliseconds } from '../document-time.ts';
import { parseEnvelope } from '../envelope.ts';
import { oldestHmacSecret } from '../hmac-secret.ts';

const NAME = 'fltr';
const MINUTE = 60_000;
const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * FLTR: `{id, event, timestamp, data}`, signed in hex. The key is the whole `whsec_…` text, not the base64 inside it: the
 * document's receivers call `WEBHOOK_SECRET.encode()`. `id` is the event id, stable over retries.
 */
export const fltrWire: DialectWire = {
  name: NAME,
  title: 'FLTR',
  render(event, attempt) {
    const body = JSON.stringify({
      id: event.id,
      event: event.type,
      timestamp: withoutZeroMilliseconds(event.occurredAt),
      data: event.data,
    });
    return {
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'FLTR-Webhooks/1.0',
        'X-FLTR-Signature': hmacSha256Hex(oldestHmacSecret(attempt.secrets, NAME), body),
        'X-FLTR-Event': event.type,
        'X-FLTR-Delivery': attempt.attemptId,
      },
    };
  },
  verify({ body, headers }, secrets) {
    const headerName = 'X-FLTR-Signature';
    return verifyHexSignature({ body, headerName, signature: headers['x-fltr-signature'], prefix: '' }, secrets);
  },
  signedId: () => undefined,
  parse: (body) => parseEnvelope(body, { type: ['event'], time: 'timestamp', id: 'id' }),
  retry: { delaysMs: [1 * MINUTE, 5 * MINUTE, 30 * MINUTE], retriesClientErrors: false, goneDisables: false },
  timeoutMs: 5_000,
  urlRule: (url) =>
    url.protocol === 'https:' || LOCAL_HOSTS.has(url.hostname)
      ? undefined
      : 'url must use https; http is for localhost, 127.0.0.1 and [::1] only',
  limits: { maxEndpoints: 100, maxPerHour: 1_000, disableFailureShare: 0.8 },
  secret: {
    format: whsecFromBytes,
    check: (secret) =>
      /^whsec_[\x21-\x7e]{1,250}$/.test(secret)
        ? undefined
        : 'secret must be whsec_ followed by 1 to 250 visible ASCII characters, without spaces',
    duringOverlap: 'oldest',
  },
};
