import { hash, randomBytes } from 'node:crypto';
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import { wireOf } from '../domain/dialects/wires.ts';
import { writeDown } from './activity.ts';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { apiKeys } from './schema.ts';

/** What a key may do: change things, publish events, read. None includes another. */
export const SCOPES = ['manage', 'publish', 'read'] as const;
export type Scope = (typeof SCOPES)[number];

/** An API key as it may be shown; the secret is not kept. */
export interface ApiKey {
  id: string;
  name: string;
  /** First characters of the secret, to tell keys apart. */
  prefix: string;
  scopes: Scope[];
  /** Dialect of publishes and endpoints that name none; null means `standard`. */
  dialect: string | null;
  /** ISO. */
  createdAt: string;
}

export type NewApiKey = Pick<ApiKey, 'name' | 'scopes' | 'dialect'>;

/** Whose key a request carries. */
export interface KeyOwner {
  keyId: string;
  name: string;
  organizationId: string;
  scopes: ReadonlySet<Scope>;
  dialect: string | null;
}

export type ApiKeyStore = ReturnType<typeof createApiKeyStore>;

/** How keys begin whose dialect has no beginning of its own. */
const OUR_PREFIX = 'wb_';
const SECRET = /^[a-z]+_[A-Za-z0-9_-]{43}$/;
const SHOWN_CHARACTERS = 8;
/** How long another process's revocation may go unnoticed, in milliseconds. */
const CACHE_MS = 3_000;
const CACHE_ENTRIES = 10_000;

const columns = {
  id: apiKeys.id,
  name: apiKeys.name,
  prefix: apiKeys.prefix,
  scopes: apiKeys.scopes,
  dialect: apiKeys.dialect,
  createdAt: apiKeys.createdAt,
};

/** Writes a key inside the caller's transaction. `secret` is the only copy of the text the customer gets. */
export async function insertApiKey(
  tx: Pick<Db, 'insert'>,
  organizationId: string,
  key: NewApiKey,
): Promise<{ key: ApiKey; secret: string }> {
  const ownPrefix = key.dialect === null ? undefined : wireOf(key.dialect)?.apiKeyPrefix;
  const secret = `${ownPrefix ?? OUR_PREFIX}${randomBytes(32).toString('base64url')}`;
  const [row] = await tx
    .insert(apiKeys)
    .values({
      id: newId('key'),
      organizationId,
      ...key,
      prefix: secret.slice(0, SHOWN_CHARACTERS),
      hash: hashOf(secret),
    })
    .returning(columns);
  if (!row) throw new Error('insert into api_keys returned no row');
  return { key: row as ApiKey, secret };
}

/** API keys, with a short memory of who owns which: every request asks. */
export function createApiKeyStore(db: Db) {
  const cache = new Map<string, { owner: KeyOwner; readAt: number }>();
  // Raised by a revocation, so that a look-up under way at that moment is not remembered.
  let revocations = 0;

  async function read(digest: Buffer): Promise<KeyOwner | null> {
    const [row] = await db
      .select({
        keyId: apiKeys.id,
        name: apiKeys.name,
        organizationId: apiKeys.organizationId,
        scopes: apiKeys.scopes,
        dialect: apiKeys.dialect,
      })
      .from(apiKeys)
      .where(and(eq(apiKeys.hash, digest), isNull(apiKeys.revokedAt)));
    return row ? { ...row, scopes: new Set(row.scopes as Scope[]) } : null;
  }

  return {
    create(organizationId: string, key: NewApiKey): Promise<{ key: ApiKey; secret: string }> {
      return db.transaction(async (tx) => {
        const created = await insertApiKey(tx, organizationId, key);
        const { id, name, scopes, dialect } = created.key;
        const changes = [
          { field: 'scopes', to: scopes },
          { field: 'dialect', to: dialect },
        ];
        await writeDown(tx, [{ organizationId, action: 'api_key.created', subject: { id, name }, changes }]);
        return created;
      });
    },

    /** Keys that are not revoked, newest first, those before the id `after`. */
    async list(organizationId: string, page: { limit: number; after: string | null }): Promise<ApiKey[]> {
      const rows = await db
        .select(columns)
        .from(apiKeys)
        .where(
          and(
            eq(apiKeys.organizationId, organizationId),
            isNull(apiKeys.revokedAt),
            page.after === null ? undefined : lt(apiKeys.id, page.after),
          ),
        )
        .orderBy(desc(apiKeys.id))
        .limit(page.limit);
      return rows as ApiKey[];
    },

    /** Ends a key: at once in this process, within seconds in others. `false` when there is no such key to end. */
    async revoke(organizationId: string, id: string): Promise<boolean> {
      const revoked = await db.transaction(async (tx) => {
        const [row] = await tx
          .update(apiKeys)
          .set({ revokedAt: sql`now()` })
          .where(and(eq(apiKeys.organizationId, organizationId), eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
          .returning({ id: apiKeys.id, name: apiKeys.name });
        if (row) await writeDown(tx, [{ organizationId, action: 'api_key.revoked', subject: row }]);
        return row !== undefined;
      });
      revocations++;
      cache.clear();
      return revoked;
    },

    /** The owner of a secret; `null` for an unknown or revoked one. */
    async authenticate(secret: string): Promise<KeyOwner | null> {
      if (!SECRET.test(secret)) return null;
      const digest = hashOf(secret);
      const cacheKey = digest.toString('base64');
      const known = cache.get(cacheKey);
      if (known && performance.now() - known.readAt < CACHE_MS) return known.owner;
      const before = revocations;
      const owner = await read(digest);
      if (cache.size >= CACHE_ENTRIES) cache.clear();
      if (owner && before === revocations) cache.set(cacheKey, { owner, readAt: performance.now() });
      else cache.delete(cacheKey);
      return owner;
    },
  };
}

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
