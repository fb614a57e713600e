import { sql } from 'drizzle-orm';
import { boolean, doublePrecision, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { DEFAULT_ALERT_SETTINGS } from '../domain/alerts/alert-settings.ts';
import { bytea, instant } from './columns.ts';

/** A tenant. `endpointsVersion` rises with every change of its endpoints, so that a cached list can be told stale. */
export const organizations = pgTable(
  'organizations',
  {
    id: text().primaryKey(),
    uuid: uuid().notNull().unique(),
    name: text().notNull(),
    rejectUnknownEventTypes: boolean().notNull().default(false),
    endpointsVersion: integer().notNull().default(1),
    /** Operational events of every organization are published here too; only the admin key sets it. */
    watchesInstallation: boolean().notNull().default(false),
    /** Validations that score less are alerted, 0 to 100; null: none. */
    scoreThreshold: doublePrecision(),
    /** So long before an exception expires it is warned of. */
    warningWindowDays: integer().notNull().default(DEFAULT_ALERT_SETTINGS.warningWindowDays),
    /** When its daily scan is: the full hour (0 to 23) in an IANA time zone. */
    scanHour: integer().notNull().default(DEFAULT_ALERT_SETTINGS.scanHour),
    scanTimeZone: text().notNull().default(DEFAULT_ALERT_SETTINGS.scanTimeZone),
    createdAt: instant().notNull().default(sql`now()`),
  },
  (t) => [
    index('organizations_watching').on(t.id).where(sql`watches_installation`),
    index('organizations_scan').on(t.scanTimeZone, t.scanHour, t.id),
  ],
);

/** Bearer secrets of an organization: only the SHA-256 is kept. `prefix` is the part that may be shown. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organizations.id),
    name: text().notNull(),
    prefix: text().notNull(),
    hash: bytea().notNull(),
    scopes: text().array().notNull(),
    dialect: text(),
    createdAt: instant().notNull().default(sql`now()`),
    revokedAt: instant(),
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash), index('api_keys_organization').on(t.organizationId, t.id)],
);
