import type { NewSecret } from './endpoint-secrets.ts';
import type { SecretBox } from './secret-box.ts';

/** A secret as a source keeps it; `expiresAt` is ISO, null for the current one. */
export interface KeptSecret extends NewSecret {
  expiresAt: string | null;
}

/** A header that every request must carry. */
export interface SourceHeader {
  name: string;
  value: string;
}

/** The sealed columns of a source; null: none. */
interface SealedColumns {
  id: string;
  secret: Uint8Array | null;
  headers: Uint8Array | null;
}

/** Secrets accepted side by side at most. */
const MAX_VALID_SECRETS = 5;

/** What a source's column is sealed for: neither can be opened as the other, nor as another source's. */
export function sourceContext(id: string, column: 'secret' | 'headers'): string {
  return `${id} ${column}`;
}

/** Seals under the source's id and the column's name. Null for none. */
export function sealSecrets(box: SecretBox, id: string, secrets: readonly KeptSecret[]): Uint8Array | null {
  return secrets.length === 0 ? null : box.seal(JSON.stringify(secrets), sourceContext(id, 'secret'));
}

/** Current one first, expired ones included. */
export function openSecrets(box: SecretBox, { id, secret }: SealedColumns): KeptSecret[] {
  return secret === null ? [] : JSON.parse(box.open(secret, sourceContext(id, 'secret')));
}

/** Seals as `sealSecrets` does. Null for none. */
export function sealHeaders(box: SecretBox, id: string, headers: readonly SourceHeader[]): Uint8Array | null {
  return headers.length === 0 ? null : box.seal(JSON.stringify(headers), sourceContext(id, 'headers'));
}

/** In the order given. */
export function openHeaders(box: SecretBox, { id, headers }: SealedColumns): SourceHeader[] {
  return headers === null ? [] : JSON.parse(box.open(headers, sourceContext(id, 'headers')));
}

/** Those that are accepted at this time. */
export function validSecrets(secrets: readonly KeptSecret[], nowMs: number): KeptSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > nowMs);
}

/**
 * The new secret first, then those still valid, the newest few; the one that was current expires after the overlap. None at all
 * when `value` is null.
 */
export function replaceSecret(
  standing: readonly KeptSecret[],
  { value, overlapMs }: { value: NewSecret | null; overlapMs: number },
  nowMs: number,
): KeptSecret[] {
  if (value === null) return [];
  const until = new Date(nowMs + overlapMs).toISOString();
  const old = standing.map((secret) => ({ ...secret, expiresAt: secret.expiresAt ?? until }));
  return [{ ...value, expiresAt: null }, ...validSecrets(old, nowMs)].slice(0, MAX_VALID_SECRETS);
}
