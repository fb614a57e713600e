import { equalsInConstantTime, hmacSha256Hex } from './hmac.ts';
import type { SignatureVerification, SigningKey } from './verification.ts';

/** A received request that is signed with one header: HMAC-SHA256 of the raw body in hex, keyed with the secret's text. */
export interface HexSignedRequest {
  /** The raw body: as bytes, or as text where it is known to be UTF-8. */
  body: string | Uint8Array;
  /** Name of the signature header, for reasons. */
  headerName: string;
  /** Value of that header as received. */
  signature: string | undefined;
  /** What stands before the hex, such as Flowcerta's `sha256=`; empty for none. */
  prefix: '' | 'sha256=';
}

/**
 * Checks a hex signature against every secret that is still valid; one match suffices, so that a rotation loses nothing.
 * Sources: the "verify the signature" sections of FlexOrch, FLTR and Flowcerta, which all compare the whole header value.
 */
export function verifyHexSignature(request: HexSignedRequest, secrets: readonly SigningKey[]): SignatureVerification {
  const { body, headerName, signature, prefix } = request;
  const keys = secrets.filter((secret) => secret.scheme === 'hmac');
  if (keys.length === 0) {
    return { valid: false, reason: 'no hmac secret to verify with' };
  }
  if (signature === undefined || signature === '') {
    return { valid: false, reason: `header ${headerName} is missing` };
  }
  if (!signature.startsWith(prefix)) {
    return { valid: false, reason: `header ${headerName} does not start with "${prefix}"` };
  }
  const matches = keys.some((key) => equalsInConstantTime(signature, prefix + hmacSha256Hex(key.value, body)));
  return matches
    ? { valid: true }
    : { valid: false, reason: `header ${headerName} does not match: is this the raw body, and the endpoint's secret?` };
}
