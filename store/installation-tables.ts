import { pgTable, text } from 'drizzle-orm/pg-core';

/** What the installation knows of itself, such as the id of the Temporal namespace that it last worked with. */
export const settings = pgTable('settings', {
  key: text().primaryKey(),
  value: text().notNull(),
});
