import { STANDARD_DELAYS_MS } from '../../delivery/retry-policy.ts';
import { renderSlack } from '../../destinations/slack/render.ts';
import { renderMessageCard } from '../../destinations/teams/message-card.ts';
import { verifyHexSignature } from '../../signing/hex-signature.ts';
import { hmacSha256Hex } from '../../signing/hmac.ts';
import type { DialectWire, WireEvent } from '../dialect.ts';
import { parseEnvelope } from '../envelope.ts';
import { oldestHmacSecret } from '../hmac-secret.ts';
import { meaningOf } from '../meanings.ts';
import { withTopFindings } from './top-findings.ts';

const NAME = 'flowcerta';

/** What `options.target` may be, and the body that each gets. A map and no object: `constructor` is no target. */
const BODIES: ReadonlyMap<unknown, (event: WireEvent) => unknown> = new Map([
  ['generic', envelopeOf],
  ['slack', (event: WireEvent) => renderSlack(meaningOf(event))],
  ['teams', (event: WireEvent) => renderMessageCard(meaningOf(event))],
]);

/**
 * Flowcerta: `{event, orgId, occurredAt, data}`, or with `options.target` `slack` a Block Kit message, with `teams` a
 * MessageCard; signed as `sha256=` hex over the formatted bytes, keyed with the secret's text. An unknown target throws, so
 * that no receiver gets a body it cannot show.
 */
export const flowcertaWire: DialectWire = {
  name: NAME,
  title: 'Flowcerta',
  render(event, attempt) {
    const target = attempt.options.target ?? 'generic';
    const bodyOf = BODIES.get(target);
    if (!bodyOf) throw new Error(`${NAME} target must be generic, slack or teams`);
    const body = JSON.stringify(bodyOf(event));
    return {
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': attempt.userAgent,
        'X-Flowcerta-Event': event.type,
        'X-Flowcerta-Delivery': attempt.deliveryId,
        'X-Flowcerta-Signature': `sha256=${hmacSha256Hex(oldestHmacSecret(attempt.secrets, NAME), body)}`,
        'X-Flowcerta-Target': String(target),
      },
    };
  },
  verify({ body, headers }, secrets) {
    const headerName = 'X-Flowcerta-Signature';
    const signature = headers['x-flowcerta-signature'];
    return verifyHexSignature({ body, headerName, signature, prefix: 'sha256=' }, secrets);
  },
  signedId: () => undefined,
  parse: (body) => parseEnvelope(body, { type: ['event'], time: 'occurredAt', others: ['orgId'] }),
  retry: { delaysMs: STANDARD_DELAYS_MS, retriesClientErrors: true, goneDisables: false },
  timeoutMs: 15_000,
  urlRule: () => undefined,
  limits: {},
  secret: {
    // Plain hex: the key is the text itself, and a whsec_ would invite receivers to decode it.
    format: (random) => Buffer.from(random).toString('hex'),
    check: (secret) =>
      /^[\x21-\x7e]{16,256}$/.test(secret)
        ? undefined
        : 'secret must be 16 to 256 visible ASCII characters, without spaces',
    duringOverlap: 'oldest',
  },
};

/** The document's envelope. */
function envelopeOf(event: WireEvent): unknown {
  return {
    event: event.type,
    orgId: event.organizationUuid,
    occurredAt: event.occurredAt,
    data: event.type === 'validation.completed' ? withTopFindings(event.data) : event.data,
  };
}
