import type { DialectWire } from '../../domain/dialects/dialect.ts';
import { deriveKey, openText, sealText } from '../../domain/signing/derived-key.ts';

/**
 * The secret of a trigger's webhook: the same for the same API key and address, so that it need not be kept anywhere. In the form
 * of the dialect's secrets.
 */
export function derivedSecret(apiKey: string, wire: DialectWire, url: string): string {
  return wire.secret.format(deriveKey(apiKey, `n8n trigger: secret of ${wire.name} ${url}`));
}

/** A secret that a system made, as it may be kept where everyone can read it. */
export function sealSecret(apiKey: string, wire: DialectWire, url: string, secret: string): string {
  return sealText(deriveKey(apiKey, 'n8n trigger: sealing'), `${wire.name} ${url}`, secret);
}

/** The same secret again; `undefined` when the API key is another one by now. */
export function openSecret(apiKey: string, wire: DialectWire, url: string, sealed: string): string | undefined {
  return openText(deriveKey(apiKey, 'n8n trigger: sealing'), `${wire.name} ${url}`, sealed);
}

/** Tells whether API key, address or settings have changed since something was registered, and nothing else of them. */
export function markOf(apiKey: string, wire: DialectWire, url: string, settings: object): string {
  const mark = deriveKey(apiKey, `n8n trigger: mark of ${JSON.stringify([wire.name, url, settings])}`);
  return Buffer.from(mark).toString('hex').slice(0, 16);
}
