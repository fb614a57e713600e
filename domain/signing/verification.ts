/**
 * Whether a received request may be trusted. `reason` names the one cause, for the operator's log, never for a stranger;
 * it holds neither the secret nor the expected signature.
 */
export type SignatureVerification = { valid: true } | { valid: false; reason: string };

/** A key as a sender or receiver holds it: `value` is the text the customer was shown. */
export interface SigningKey {
  scheme: 'hmac' | 'ed25519';
  value: string;
}
