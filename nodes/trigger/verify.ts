import type { DialectWire, Verification } from '../../domain/dialects/dialect.ts';
import type { Kept } from './kept.ts';
import type { Received } from './received.ts';
import { derivedSecret, openSecret } from './secrets.ts';
import type { TriggerSystem } from './system.ts';

/** What of the credential matters to a signature. */
export interface SigningCredential {
  apiKey: string;
  /** Where it is pasted: see `TriggerSystem.secretFrom`. */
  signingSecret?: string;
}

/** Whether a request comes from where the trigger is registered. Without a secret to check it with it does not: nothing is let through unchecked. */
export function verifyReceived(
  system: TriggerSystem,
  wire: DialectWire,
  kept: Kept | undefined,
  credential: SigningCredential,
  request: Received,
  nowSeconds: number,
): Verification {
  if (kept === undefined) return refused('the trigger is not registered. Unpublish the workflow and publish it again');
  const secret = secretOf(system, wire, kept, credential);
  if (secret === undefined) {
    return refused(
      system.secretFrom === 'pasted'
        ? 'the credential has no signing secret'
        : 'the secret cannot be read: the API key in the credential was changed. Unpublish the workflow and publish it again',
    );
  }
  const { secretHeader } = system;
  if (!kept.waybill && secretHeader !== undefined && wire.verifyHeader !== undefined) {
    return wire.verifyHeader(request, { name: secretHeader, value: secret });
  }
  return wire.verify(request, [{ scheme: 'hmac', value: secret }], nowSeconds);
}

function secretOf(
  { secretFrom }: TriggerSystem,
  wire: DialectWire,
  { url, waybill, sealed }: Kept,
  { apiKey, signingSecret }: SigningCredential,
): string | undefined {
  if (waybill || secretFrom === 'credential') return apiKey === '' ? undefined : derivedSecret(apiKey, wire, url);
  if (secretFrom === 'pasted') return signingSecret || undefined;
  return sealed === null || apiKey === '' ? undefined : openSecret(apiKey, wire, url, sealed);
}

function refused(reason: string): Verification {
  return { valid: false, reason };
}
