import { randomBytes } from 'node:crypto';
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import { changesBetween, type FieldChange } from '../domain/activity/changes.ts';
import { type Action, writeDown } from './activity.ts';
import type { Db } from './database.ts';
import { type HeaderChange, mergeHeaders } from './endpoint-credentials.ts';
import type { NewSecret } from './endpoint-secrets.ts';
import { newId } from './ids.ts';
import { sources } from './schema.ts';
import type { SecretBox } from './secret-box.ts';
import { hashOf, SourceLookup, type SourceLookupOptions, type SourceRow } from './source-lookup.ts';
import {
  openHeaders,
  openSecrets,
  replaceSecret,
  type SourceHeader,
  sealHeaders,
  sealSecrets,
  validSecrets,
} from './source-secrets.ts';

/** A source as it may be shown: no token, no secret, names of headers without their values. */
export interface Source {
  id: string;
  organizationId: string;
  name: string;
  dialect: string;
  hasSecret: boolean;
  headerNames: string[];
  /** ISO. */
  createdAt: string;
}

export interface NewSource {
  name: string;
  dialect: string;
  /** Null: none yet, or headers instead. */
  secret: NewSecret | null;
  headers: readonly SourceHeader[];
}

/** Absent fields stay. */
export interface SourcePatch {
  name?: string;
  /** The secret from now on; null takes all away. The old one is accepted for `overlapMs` more. */
  secret?: { value: NewSecret | null; overlapMs: number };
  /** Replaces the whole list. */
  headers?: readonly HeaderChange[];
}

/** All it takes to verify what arrives; in clear, for memory only. */
export interface ReceivingSource {
  id: string;
  organizationId: string;
  dialect: string;
  /** Those that are valid now, the current one first; empty: none. */
  secrets: NewSecret[];
  /** Every request must carry all of them; empty: none. */
  headers: SourceHeader[];
}

export type UpdateSourceResult =
  | { kind: 'updated'; source: Source }
  | { kind: 'not_found' }
  | { kind: 'unknown_header'; name: string };

export type SourceStore = ReturnType<typeof createSourceStore>;

/** Inbound addresses. The token in an address is kept as its SHA-256. */
export function createSourceStore(db: Db, box: SecretBox, options: SourceLookupOptions) {
  const lookup = new SourceLookup(db, options);

  function receiving(row: SourceRow): ReceivingSource {
    const { id, organizationId, dialect } = row;
    const secrets = validSecrets(openSecrets(box, row), Date.now()).map(({ scheme, value }) => ({ scheme, value }));
    return { id, organizationId, dialect, secrets, headers: openHeaders(box, row) };
  }

  function show(row: SourceRow): Source {
    const { id, organizationId, name, dialect, createdAt } = row;
    const headerNames = openHeaders(box, row).map((header) => header.name);
    return { id, organizationId, name, dialect, hasSecret: row.secret !== null, headerNames, createdAt };
  }

  return {
    /** `token` is the only copy of the text that the sender is given. */
    async create(organizationId: string, created: NewSource): Promise<{ source: Source; token: string }> {
      const { name, dialect, secret, headers } = created;
      const id = newId('src');
      const token = newToken();
      return db.transaction(async (tx) => {
        const [row] = await tx
          .insert(sources)
          .values({
            id,
            organizationId,
            name,
            dialect,
            tokenHash: hashOf(token),
            secret: sealSecrets(box, id, secret === null ? [] : [{ ...secret, expiresAt: null }]),
            headers: sealHeaders(box, id, headers),
          })
          .returning();
        if (!row) throw new Error('insert into sources returned no row');
        await note(tx, row, 'source.created', [{ field: 'dialect', to: dialect }]);
        return { source: show(row), token };
      });
    },

    /** Newest first, those before the id `after`. */
    async list(organizationId: string, page: { limit: number; after: string | null }): Promise<Source[]> {
      const before = page.after === null ? undefined : lt(sources.id, page.after);
      const rows = await db
        .select()
        .from(sources)
        .where(and(eq(sources.organizationId, organizationId), isNull(sources.deletedAt), before))
        .orderBy(desc(sources.id))
        .limit(page.limit);
      return rows.map(show);
    },

    async get(organizationId: string, id: string): Promise<Source | null> {
      const [row] = await db.select().from(sources).where(visible(organizationId, id));
      return row ? show(row) : null;
    },

    async update(organizationId: string, id: string, patch: SourcePatch): Promise<UpdateSourceResult> {
      const result = await db.transaction(async (tx): Promise<UpdateSourceResult> => {
        const [standing] = await tx.select().from(sources).where(visible(organizationId, id)).for('update');
        if (!standing) return { kind: 'not_found' };
        const merged = patch.headers && mergeHeaders(openHeaders(box, standing), patch.headers);
        if (merged && 'unknown' in merged) return { kind: 'unknown_header', name: merged.unknown };
        const { name, secret } = patch;
        const set = {
          ...(name !== undefined && { name }),
          ...(secret && {
            secret: sealSecrets(box, id, replaceSecret(openSecrets(box, standing), secret, Date.now())),
          }),
          ...(merged && { headers: sealHeaders(box, id, merged.headers) }),
        };
        if (Object.keys(set).length === 0) return { kind: 'updated', source: show(standing) };
        const [row] = await tx.update(sources).set(set).where(eq(sources.id, id)).returning();
        if (!row) return { kind: 'not_found' };
        const changed = changesBetween(standing, row, { shown: ['name'], named: ['secret', 'headers'] });
        await note(tx, row, 'source.updated', changed);
        return { kind: 'updated', source: show(row) };
      });
      lookup.forget();
      return result;
    },

    /** A new token; the old address is unknown from then on. `null` when there is no such source. */
    async rotateToken(organizationId: string, id: string): Promise<{ source: Source; token: string } | null> {
      const token = newToken();
      const set = { tokenHash: hashOf(token) };
      const rotated = await db.transaction(async (tx) => {
        const [row] = await tx.update(sources).set(set).where(visible(organizationId, id)).returning();
        if (row) await note(tx, row, 'source.address_rotated');
        return row;
      });
      lookup.forget();
      return rotated ? { source: show(rotated), token } : null;
    },

    /** `false` when there is no such source. Its secrets go; what it has published stays. */
    async remove(organizationId: string, id: string): Promise<boolean> {
      const set = { deletedAt: sql`now()`, secret: null, headers: null };
      const removed = await db.transaction(async (tx) => {
        const [row] = await tx.update(sources).set(set).where(visible(organizationId, id)).returning();
        if (row) await note(tx, row, 'source.deleted');
        return row !== undefined;
      });
      lookup.forget();
      return removed;
    },

    /** The source of this address; `null` for an unknown token, whatever it looks like. */
    async byToken(token: string): Promise<ReceivingSource | null> {
      const row = await lookup.find(token);
      return row && receiving(row);
    },
  };
}

function note(tx: Pick<Db, 'insert'>, row: SourceRow, action: Action, changes: FieldChange[] = []): Promise<void> {
  const { organizationId, id, name } = row;
  return writeDown(tx, [{ organizationId, action, subject: { id, name: name || null }, changes }]);
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function visible(organizationId: string, id: string) {
  return and(eq(sources.organizationId, organizationId), eq(sources.id, id), isNull(sources.deletedAt));
}
