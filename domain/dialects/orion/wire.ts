import { STANDARD_DELAYS_MS } from '../../delivery/retry-policy.ts';
import { equalsInConstantTime } from '../../signing/hmac.ts';
import { signStandardWebhooks, verifyStandardWebhooks } from '../../signing/standard-webhooks.ts';
import { checkWhsecSecret, whsecFromBytes } from '../../signing/whsec.ts';
import type { DialectWire, ReceivedRequest, Verification, WireAttempt } from '../dialect.ts';
import { type EnvelopeForm, parseEnvelope } from '../envelope.ts';

/** The document shows no body: `type` is read as well as `event`, and the two names by which its webhooks are linked. */
const FORM: EnvelopeForm = {
  type: ['event', 'type'],
  time: 'timestamp',
  id: 'id',
  presence: 'presence_name',
  user: 'user_id',
};

/**
 * Orion: the event as JSON, `{event, id, timestamp, data}` (ours: the document shows no body), authenticated by the
 * customer's own headers, which the caller adds. With a secret it also carries the headers of Standard Webhooks.
 */
export const orionWire: DialectWire = {
  name: 'orion',
  title: 'Orion',
  render(event, attempt) {
    const body = JSON.stringify({
      event: event.type,
      id: event.id,
      timestamp: event.occurredAt,
      data: event.data,
    });
    return {
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': attempt.userAgent,
        ...signatureHeaders(event.id, body, attempt),
      },
    };
  },
  verify({ body, headers }, secrets, nowSeconds) {
    return verifyStandardWebhooks(
      {
        prefix: 'webhook',
        id: headers['webhook-id'],
        timestamp: headers['webhook-timestamp'],
        signature: headers['webhook-signature'],
        body,
      },
      secrets,
      nowSeconds,
    );
  },
  verifyHeader: verifyOrionHeader,
  signedId: (headers) => headers['webhook-id'],
  parse: (body) => parseEnvelope(body, FORM),
  retry: { delaysMs: STANDARD_DELAYS_MS, retriesClientErrors: true, goneDisables: false },
  timeoutMs: 15_000,
  urlRule: () => undefined,
  limits: {},
  secret: { format: whsecFromBytes, check: checkWhsecSecret, duringOverlap: 'all' },
};

/**
 * Checks one of the customer's own headers, such as `X-Webhook-Secret`, the way the document's receiver does, in constant
 * time. `header.name` may have any case. It proves only that the sender knows the value: nothing ties it to this body.
 */
export function verifyOrionHeader(request: ReceivedRequest, header: { name: string; value: string }): Verification {
  const received = request.headers[header.name.toLowerCase()];
  if (received === undefined) {
    return { valid: false, reason: `header ${header.name} is missing` };
  }
  return equalsInConstantTime(received, header.value)
    ? { valid: true }
    : { valid: false, reason: `header ${header.name} has another value` };
}

function signatureHeaders(id: string, body: string, attempt: WireAttempt): Record<string, string> {
  const { timestampSeconds, secrets } = attempt;
  return secrets.length === 0
    ? {}
    : {
        'webhook-id': id,
        'webhook-timestamp': String(timestampSeconds),
        'webhook-signature': signStandardWebhooks({ id, timestampSeconds, body }, secrets),
      };
}
