import type { DialectWire } from '../domain/dialects/dialect.ts';
import { isEd25519VerificationKey } from '../domain/signing/ed25519.ts';
import type { NewSecret } from '../store/endpoint-secrets.ts';
import { checkHeaders } from './endpoint-rules.ts';
import { fieldProblem } from './errors.ts';
import { DEFAULT_DIALECT } from './fields.ts';

/**
 * The secret by which a source verifies: what the sender signs with, or in `standard` the public key of one that signs with
 * ed25519. Throws a problem naming the field, never the secret.
 */
export function sourceSecret(wire: DialectWire, secret: string): NewSecret {
  const signsEd25519 = wire.name === DEFAULT_DIALECT && (secret.startsWith('whpk_') || secret.startsWith('whsk_'));
  if (signsEd25519) {
    if (!isEd25519VerificationKey(secret)) throw refuse('secret', 'must be whpk_ and base64 of 32 bytes');
    return { scheme: 'ed25519', value: secret };
  }
  const rule = wire.secret.check(secret);
  if (rule !== undefined) throw refuse('secret', rule);
  return { scheme: 'hmac', value: secret };
}

/** Checks the headers by which a source verifies. A value of null is one that stays. Throws a problem naming field and rule. */
export function checkSourceHeaders(
  headers: readonly { name: string; value: string | null }[],
  wire: DialectWire,
): void {
  if (headers.length === 0) return;
  if (!wire.verifyHeader)
    throw refuse('headers', 'are not what requests of this dialect are verified by: give a secret');
  checkHeaders(headers, wire);
}

function refuse(field: string, rule: string) {
  return fieldProblem('validation_failed', [{ field, rule }]);
}
