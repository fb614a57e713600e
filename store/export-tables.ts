import { sql } from 'drizzle-orm';
import { bigint, boolean, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytea, instant } from './columns.ts';
import { organizations } from './organization-tables.ts';

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
