import { and, asc, desc, eq, gt, gte, inArray, lt, type SQL } from 'drizzle-orm';
import type { DeliveryStatus } from '../domain/delivery/types.ts';
import type { Db } from './database.ts';
import { idBefore, idBehind } from './ids.ts';
import { attempts, datasetExports, deliveries } from './schema.ts';

/** A delivery as it may be shown. Times are ISO. */
export interface StoredDelivery {
  id: string;
  eventId: string;
  endpointId: string;
  eventType: string;
  /** Of a test event. */
  test: boolean;
  status: DeliveryStatus;
  reason: string | null;
  generation: number;
  attemptCount: number;
  nextAttemptAt: string | null;
  workflowId: string | null;
  lastStatusCode: number | null;
  lastErrorCode: string | null;
  /** Null: none was begun for it. */
  export: StoredExport | null;
  createdAt: string;
  completedAt: string | null;
}

/** The export that a delivery waits for, failed by, or was sent after. */
export interface StoredExport {
  status: 'running' | 'waiting' | 'done' | 'failed';
  /** Why it waits or failed, in words. */
  reason: string | null;
  connectorNumber: number;
  datasetId: string;
  /** Empty until it was found out. */
  bucket: string;
  key: string;
  format: string;
  /** Null until it is done. */
  records: number | null;
  bytes: number | null;
}

/** One try. `in_progress`: begun and not finished yet. `exchanges` is JSON text of `RecordedExchange[]`. */
export interface StoredAttempt {
  id: string;
  number: number;
  generation: number;
  outcome: string;
  errorCode: string | null;
  errorMessage: string | null;
  statusCode: number | null;
  durationMs: number | null;
  startedAt: string;
  finishedAt: string | null;
  nextAttemptAt: string | null;
  exchanges: string;
  /** JSON `{name, link}`; null: no message or ticket is known. */
  remote: string | null;
}

/** Bounds of a listing; null means unbounded. Times are of creation, `since` included, `until` not. */
export interface DeliveryFilter {
  endpointId: string | null;
  eventId: string | null;
  status: DeliveryStatus | null;
  eventType: string | null;
  since: string | null;
  until: string | null;
}

export type DeliveryReader = ReturnType<typeof createDeliveryReader>;

const columns = {
  id: deliveries.id,
  eventId: deliveries.eventId,
  endpointId: deliveries.endpointId,
  eventType: deliveries.eventType,
  test: deliveries.test,
  status: deliveries.status,
  reason: deliveries.reason,
  generation: deliveries.generation,
  attemptCount: deliveries.attemptCount,
  nextAttemptAt: deliveries.nextAttemptAt,
  workflowId: deliveries.workflowId,
  lastStatusCode: deliveries.lastStatusCode,
  lastErrorCode: deliveries.lastErrorCode,
  export: {
    status: datasetExports.status,
    reason: datasetExports.reason,
    connectorNumber: datasetExports.connectorNumber,
    datasetId: datasetExports.datasetId,
    bucket: datasetExports.bucket,
    key: datasetExports.key,
    format: datasetExports.format,
    records: datasetExports.records,
    bytes: datasetExports.bytes,
  },
  createdAt: deliveries.createdAt,
  completedAt: deliveries.completedAt,
};

/** Reads deliveries and their attempts. */
export function createDeliveryReader(db: Db) {
  return {
    /** Newest first, those before the id `after`. */
    async list(
      organizationId: string,
      filter: DeliveryFilter,
      page: { limit: number; after: string | null },
    ): Promise<StoredDelivery[]> {
      const before = page.after === null ? undefined : lt(deliveries.id, page.after);
      const rows = await db
        .select(columns)
        .from(deliveries)
        .leftJoin(datasetExports, eq(datasetExports.deliveryId, deliveries.id))
        .where(and(eq(deliveries.organizationId, organizationId), ...deliveryConditions(filter), before))
        .orderBy(desc(deliveries.id))
        .limit(page.limit);
      return rows as StoredDelivery[];
    },

    /** Those of these ids that the organization has, newest first. */
    async byIds(organizationId: string, ids: readonly string[]): Promise<StoredDelivery[]> {
      if (ids.length === 0) return [];
      const rows = await db
        .select(columns)
        .from(deliveries)
        .leftJoin(datasetExports, eq(datasetExports.deliveryId, deliveries.id))
        .where(and(eq(deliveries.organizationId, organizationId), inArray(deliveries.id, [...ids])))
        .orderBy(desc(deliveries.id));
      return rows as StoredDelivery[];
    },

    async get(organizationId: string, id: string): Promise<StoredDelivery | null> {
      const [row] = await db
        .select(columns)
        .from(deliveries)
        .leftJoin(datasetExports, eq(datasetExports.deliveryId, deliveries.id))
        .where(ofOrganization(organizationId, id));
      return (row as StoredDelivery | undefined) ?? null;
    },

    /** Tries, oldest first, those of a higher number than `after`, the one under way last; `null` without such a delivery. */
    async attempts(
      organizationId: string,
      id: string,
      page: { limit: number; after: number },
    ): Promise<StoredAttempt[] | null> {
      // The open columns are read first: an attempt that finishes in between shows up as a row, and is not listed twice.
      const [open] = await db
        .select({
          id: deliveries.openAttemptId,
          startedAt: deliveries.openedAt,
          number: deliveries.attemptCount,
          generation: deliveries.generation,
        })
        .from(deliveries)
        .where(ofOrganization(organizationId, id));
      if (!open) return null;
      const finished = await db
        .select({
          id: attempts.id,
          number: attempts.number,
          generation: attempts.generation,
          outcome: attempts.outcome,
          errorCode: attempts.errorCode,
          errorMessage: attempts.errorMessage,
          statusCode: attempts.statusCode,
          durationMs: attempts.durationMs,
          startedAt: attempts.startedAt,
          finishedAt: attempts.finishedAt,
          nextAttemptAt: attempts.nextAttemptAt,
          exchanges: attempts.exchanges,
          remote: attempts.remote,
        })
        .from(attempts)
        .where(
          and(
            eq(attempts.organizationId, organizationId),
            eq(attempts.deliveryId, id),
            gt(attempts.number, page.after),
          ),
        )
        .orderBy(asc(attempts.number))
        .limit(page.limit);
      const { id: openId, startedAt } = open;
      const listed = finished.length === page.limit || finished.some((attempt) => attempt.id === openId);
      if (openId === null || startedAt === null || listed || open.number <= page.after) return finished;
      return [...finished, { ...inProgress, id: openId, startedAt, number: open.number, generation: open.generation }];
    },
  };
}

const inProgress = {
  outcome: 'in_progress',
  errorCode: null,
  errorMessage: null,
  statusCode: null,
  durationMs: null,
  finishedAt: null,
  nextAttemptAt: null,
  exchanges: '[]',
  remote: null,
};

function ofOrganization(organizationId: string, id: string): SQL | undefined {
  return and(eq(deliveries.organizationId, organizationId), eq(deliveries.id, id));
}

/** What a filter asks of a delivery's row. Times bound the ids too, which hold the time of their making and have the index. */
export function deliveryConditions(filter: DeliveryFilter): (SQL | undefined)[] {
  const { since, until } = filter;
  return [
    filter.endpointId === null ? undefined : eq(deliveries.endpointId, filter.endpointId),
    filter.eventId === null ? undefined : eq(deliveries.eventId, filter.eventId),
    filter.status === null ? undefined : eq(deliveries.status, filter.status),
    filter.eventType === null ? undefined : eq(deliveries.eventType, filter.eventType),
    since === null ? undefined : and(gte(deliveries.createdAt, since), gte(deliveries.id, idBefore('dlv', since))),
    until === null ? undefined : and(lt(deliveries.createdAt, until), lt(deliveries.id, idBehind('dlv', until))),
  ];
}
