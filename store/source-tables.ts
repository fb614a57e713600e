import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea, instant } from './columns.ts';
import { organizations } from './organization-tables.ts';

/** Inbound addresses. The token in the address is kept as its SHA-256. */
export const sources = pgTable(
  'sources',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organizations.id),
    name: text().notNull(),
    dialect: text().notNull(),
    tokenHash: bytea().notNull(),
    /** JSON `[{scheme, value, expiresAt}]` that its dialect verifies with, the current one first, encrypted; null: none. */
    secret: bytea(),
    /** JSON `[{name, value}]` that every request must carry, encrypted (orion). */
    headers: bytea(),
    deletedAt: instant(),
    createdAt: instant().notNull().default(sql`now()`),
  },
  (t) => [uniqueIndex('sources_token').on(t.tokenHash), index('sources_organization').on(t.organizationId, t.id)],
);

/** What arrived at a source and what came of it, also when nothing did. */
export const sourceReceipts = pgTable(
  'source_receipts',
  {
    id: text().primaryKey(),
    sourceId: text().notNull(),
    /** `accepted`, `repeated`, or which check failed, see `receipt-table.ts`. */
    outcome: text().notNull(),
    /** For the operator: which check, in words; never a secret. */
    reason: text(),
    sourceEventId: text(),
    eventId: text(),
    bodyBytes: integer().notNull(),
    receivedAt: instant().notNull().default(sql`now()`),
  },
  (t) => [index('source_receipts_source').on(t.sourceId, t.id)],
);
