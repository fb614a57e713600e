import { STANDARD_DELAYS_MS } from '../../delivery/retry-policy.ts';
import {
  checkStandardWebhooksSecret,
  signStandardWebhooks,
  verifyStandardWebhooks,
} from '../../signing/standard-webhooks.ts';
import { whsecFromBytes } from '../../signing/whsec.ts';
import type { DialectWire, WireEvent } from '../dialect.ts';
import { parseEnvelope } from '../envelope.ts';

const NAME = 'standard';

/**
 * Waybill's own dialect: Standard Webhooks 1.0.0, body `{type, timestamp, data}`, signed with `v1` (HMAC) or `v1a` (ed25519).
 * It also renders for endpoints of dialect `*`: an event of another dialect then says which in `dialect`.
 */
export const standardWire: DialectWire = {
  name: NAME,
  title: 'Standard Webhooks',
  render(event, attempt) {
    const body = JSON.stringify(envelopeOf(event));
    const { timestampSeconds, secrets, userAgent } = attempt;
    return {
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': userAgent,
        'webhook-id': event.id,
        'webhook-timestamp': String(timestampSeconds),
        'webhook-signature': signStandardWebhooks({ id: event.id, timestampSeconds, body }, secrets),
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
  signedId: (headers) => headers['webhook-id'],
  parse: (body) => parseEnvelope(body, { type: ['type'], time: 'timestamp' }),
  retry: { delaysMs: STANDARD_DELAYS_MS, retriesClientErrors: true, goneDisables: true },
  timeoutMs: 15_000,
  urlRule: () => undefined,
  limits: {},
  secret: { format: whsecFromBytes, check: checkStandardWebhooksSecret, duringOverlap: 'all' },
};

function envelopeOf({ type, dialect, occurredAt, data }: WireEvent): Record<string, unknown> {
  return { type, ...(dialect === NAME ? {} : { dialect }), timestamp: occurredAt, data };
}
