import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { type PortalOptions, withOptions } from './portal-links.ts';
import { hashOfToken, newToken } from './portal-tokens.ts';
import { portalLinks, portalSessions } from './schema.ts';

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

/** How long a session lasts. */
export const PORTAL_SESSION_SECONDS = 24 * 3_600;

const UNKNOWN: RefusedToken = { kind: 'refused', why: 'unknown', linkId: null };

/** Sessions of the portal. */
export function createPortalSessions(db: Db) {
  return {
    /** Uses up a link's token for a session; of two that come at once, one gets it. */
    async exchange(token: string): Promise<ExchangeTokenResult> {
      const tokenHash = hashOfToken(token);
      if (tokenHash === null) return UNKNOWN;
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
          .returning();
        if (!link) return refusal(tx, tokenHash);
        const { id: linkId, organizationId, readOnly } = link;
        const { options } = withOptions(link);
        const { token: cookie, tokenHash: cookieHash } = newToken();
        const expiresAt = sql`now() + ${PORTAL_SESSION_SECONDS} * interval '1 second'`;
        const [row] = await tx
          .insert(portalSessions)
          .values({ id: newId('pse'), linkId, organizationId, cookieHash, readOnly, expiresAt })
          .returning({ id: portalSessions.id, expiresAt: portalSessions.expiresAt });
        if (!row) throw new Error('insert into portal_sessions returned no row');
        return { kind: 'opened', cookie, session: { ...row, linkId, organizationId, readOnly, options } };
      });
    },

    /** The session of a cookie; `null` for an unknown, expired or ended one. */
    async session(cookie: string): Promise<PortalSession | null> {
      const cookieHash = hashOfToken(cookie);
      if (cookieHash === null) return null;
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
            eq(portalSessions.cookieHash, cookieHash),
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
  const [link] = await tx.select().from(portalLinks).where(eq(portalLinks.tokenHash, tokenHash));
  if (!link) return UNKNOWN;
  const why = link.revokedAt !== null ? 'revoked' : link.usedAt !== null ? 'used' : 'expired';
  return { kind: 'refused', why, linkId: link.id };
}
