import type { AutoExport } from '../../exports/auto-export.ts';
import type { ExportedFile } from '../../exports/export-plan.ts';
import { verifyHexSignature } from '../../signing/hex-signature.ts';
import { hmacSha256Hex } from '../../signing/hmac.ts';
import type { DialectWire, WireEvent } from '../dialect.ts';
import { withoutZeroMilliseconds } from '../document-time.ts';
import { parseEnvelope } from '../envelope.ts';
import { oldestHmacSecret } from '../hmac-secret.ts';

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
    const body = JSON.stringify(flatBodyOf(event, attempt.file));
    return {
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': attempt.userAgent,
        'X-Flexorch-Signature': hmacSha256Hex(oldestHmacSecret(attempt.secrets, NAME), body),
      },
    };
  },
  verify({ body, headers }, secrets) {
    const headerName = 'X-Flexorch-Signature';
    return verifyHexSignature({ body, headerName, signature: headers['x-flexorch-signature'], prefix: '' }, secrets);
  },
  signedId: () => undefined,
  parse: (body) => parseEnvelope(body, { type: ['event'], time: 'timestamp', flat: true }),
  exports: {
    orderOf: (type, options) =>
      type === 'dataset.ready' ? ((options.autoExport ?? undefined) as AutoExport | undefined) : undefined,
    datasetOf: ({ dataset_id: id }) => (typeof id === 'string' && id !== '' ? id : undefined),
  },
  retry: { delaysMs: DELAYS_MS, retriesClientErrors: true, goneDisables: false },
  timeoutMs: 15_000,
  urlRule: () => undefined,
  limits: {},
  apiKeyPrefix: 'dfx_',
  secret: {
    format: (random) => Buffer.from(random).toString('hex'),
    check: (secret) =>
      /^[\x21-\x7e]{1,256}$/.test(secret)
        ? undefined
        : 'secret must be 1 to 256 visible ASCII characters, without spaces',
    duringOverlap: 'oldest',
  },
};

/**
 * Fields of `data` named like the envelope's are left out: a publisher must not be able to say another event, time or file.
 * The document shows no body with an export: `export` and its fields are ours.
 */
function flatBodyOf({ type, data, occurredAt }: WireEvent, file: ExportedFile | undefined): Record<string, unknown> {
  const taken = (name: string) => ENVELOPE_FIELDS.has(name) || (file !== undefined && name === 'export');
  const fields = Object.entries(data).filter(([name]) => !taken(name));
  return {
    event: type,
    ...Object.fromEntries(fields),
    ...(file === undefined ? {} : { export: exportOf(file) }),
    timestamp: withoutZeroMilliseconds(occurredAt),
  };
}

function exportOf({ connectorId, bucket, key, format, records, bytes }: ExportedFile): Record<string, unknown> {
  return { connector_id: connectorId, bucket, key, format, records, bytes };
}
