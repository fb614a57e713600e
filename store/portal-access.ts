import { hash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { portalLinks, portalSessions } from './schema.ts';

/** What a link tells the page it opens. */
export interface PortalOptions {
  /** Of endpoints and events that the session names none for. */
  dialect?: string;
  /** Where the page's way back leads. */
  returnUrl?: string;
}

/** A link as it may be shown; its token is not kept. */
export interface PortalLink {
  id: string;
  /** Sessions it opens may look and change nothing. */
  readOnly: boolean;
  options: PortalOptions;
  /** ISO, like the other times. Its token must be exchanged before; sessions have a time of their own. */
  expiresAt: string;
  usedAt: string | null;
  revokedAt: string | null;
  createdAt: string;
}

export interface NewPortalLink {
  readOnly: boolean;
  options: PortalOptions;
  expiresInSeconds: number;
}

/** A browser that came in by a link. */
export interface PortalSession {
  id: string;
  linkId: string;
  organizationId: string;
  readOnly: boolean;
  options: PortalOptions;
  /** ISO. */
  expiresAt: string;
}

/** Why a token opens nothing, for the operator's log: `unknown` also if it has the wrong form. `linkId` null with `unknown`. */
export interface RefusedToken {
  kind: 'refused';
  why: 'unknown' | 'revoked' | 'used' | 'expired';
  linkId: string | null;
}

/** `cookie` is the only copy of the text that the browser keeps. */
export type ExchangeTokenResult = { kind: 'opened'; cookie: string; session: PortalSession } | RefusedToken;

export type PortalAccess = ReturnType<typeof createPortalAccess>;

/** How long a session lasts. */
export const PORTAL_SESSION_SECONDS = 24 * 3_600;

/** 32 random bytes in base64url: the form of tokens and of cookies. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;

const linkColumns = {
  id: portalLinks.id,
  readOnly: portalLinks.readOnly,
  options: portalLinks.options,
  expiresAt: portalLinks.expiresAt,
  usedAt: portalLinks.usedAt,
  revokedAt: portalLinks.revokedAt,
  createdAt: portalLinks.createdAt,
};

/** Links into the portal, each good for one session, and the sessions. Tokens and cookies are kept as SHA-256. */
export function createPortalAccess(db: Db) {
  return {
    /** `token` is the only copy of the text that goes into the address. */
    async createLink(organizationId: string, link: NewPortalLink): Promise<{ link: PortalLink; token: string }> {
      const token = randomBytes(32).toString('base64url');
      const [row] = await db
        .insert(portalLinks)
        .values({
          id: newId('lnk'),
          organizationId,
          tokenHash: hashOf(token),
          readOnly: link.readOnly,
          options: JSON.stringify(link.options),
          expiresAt: sql`now() + ${link.expiresInSeconds} * interval '1 second'`,
        })
        .returning(linkColumns);
      if (!row) throw new Error('insert into portal_links returned no row');
      return { link: withOptions(row), token };
    },

    /** Every link, also those that open nothing any more; newest first, those before the id `after`. */
    async listLinks(organizationId: string, page: { limit: number; after: string | null }): Promise<PortalLink[]> {
      const before = page.after === null ? undefined : lt(portalLinks.id, page.after);
      const rows = await db
        .select(linkColumns)
        .from(portalLinks)
        .where(and(eq(portalLinks.organizationId, organizationId), before))
        .orderBy(desc(portalLinks.id))
        .limit(page.limit);
      return rows.map(withOptions);
    },

    /** Ends a link: its token, if unused, and the session it opened. `false` when there is none that could be revoked. */
    async revokeLink(organizationId: string, id: string): Promise<boolean> {
      return db.transaction(async (tx) => {
        // Waits for an exchange under way, whose session the second statement then sees.
        const revoked = await tx
          .update(portalLinks)
          .set({ revokedAt: sql`now()` })
          .where(
            and(eq(portalLinks.organizationId, organizationId), eq(portalLinks.id, id), isNull(portalLinks.revokedAt)),
          )
          .returning({ id: portalLinks.id });
        if (revoked.length === 0) return false;
        await tx
          .update(portalSessions)
          .set({ endedAt: sql`now()` })
          .where(and(eq(portalSessions.linkId, id), isNull(portalSessions.endedAt)));
        return true;
      });
    },

    /** Uses up a token for a session; of two that come at once, one gets it. */
    async exchange(token: string): Promise<ExchangeTokenResult> {
      if (!SECRET.test(token)) return { kind: 'refused', why: 'unknown', linkId: null };
      const tokenHash = hashOf(token);
      return db.transaction(async (tx) => {
        const [link] = await tx
          .update(portalLinks)
          .set({ usedAt: sql`now()` })
          .where(
            and(
              eq(portalLinks.tokenHash, tokenHash),
              isNull(portalLinks.usedAt),
              isNull(portalLinks.revokedAt),
              gt(portalLinks.expiresAt, sql`now()`),
            ),
          )
          .returning({ ...linkColumns, organizationId: portalLinks.organizationId });
        if (!link) return refusal(tx, tokenHash);
        const { organizationId, readOnly } = link;
        const { options } = withOptions(link);
        const cookie = randomBytes(32).toString('base64url');
        const [row] = await tx
          .insert(portalSessions)
          .values({
            id: newId('pse'),
            linkId: link.id,
            organizationId,
            cookieHash: hashOf(cookie),
            readOnly,
            expiresAt: sql`now() + ${PORTAL_SESSION_SECONDS} * interval '1 second'`,
          })
          .returning({ id: portalSessions.id, expiresAt: portalSessions.expiresAt });
        if (!row) throw new Error('insert into portal_sessions returned no row');
        return { kind: 'opened', cookie, session: { ...row, linkId: link.id, organizationId, readOnly, options } };
      });
    },

    /** The session of a cookie; `null` for an unknown, expired or ended one. */
    async session(cookie: string): Promise<PortalSession | null> {
      if (!SECRET.test(cookie)) return null;
      const [row] = await db
        .select({
          id: portalSessions.id,
          linkId: portalSessions.linkId,
          organizationId: portalSessions.organizationId,
          readOnly: portalSessions.readOnly,
          expiresAt: portalSessions.expiresAt,
          options: portalLinks.options,
        })
        .from(portalSessions)
        .innerJoin(portalLinks, eq(portalLinks.id, portalSessions.linkId))
        .where(
          and(
            eq(portalSessions.cookieHash, hashOf(cookie)),
            isNull(portalSessions.endedAt),
            gt(portalSessions.expiresAt, sql`now()`),
          ),
        );
      return row ? withOptions(row) : null;
    },

    async endSession(sessionId: string): Promise<void> {
      await db
        .update(portalSessions)
        .set({ endedAt: sql`now()` })
        .where(and(eq(portalSessions.id, sessionId), isNull(portalSessions.endedAt)));
    },
  };
}

async function refusal(tx: Pick<Db, 'select'>, tokenHash: Buffer): Promise<RefusedToken> {
  const [link] = await tx.select(linkColumns).from(portalLinks).where(eq(portalLinks.tokenHash, tokenHash));
  if (!link) return { kind: 'refused', why: 'unknown', linkId: null };
  const why = link.revokedAt !== null ? 'revoked' : link.usedAt !== null ? 'used' : 'expired';
  return { kind: 'refused', why, linkId: link.id };
}

function withOptions<Row extends { options: string }>(row: Row): Omit<Row, 'options'> & { options: PortalOptions } {
  return { ...row, options: JSON.parse(row.options) };
}

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
