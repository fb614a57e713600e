import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, primaryKey, real, text } from 'drizzle-orm/pg-core';
import { bytea, instant } from './columns.ts';
import { organizations } from './organization-tables.ts';

/** Where events go. `version` rises with every change, secrets included, so that workers can cache it. */
export const endpoints = pgTable(
  'endpoints',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organizations.id),
    /** A dialect's name, or `*` for events of every dialect. */
    dialect: text().notNull(),
    destination: text().notNull().default('webhook'),
    url: text().notNull(),
    description: text().notNull().default(''),
    /** Patterns of event types; null takes every type. */
    eventTypes: text().array(),
    presenceName: text(),
    userId: text(),
    /** Settings only this dialect knows, as JSON text. */
    options: text().notNull().default('{}'),
    /** JSON `[{name, value}]`, encrypted; null when there are none. */
    headers: bytea(),
    retryDelaysMs: integer().array(),
    timeoutMs: integer(),
    /** Attempts open at the same time, over all workers; null means only the worker's own bound. */
    maxConcurrency: integer(),
    /** Requests in any second, and in any hour; null: no limit. The dialect's defaults are written at creation. */
    ratePerSecond: integer(),
    maxPerHour: integer(),
    /** Share of failed attempts over 24 hours (0 to 1) above which it is reported, and disabled; null: never. */
    alertFailureShare: real(),
    disableFailureShare: real(),
    /** JSON `{username, password}`, encrypted; null: none. */
    basicAuth: bytea(),
    /** Fields of a native destination that are no secrets, as JSON text. */
    config: text().notNull().default('{}'),
    /** Its secret fields as JSON, encrypted; null when there are none. */
    configSecrets: bytea(),
    /** Overrides of what its messages say, as JSON text; null: none. */
    templates: text(),
    /** Conditions on the data of events it takes, as JSON text; null: none. */
    filter: text(),
    /** Attempts in a row that its destination refused for its configuration; at 3 it is paused. */
    configurationFaults: integer().notNull().default(0),
    /** `echo`: delivered only once the answer repeats the delivery id. */
    acknowledge: text(),
    version: integer().notNull().default(1),
    disabledAt: instant(),
    disabledReason: text(),
    pausedAt: instant(),
    pausedReason: text(),
    /** Of a test endpoint: when it is removed by itself; null: never. */
    leaseEndsAt: instant(),
    deletedAt: instant(),
    createdAt: instant().notNull().default(sql`now()`),
    updatedAt: instant().notNull().default(sql`now()`),
  },
  (t) => [
    index('endpoints_organization').on(t.organizationId, t.id),
    index('endpoints_lease').on(t.leaseEndsAt).where(sql`${t.leaseEndsAt} is not null and ${t.deletedAt} is null`),
  ],
);

/** Signing secrets, encrypted. The newest without `expiresAt` is current; the others sign along until they expire. */
export const endpointSecrets = pgTable(
  'endpoint_secrets',
  {
    id: text().primaryKey(),
    endpointId: text()
      .notNull()
      .references(() => endpoints.id),
    scheme: text().notNull(),
    ciphertext: bytea().notNull(),
    createdAt: instant().notNull().default(sql`now()`),
    expiresAt: instant(),
  },
  (t) => [index('endpoint_secrets_endpoint').on(t.endpointId)],
);

/** Finished attempts of an endpoint by hour, tests left out. `bucket` counts hours (times the time scale) since 1970. */
export const endpointHealth = pgTable(
  'endpoint_health',
  {
    endpointId: text().notNull(),
    bucket: bigint({ mode: 'number' }).notNull(),
    attempts: integer().notNull(),
    failed: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.endpointId, t.bucket] })],
);

/**
 * Places of endpoints with a rate limit: one row per request allowed, by the delivery and the number of its attempt. The claim
 * reserves it, before the attempt is begun. Null in `stampedAt`: reserved, or the request is under way; the place is taken
 * whatever the time.
 */
export const places = pgTable(
  'places',
  {
    deliveryId: text().notNull(),
    number: integer().notNull(),
    endpointId: text().notNull(),
    stampedAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.deliveryId, t.number] }), index('places_endpoint').on(t.endpointId, t.stampedAt)],
);

/**
 * What stands for a subject at a native destination: one message or ticket for all events about the same thing. One delivery at a
 * time works on it, the holder of the lease.
 */
export const subjects = pgTable(
  'subjects',
  {
    endpointId: text().notNull(),
    /** `subjectKey` of the endpoint and the message's subject. */
    key: text().notNull(),
    /** JSON of `Remote`; null: nothing is known to exist. */
    remote: text(),
    /** Of the latest event that was applied; older ones only add a comment. */
    lastOccurredAt: instant(),
    /** Searches made in vain for what a request without an answer may have made; null: no such request. */
    unsureSearches: integer(),
    /** Whose request that was. */
    unsureDeliveryId: text(),
    /** The attempt at work, and its delivery. One that is left behind after its time was cut off somewhere. */
    leaseAttemptId: text(),
    leaseDeliveryId: text(),
    leaseUntil: instant(),
    createdAt: instant().notNull().default(sql`now()`),
    updatedAt: instant().notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.endpointId, t.key] }), index('subjects_updated').on(t.updatedAt)],
);
