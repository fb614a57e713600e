import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { organizations } from './organization-tables.ts';

/** What happened. `data` is JSON text, not jsonb: jsonb refuses `\u0000` and reorders keys. */
export const events = pgTable(
  'events',
  {
    organizationId: text().notNull(),
    id: text().notNull(),
    dialect: text().notNull(),
    type: text().notNull(),
    data: text().notNull(),
    presenceName: text(),
    userId: text(),
    /** Endpoints it was aimed at, overriding their filters; null went to whoever matched. A replay keeps to it. */
    recipients: text().array(),
    /** Sent to try an endpoint out: counts against no limit and for no failure share. */
    test: boolean().notNull().default(false),
    /** The source it came in by, and the sender's own id of it. */
    sourceId: text(),
    sourceEventId: text(),
    /** What was odd about it, though it was accepted: `unknown_type`, `schema_mismatch`, `extra_fields`. Null: nothing. */
    flag: text(),
    /** Why it has no delivery: `no_endpoint` takes its type, or the conditions of those that do kept it out (`filtered`). Null: it has. */
    unmatched: text(),
    idempotencyKey: text(),
    /** SHA-256 over what was published; tells a repeat from a conflict. */
    fingerprint: text().notNull(),
    occurredAt: instant().notNull(),
    createdAt: instant().notNull().default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    uniqueIndex('events_idempotency').on(t.organizationId, t.idempotencyKey).where(sql`idempotency_key is not null`),
    uniqueIndex('events_source').on(t.sourceId, t.sourceEventId).where(sql`source_id is not null`),
    index('events_created').on(t.organizationId, t.createdAt),
    index('events_unmatched').on(t.organizationId, t.createdAt).where(sql`unmatched is not null`),
    // For retention: keys are forgotten before their events.
    index('events_keyed').on(t.organizationId, t.createdAt).where(sql`idempotency_key is not null`),
  ],
);

/** Event types an organization registered, beside the dialects' built-in catalogues. */
export const eventTypes = pgTable(
  'event_types',
  {
    organizationId: text()
      .notNull()
      .references(() => organizations.id),
    dialect: text().notNull(),
    name: text().notNull(),
    description: text().notNull().default(''),
    /** JSON Schema of `data` as JSON text; null accepts anything. */
    schema: text(),
    example: text(),
    createdAt: instant().notNull().default(sql`now()`),
    updatedAt: instant().notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.dialect, t.name] })],
);

/**
 * One event to one endpoint: the outbox row and the log row in one.
 * Pending is waiting (no workflow id), claimed (workflow id), then started (Temporal has acknowledged).
 */
export const deliveries = pgTable(
  'deliveries',
  {
    id: text().primaryKey(),
    organizationId: text().notNull(),
    eventId: text().notNull(),
    endpointId: text().notNull(),
    eventType: text().notNull(),
    /** Of a test event. */
    test: boolean().notNull().default(false),
    status: text().notNull().default('pending'),
    /** Why it ended or waits, in a word: `endpoint_disabled`, `concurrency`, an error code. */
    reason: text(),
    /** Raised by a resend; restarts the retry schedule. */
    generation: integer().notNull().default(1),
    /** Attempts begun over all generations; the next attempt's number is one more. */
    attemptCount: integer().notNull().default(0),
    /** Attempts of this generation that count against the schedule (a lost worker's does not). */
    tries: integer().notNull().default(0),
    nextAttemptAt: instant(),
    workflowId: text(),
    /** Whether the delivery's own id was used as workflow id: a second claim then takes a fresh one. */
    ownWorkflow: boolean().notNull().default(false),
    claimedAt: instant(),
    startedAt: instant(),
    /** Held only until the time in `nextAttemptAt`; a retry, in contrast, is claimed at once and its workflow waits. */
    held: boolean().notNull().default(false),
    reconciledAt: instant(),
    reconcileCount: integer().notNull().default(0),
    openAttemptId: text(),
    openRunId: text(),
    openActivityAttempt: integer(),
    openedAt: instant(),
    leaseUntil: instant(),
    lastStatusCode: integer(),
    lastErrorCode: text(),
    /**
     * `needed`: an export must be made (or looked for, after a resend) before it is sent; begin refuses it until then. `done`: the
     * file is in place. Null: none belongs to it.
     */
    exportState: text(),
    /** What ended it as failed: the attempt's id, or `export`. It stays over a resend, until it is delivered after all. */
    failedBy: text(),
    createdAt: instant().notNull().default(sql`now()`),
    completedAt: instant(),
  },
  (t) => [
    index('deliveries_organization').on(t.organizationId, t.id),
    index('deliveries_endpoint').on(t.endpointId, t.id),
    index('deliveries_event').on(t.eventId),
    index('deliveries_waiting')
      .on(t.endpointId, t.nextAttemptAt)
      .where(sql`status = 'pending' and workflow_id is null`),
    // The queue before an endpoint's limit, as it stands: retries first, then in order of acceptance. Begin writes none of its
    // columns, so that its updates stay within their page.
    index('deliveries_queued')
      .on(t.endpointId, sql`(tries = 0)`, t.id)
      .where(sql`status = 'pending' and workflow_id is null and held`),
    index('deliveries_held').on(t.workflowId).where(sql`status = 'pending' and workflow_id is not null`),
  ],
);

/** One finished try. An attempt under way stands in its delivery's `open…` columns and gets its row when it ends. */
export const attempts = pgTable(
  'attempts',
  {
    id: text().primaryKey(),
    organizationId: text().notNull(),
    deliveryId: text().notNull(),
    endpointId: text().notNull(),
    number: integer().notNull(),
    generation: integer().notNull(),
    outcome: text().notNull(),
    errorCode: text(),
    errorMessage: text(),
    statusCode: integer(),
    durationMs: integer(),
    startedAt: instant().notNull(),
    finishedAt: instant().notNull().default(sql`now()`),
    workflowId: text(),
    runId: text(),
    nextAttemptAt: instant(),
    /** JSON `{name, link}` of the message or ticket it made or changed; null: none, or a webhook. */
    remote: text(),
    /** JSON text of the exchanges made, secrets masked. */
    exchanges: text().notNull().default('[]'),
  },
  (t) => [index('attempts_delivery').on(t.deliveryId, t.number)],
);
