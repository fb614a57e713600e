import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { DEFAULT_ALERT_SETTINGS } from '../domain/alerts/alert-settings.ts';
import { bytea, instant } from './columns.ts';

export * from './validation-tables.ts';

/** What the installation knows of itself, such as the id of the Temporal namespace that it last worked with. */
export const settings = pgTable('settings', {
  key: text().primaryKey(),
  value: text().notNull(),
});

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
    /** `echo`: delivered only once the answer repeats the delivery id. */
    acknowledge: text(),
    version: integer().notNull().default(1),
    disabledAt: instant(),
    disabledReason: text(),
    pausedAt: instant(),
    pausedReason: text(),
    deletedAt: instant(),
    createdAt: instant().notNull().default(sql`now()`),
    updatedAt: instant().notNull().default(sql`now()`),
  },
  (t) => [index('endpoints_organization').on(t.organizationId, t.id)],
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
    // For retention: keys are forgotten before their events.
    index('events_keyed').on(t.organizationId, t.createdAt).where(sql`idempotency_key is not null`),
  ],
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
    /** JSON text of the exchanges made, secrets masked. */
    exchanges: text().notNull().default('[]'),
  },
  (t) => [index('attempts_delivery').on(t.deliveryId, t.number)],
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

/** Stored buckets that exports go to. `number` is what FlexOrch calls `connector_id`: 1, 2, … in each organization. */
export const connectors = pgTable(
  'connectors',
  {
    organizationId: text()
      .notNull()
      .references(() => organizations.id),
    number: integer().notNull(),
    name: text().notNull(),
    /** The S3-compatible server, as a URL without path. */
    url: text().notNull(),
    region: text().notNull(),
    bucket: text().notNull(),
    pathStyle: boolean().notNull(),
    /** JSON `{accessKeyId, secretAccessKey}`, encrypted. */
    credentials: bytea().notNull(),
    deletedAt: instant(),
    createdAt: instant().notNull().default(sql`now()`),
    updatedAt: instant().notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.number] })],
);

/**
 * Records to be exported: kept here in chunks, or fetched from `recordsUrl`. The row of a deleted one stays, so that a version
 * never names two contents.
 */
export const datasets = pgTable(
  'datasets',
  {
    organizationId: text()
      .notNull()
      .references(() => organizations.id),
    id: text().notNull(),
    /** The content that is seen; chunks of other versions are rubbish or an upload under way. 0: none yet, or deleted. */
    version: integer().notNull().default(0),
    /** Highest version ever begun; an upload that finds a higher one than its own has been overtaken. */
    latestUpload: integer().notNull().default(0),
    /** When the upload under way last wrote; long ago: its process died. */
    uploadTouchedAt: instant(),
    recordsUrl: text(),
    /** Null with `recordsUrl`: known once it has been exported. */
    records: bigint({ mode: 'number' }),
    bytes: bigint({ mode: 'number' }),
    createdAt: instant().notNull().default(sql`now()`),
    updatedAt: instant().notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })],
);

/** NDJSON of a dataset in pieces of 1 MiB at most, cut anywhere; the last may be shorter. */
export const datasetChunks = pgTable(
  'dataset_chunks',
  {
    organizationId: text().notNull(),
    datasetId: text().notNull(),
    version: integer().notNull(),
    position: integer().notNull(),
    body: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.datasetId, t.version, t.position] })],
);

/** The export that a delivery waits for. `uploadId` is the S3 multipart upload under way, to be aborted by whoever resumes. */
export const datasetExports = pgTable('dataset_exports', {
  deliveryId: text().primaryKey(),
  organizationId: text().notNull(),
  /** Of the delivery, and how often it was tried in it: together they tell one try from another, so that only the latest writes. */
  generation: integer().notNull(),
  tries: integer().notNull(),
  datasetId: text().notNull(),
  connectorNumber: integer().notNull(),
  format: text().notNull(),
  /** Empty until the connector has been read. */
  bucket: text().notNull(),
  key: text().notNull(),
  uploadId: text(),
  records: bigint({ mode: 'number' }),
  bytes: bigint({ mode: 'number' }),
  /** `running`, `waiting` for its next try, `done`, `failed`. */
  status: text().notNull(),
  /** Why it waits or failed, in words. */
  reason: text(),
  /** Of the first try in this generation. */
  startedAt: instant().notNull().default(sql`now()`),
  completedAt: instant(),
});

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

/** Browsers that came in by a link; the cookie is kept as its SHA-256. */
export const portalSessions = pgTable(
  'portal_sessions',
  {
    id: text().primaryKey(),
    linkId: text()
      .notNull()
      .references(() => portalLinks.id),
    organizationId: text().notNull(),
    cookieHash: bytea().notNull(),
    readOnly: boolean().notNull(),
    expiresAt: instant().notNull(),
    endedAt: instant(),
    createdAt: instant().notNull().default(sql`now()`),
  },
  (t) => [uniqueIndex('portal_sessions_cookie').on(t.cookieHash)],
);
