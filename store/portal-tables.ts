import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea, instant } from './columns.ts';
import { organizations } from './organization-tables.ts';

/** Single-use links into the portal. The token is kept as its SHA-256. */
export const portalLinks = pgTable(
  'portal_links',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organizations.id),
    tokenHash: bytea().notNull(),
    readOnly: boolean().notNull().default(false),
    /** JSON: return address, colours and the like, for the page only. */
    options: text().notNull().default('{}'),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    revokedAt: instant(),
    createdAt: instant().notNull().default(sql`now()`),
  },
  (t) => [
    uniqueIndex('portal_links_token').on(t.tokenHash),
    index('portal_links_organization').on(t.organizationId, t.id),
  ],
);

/**
 * Browsers that came in, by a link or with the admin key. The cookie is kept as its SHA-256, an operator's together with the admin
 * key, so that it ends with the key.
 */
export const portalSessions = pgTable(
  'portal_sessions',
  {
    id: text().primaryKey(),
    /** Null with `organizationId`: an operator's, for all organizations. */
    linkId: text().references(() => portalLinks.id),
    organizationId: text(),
    cookieHash: bytea().notNull(),
    readOnly: boolean().notNull(),
    expiresAt: instant().notNull(),
    endedAt: instant(),
    createdAt: instant().notNull().default(sql`now()`),
  },
  (t) => [uniqueIndex('portal_sessions_cookie').on(t.cookieHash), index('portal_sessions_link').on(t.linkId)],
);
