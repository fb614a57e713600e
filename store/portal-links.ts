import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import { writeDown } from './activity.ts';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { newToken } from './portal-tokens.ts';
import { portalLinks, portalSessions } from './schema.ts';

/** What a link tells the page it opens. */
export interface PortalOptions {
  /** Of endpoints and events that the session names none for. */
  dialect?: string;
  /** Where the page's way back leads. */
  returnUrl?: string;
  /** `#rrggbb`; absent: the page's own. */
  color?: string;
  /** Absent: `system`. */
  mode?: PortalMode;
}

/** Whether the page is light or dark; `system`: as the reader's device is. */
export const PORTAL_MODES = ['light', 'dark', 'system'] as const;
export type PortalMode = (typeof PORTAL_MODES)[number];

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

const columns = {
  id: portalLinks.id,
  readOnly: portalLinks.readOnly,
  options: portalLinks.options,
  expiresAt: portalLinks.expiresAt,
  usedAt: portalLinks.usedAt,
  revokedAt: portalLinks.revokedAt,
  createdAt: portalLinks.createdAt,
};

/** Links into the portal, each good for one session. */
export function createPortalLinks(db: Db) {
  return {
    /** `token` is the only copy of the text that goes into the address. */
    async createLink(organizationId: string, link: NewPortalLink): Promise<{ link: PortalLink; token: string }> {
      const { token, tokenHash } = newToken();
      const { readOnly, options } = link;
      return db.transaction(async (tx) => {
        const [row] = await tx
          .insert(portalLinks)
          .values({
            id: newId('lnk'),
            organizationId,
            tokenHash,
            readOnly,
            options: JSON.stringify(options),
            expiresAt: sql`now() + ${link.expiresInSeconds} * interval '1 second'`,
          })
          .returning(columns);
        if (!row) throw new Error('insert into portal_links returned no row');
        const subject = { id: row.id, name: null };
        const changes = [{ field: 'readOnly', to: readOnly }];
        await writeDown(tx, [{ organizationId, action: 'portal_link.created', subject, changes }]);
        return { link: withOptions(row), token };
      });
    },

    /** Every link, also those that open nothing any more; newest first, those before the id `after`. */
    async listLinks(organizationId: string, page: { limit: number; after: string | null }): Promise<PortalLink[]> {
      const before = page.after === null ? undefined : lt(portalLinks.id, page.after);
      const rows = await db
        .select(columns)
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
        await writeDown(tx, [{ organizationId, action: 'portal_link.revoked', subject: { id, name: null } }]);
        return true;
      });
    },
  };
}

/** A row with its options read. */
export function withOptions<Row extends { options: string }>(
  row: Row,
): Omit<Row, 'options'> & { options: PortalOptions } {
  return { ...row, options: JSON.parse(row.options) };
}
