import { sql } from 'drizzle-orm';
import { boolean, doublePrecision, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Results of validations. What lists and alerts need has its own column; `result` is all of it. */
export const validations = pgTable(
  'validations',
  {
    organizationId: text().notNull(),
    id: uuid().notNull(),
    platform: text().notNull(),
    fileName: text().notNull(),
    label: text(),
    passed: boolean().notNull(),
    /** 0 to 100. */
    score: doublePrecision().notNull(),
    enforcementMode: text().notNull(),
    policyPackSlug: text().notNull(),
    validatedAt: instant().notNull(),
    /** JSON text of `FindingSummary`. */
    summary: text().notNull(),
    /** JSON text of the full result, as it is answered. */
    result: text().notNull(),
    /** SHA-256 over what was posted; tells a repeat from a conflict. */
    fingerprint: text().notNull(),
    /** When `validation.below_threshold` was published for it; null: not so far. */
    alertedAt: instant(),
    createdAt: instant().notNull().default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    index('validations_created').on(t.organizationId, t.createdAt, t.id),
  ],
);

/** Risk exceptions: findings that are tolerated until a date. */
export const riskExceptions = pgTable(
  'risk_exceptions',
  {
    organizationId: text().notNull(),
    id: uuid().notNull(),
    ruleId: text().notNull(),
    fileName: text().notNull(),
    location: text().notNull(),
    reason: text().notNull(),
    requestedByEmail: text().notNull(),
    /** `requested`, `approved`, `rejected`, `expired`. */
    status: text().notNull(),
    expiresAt: instant().notNull(),
    /** The `expiresAt` that `exception.expiring_soon` was last published for: another one arms it again. */
    warnedFor: instant(),
    createdAt: instant().notNull().default(sql`now()`),
    updatedAt: instant().notNull().default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    index('risk_exceptions_created').on(t.organizationId, t.createdAt, t.id),
    index('risk_exceptions_due').on(t.organizationId, t.expiresAt, t.id).where(sql`status = 'approved'`),
  ],
);
