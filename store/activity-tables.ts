import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Who changed what in an organization: one row per change, written with it. */
export const activity = pgTable(
  'activity',
  {
    id: text().primaryKey(),
    organizationId: text().notNull(),
    /** `admin`, `key`, `session`, or `system` for what Waybill does by itself. */
    actorKind: text().notNull(),
    /** The key or the session; null for the admin key and the system. */
    actorId: text(),
    /** The key's name at the time; null where there is none. */
    actorName: text(),
    /** What was done to which kind of thing, such as `endpoint.created`. */
    action: text().notNull(),
    subjectKind: text().notNull(),
    subjectId: text().notNull(),
    subjectName: text(),
    /** JSON `[{field, from?, to?}]`; never a secret. */
    changes: text().notNull().default('[]'),
    at: instant().notNull().default(sql`now()`),
  },
  (t) => [index('activity_organization').on(t.organizationId, t.id)],
);

/**
 * How much went through the installation in a minute since 1970. Each process adds what it did every few seconds, so that nothing is
 * written for it with an event or an attempt.
 */
export const throughput = pgTable('throughput', {
  minute: bigint({ mode: 'number' }).primaryKey(),
  /** Events accepted. */
  published: integer().notNull().default(0),
  /** Attempts that ended as delivered, and as failed. */
  delivered: integer().notNull().default(0),
  failed: integer().notNull().default(0),
});
