import { and, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { type PortalOptions, withOptions } from './portal-links.ts';
import { boundHashOfToken, hashOfToken, newToken } from './portal-tokens.ts';
import { portalLinks, portalSessions } from './schema.ts';

/** A browser that came in: a customer by a link, an operator with the admin key. */
export type PortalSession = CustomerSession | OperatorSession;

interface SessionFacts {
  id: string;
  readOnly: boolean;
  options: PortalOptions;
  /** ISO. */
  expiresAt: string;
}

export interface CustomerSession extends SessionFacts {
  kind: 'customer';
  linkId: string;
  organizationId: string;
}

/** May do what the admin key may, in every organization. */
export interface OperatorSession extends SessionFacts {
  kind: 'operator';
  linkId: null;
  organizationId: null;
}

/** Why a token opens nothing, for the operator's log: `unknown` also if it has the wrong form. `linkId` null with `unknown`. */
export interface RefusedToken {
  kind: 'refused';
  why: 'unknown' | 'revoked' | 'used' | 'expired';
  linkId: string | null;
}

/** `cookie` is the only copy of the text that the browser keeps. */
export type ExchangeTokenResult = { kind: 'opened'; cookie: string; session: CustomerSession } | RefusedToken;

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
        const row = await insertSession(tx, { linkId, organizationId, cookieHash, readOnly });
        const session = { kind: 'customer' as const, ...row, linkId, organizationId, readOnly, options };
        return { kind: 'opened', cookie, session };
      });
    },

    /** Opens a session for whoever has shown the admin key. It ends with the key, too: when another is configured. */
    async openOperatorSession(adminKey: string): Promise<{ cookie: string; session: OperatorSession }> {
      const { token: cookie } = newToken();
      const cookieHash = boundHashOfToken(cookie, adminKey);
      const row = await insertSession(db, { linkId: null, organizationId: null, cookieHash, readOnly: false });
      return { cookie, session: { ...OPERATOR, ...row, readOnly: false } };
    },

    /** The session of a cookie; `null` for an unknown, expired or ended one, and for an operator's of another admin key. */
    async session(cookie: string, adminKey: string): Promise<PortalSession | null> {
      const cookieHash = hashOfToken(cookie);
      if (cookieHash === null) return null;
      const hashes = [cookieHash, boundHashOfToken(cookie, adminKey)];
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
        .leftJoin(portalLinks, eq(portalLinks.id, portalSessions.linkId))
        .where(
          and(
            inArray(portalSessions.cookieHash, hashes),
            isNull(portalSessions.endedAt),
            gt(portalSessions.expiresAt, sql`now()`),
          ),
        );
      if (!row) return null;
      const { id, linkId, organizationId, options, readOnly, expiresAt } = row;
      if (linkId === null || organizationId === null || options === null) {
        return { ...OPERATOR, id, readOnly, expiresAt };
      }
      return { kind: 'customer', ...withOptions({ id, linkId, organizationId, options, readOnly, expiresAt }) };
    },

    async endSession(sessionId: string): Promise<void> {
      await db
        .update(portalSessions)
        .set({ endedAt: sql`now()` })
        .where(and(eq(portalSessions.id, sessionId), isNull(portalSessions.endedAt)));
    },
  };
}

const OPERATOR = { kind: 'operator', linkId: null, organizationId: null, options: {} } as const;

async function insertSession(
  tx: Pick<Db, 'insert'>,
  session: Pick<typeof portalSessions.$inferInsert, 'linkId' | 'organizationId' | 'cookieHash' | 'readOnly'>,
): Promise<{ id: string; expiresAt: string }> {
  const [row] = await tx
    .insert(portalSessions)
    .values({
      id: newId('pse'),
      ...session,
      expiresAt: sql`now() + ${PORTAL_SESSION_SECONDS} * interval '1 second'`,
    })
    .returning({ id: portalSessions.id, expiresAt: portalSessions.expiresAt });
  if (!row) throw new Error('insert into portal_sessions returned no row');
  return row;
}

async function refusal(tx: Pick<Db, 'select'>, tokenHash: Buffer): Promise<RefusedToken> {
  const [link] = await tx.select().from(portalLinks).where(eq(portalLinks.tokenHash, tokenHash));
  if (!link) return UNKNOWN;
  const why = link.revokedAt !== null ? 'revoked' : link.usedAt !== null ? 'used' : 'expired';
  return { kind: 'refused', why, linkId: link.id };
}
