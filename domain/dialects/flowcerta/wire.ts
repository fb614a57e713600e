import { STANDARD_DELAYS_MS } from '../../delivery/retry-policy.ts';
import { verifyHexSignature } from '../../signing/hex-signature.ts';
import { hmacSha256Hex } from '../../signing/hmac.ts';
import type { DialectWire } from '../dialect.ts';
import { parseEnvelope } from '../envelope.ts';
import { oldestHmacSecret } from '../hmac-secret.ts';
import { withTopFindings } from './top-findings.ts';

const NAME = 'flowcerta';
const TARGET = 'generic';

/**
 * Flowcerta: `{event, orgId, occurredAt, data}`, signed as `sha256=` hex, keyed with the secret's text. Renders target
 * `generic` only; any other throws, so that no receiver gets a body it cannot show.
 */
export const flowcertaWire: DialectWire = {
  name: NAME,
  title: 'Flowcerta',
  render(event, attempt) {
    const target = attempt.options.target ?? TARGET;
    if (target !== TARGET) {
      throw new Error(`${NAME} target "${target}" is not available yet, only "${TARGET}" is`);
    }
    const body = JSON.stringify({
      event: event.type,
      orgId: event.organizationUuid,
      occurredAt: event.occurredAt,
      data: event.type === 'validation.completed' ? withTopFindings(event.data) : event.data,
    });
    return {
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': attempt.userAgent,
        'X-Flowcerta-Event': event.type,
        'X-Flowcerta-Delivery': attempt.deliveryId,
        'X-Flowcerta-Signature': `sha256=${hmacSha256Hex(oldestHmacSecret(attempt.secrets, NAME), body)}`,
        'X-Flowcerta-Target': TARGET,
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
