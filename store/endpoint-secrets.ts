import { and, desc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import { MASK } from '../domain/delivery/mask.ts';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { endpointSecrets, endpoints } from './schema.ts';
import type { SecretBox } from './secret-box.ts';

/** A signing secret to be kept; `value` is the text that signs (`whsec_…`, `whsk_…`, or the caller's own). */
export interface NewSecret {
  scheme: 'hmac' | 'ed25519';
  value: string;
}

/** Secrets that sign side by side at most: each adds a signature to the header, and receivers bound the header's length. */
const MAX_VALID_SECRETS = 5;

/** Adds a current secret. Sealed under the endpoint's id, so that a row copied to another endpoint cannot be opened. */
export async function insertSecret(
  tx: Pick<Db, 'insert'>,
  box: SecretBox,
  endpointId: string,
  secret: NewSecret,
): Promise<void> {
  const ciphertext = box.seal(secret.value, endpointId);
  await tx.insert(endpointSecrets).values({ id: newId('sec'), endpointId, scheme: secret.scheme, ciphertext });
}

/** Whether secrets already expiring keep their time at a rotation, or end with its overlap, lest they sign longer than it. */
export type ExpiringSecrets = 'keep' | 'end_too';

/**
 * Lets the current secret sign along for `overlapMs` more; 0 ends it now. Of those already expiring only the newest few stay.
 * Call before `insertSecret`, with the endpoint's row locked.
 */
export async function expireSecrets(
  tx: Pick<Db, 'select' | 'update'>,
  endpointId: string,
  overlapMs: number,
  expiring: ExpiringSecrets,
): Promise<void> {
  const ofEndpoint = eq(endpointSecrets.endpointId, endpointId);
  const end = sql`now() + ${overlapMs} * interval '1 millisecond'`;
  const longer = expiring === 'end_too' ? gt(endpointSecrets.expiresAt, end) : undefined;
  await tx
    .update(endpointSecrets)
    .set({ expiresAt: end })
    .where(and(ofEndpoint, or(isNull(endpointSecrets.expiresAt), longer)));
  const [oldestKept] = await tx
    .select({ id: endpointSecrets.id })
    .from(endpointSecrets)
    .where(and(ofEndpoint, gt(endpointSecrets.expiresAt, sql`now()`)))
    .orderBy(desc(endpointSecrets.id))
    .offset(MAX_VALID_SECRETS - 1)
    .limit(1);
  if (!oldestKept) return;
  await tx
    .update(endpointSecrets)
    .set({ expiresAt: sql`now()` })
    .where(and(ofEndpoint, lte(endpointSecrets.id, oldestKept.id), gt(endpointSecrets.expiresAt, sql`now()`)));
}

/** Secrets that sign now, in clear: the current one first, then those expiring, newest first. For senders' memory only. */
export async function validSecrets(
  tx: Pick<Db, 'select'>,
  box: SecretBox,
  endpointId: string,
): Promise<(NewSecret & { expiresAt: string | null })[]> {
  const rows = await tx
    .select()
    .from(endpointSecrets)
    .where(
      and(
        eq(endpointSecrets.endpointId, endpointId),
        or(isNull(endpointSecrets.expiresAt), gt(endpointSecrets.expiresAt, sql`now()`)),
      ),
    )
    .orderBy(sql`${endpointSecrets.expiresAt} is null desc`, desc(endpointSecrets.id));
  return rows.map((row) => ({
    scheme: row.scheme as NewSecret['scheme'],
    value: box.open(row.ciphertext, endpointId),
    expiresAt: row.expiresAt,
  }));
}

/** Characters of a secret that may be shown again: they tell secrets apart and leave 12 or more to guess. */
const PREVIEW_CHARACTERS = 4;

/**
 * What may be shown of the current secrets of an organization's endpoints, by id: the last characters behind a mask. Endpoints
 * that sign otherwise than by HMAC are absent.
 */
export async function secretPreviews(
  tx: Pick<Db, 'select'>,
  box: SecretBox,
  organizationId: string,
  endpointIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx
    .select({ id: endpoints.id, ciphertext: endpointSecrets.ciphertext })
    .from(endpointSecrets)
    .innerJoin(endpoints, eq(endpoints.id, endpointSecrets.endpointId))
    .where(
      and(
        eq(endpoints.organizationId, organizationId),
        inArray(endpoints.id, [...endpointIds]),
        isNull(endpointSecrets.expiresAt),
        eq(endpointSecrets.scheme, 'hmac'),
      ),
    );
  return new Map(rows.map((row) => [row.id, MASK + box.open(row.ciphertext, row.id).slice(-PREVIEW_CHARACTERS)]));
}
