import { signStandardWebhooks, verifyStandardWebhooks } from '../../signing/standard-webhooks.ts';
import { checkWhsecSecret, whsecFromBytes } from '../../signing/whsec.ts';
import type { DialectWire, ReceivedRequest } from '../dialect.ts';
import { parseEnvelope } from '../envelope.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Svix's schedule: its app portal is what the document links to, so its senders' habits are what receivers expect. */
const DELAYS_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

/**
 * The unnamed API with the app portal: the body of Standard Webhooks, signed once and sent under both header names,
 * `webhook-*` (the document's "deduplicate by webhook-id") and `svix-*` (what receivers built on Svix read).
 */
export const jobStatusWire: DialectWire = {
  name: 'job-status',
  title: 'Job status API',
  render(event, attempt) {
    const body = JSON.stringify({ type: event.type, timestamp: event.occurredAt, data: event.data });
    const timestamp = String(attempt.timestampSeconds);
    const signature = signStandardWebhooks(
      { id: event.id, timestampSeconds: attempt.timestampSeconds, body },
      attempt.secrets,
    );
    return {
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': attempt.userAgent,
        'webhook-id': event.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
        'svix-id': event.id,
        'svix-timestamp': timestamp,
        'svix-signature': signature,
      },
    };
  },
  verify({ body, headers }, secrets, nowSeconds) {
    const prefix = prefixOf(headers);
    return verifyStandardWebhooks(
      {
        prefix,
        id: headers[`${prefix}-id`],
        timestamp: headers[`${prefix}-timestamp`],
        signature: headers[`${prefix}-signature`],
        body,
      },
      secrets,
      nowSeconds,
    );
  },
  signedId: (headers) => headers[`${prefixOf(headers)}-id`],
  parse: (body) => parseEnvelope(body, { type: ['type'], time: 'timestamp' }),
  retry: { delaysMs: DELAYS_MS, retriesClientErrors: true, goneDisables: true },
  timeoutMs: 15_000,
  urlRule: () => undefined,
  limits: {},
  secret: { format: whsecFromBytes, check: checkWhsecSecret, duringOverlap: 'all' },
};

/** Which of the two sets of names counts: one request may carry both. */
function prefixOf(headers: ReceivedRequest['headers']): 'webhook' | 'svix' {
  return headers['svix-id'] === undefined ? 'webhook' : 'svix';
}
