import { sql } from 'drizzle-orm';
import type { DeliveryStatus } from '../domain/delivery/types.ts';
import { type Db, jsonRowsOf, toIso } from './database.ts';
import type { StoredAttempt } from './read-deliveries.ts';

/** An attempt in its endpoint's log. `retry`: tries that went before it since the first or the resend; 0 is no retry. */
export type LoggedAttempt = StoredAttempt & { retry: number };

/** One line of an endpoint's log: an attempt, or null for a delivery without any so far; and how the delivery stands now. */
export interface EndpointLogEntry {
  deliveryId: string;
  eventId: string;
  eventType: string;
  /** Of a test event. */
  test: boolean;
  status: DeliveryStatus;
  /** Why it ended or waits. */
  reason: string | null;
  /** Attempts so far, the number of the newest. */
  attemptCount: number;
  /** When the delivery is tried next; ISO. */
  nextAttemptAt: string | null;
  /** ISO. */
  createdAt: string;
  attempt: LoggedAttempt | null;
}

/** The last entry of the page before; `number` is 0 for one without attempt. */
export interface LogPosition {
  deliveryId: string;
  number: number;
}

export type EndpointLogReader = ReturnType<typeof createEndpointLogReader>;

/** Delivery and attempt side by side; without an attempt its columns are null, and only `id` is looked at. */
type Row = Omit<EndpointLogEntry, 'attempt'> &
  Omit<LoggedAttempt, 'id' | 'nextAttemptAt'> & { id: string | null; attemptNextAt: string | null };

/** Reads the attempts of all deliveries of one endpoint. */
export function createEndpointLogReader(db: Db) {
  return {
    /**
     * Newest deliveries first, in each the newest attempt first, one under way included. By deliveries and not by the time of
     * attempts, so that what waits has its place, and no index has to be kept beside the attempts' own.
     */
    async list(
      organizationId: string,
      endpointId: string,
      page: { limit: number; after: LogPosition | null },
    ): Promise<EndpointLogEntry[]> {
      const { limit, after } = page;
      const rows = await jsonRowsOf<Row>(
        db,
        // The delivery of the position may have no entry left, hence one more.
        sql`d as (select * from deliveries where organization_id = ${organizationId} and endpoint_id = ${endpointId}
            ${after === null ? sql`` : sql`and id <= ${after.deliveryId}`} order by id desc limit ${limit + 1}::int)`,
        sql`select d.id as "deliveryId", d.event_id as "eventId", d.event_type as "eventType", d.test, d.status, d.reason,
            d.attempt_count as "attemptCount", d.next_attempt_at as "nextAttemptAt", d.created_at as "createdAt",
            a.id, a.number, a.generation, a.retry, a.outcome, a.error_code as "errorCode",
            a.error_message as "errorMessage", a.status_code as "statusCode", a.duration_ms as "durationMs",
            a.started_at as "startedAt", a.finished_at as "finishedAt", a.attempt_next_at as "attemptNextAt", a.exchanges,
            a.remote
          from d left join lateral (
            select *, count(*) filter (where outcome <> 'worker_lost') over (partition by generation order by number
              rows between unbounded preceding and 1 preceding) as retry
            from (
              select id, number, generation, outcome, error_code, error_message, status_code, duration_ms, started_at,
                finished_at, next_attempt_at as attempt_next_at, exchanges, remote
              from attempts where delivery_id = d.id
              union all
              select d.open_attempt_id, d.attempt_count, d.generation, 'in_progress', null, null, null, null, d.opened_at,
                null, null, '[]', null where d.open_attempt_id is not null
            ) tried
          ) a on true
          ${after === null ? sql`` : sql`where d.id < ${after.deliveryId} or a.number < ${after.number}::int`}
          order by d.id desc, a.number desc limit ${limit}::int`,
      );
      return rows.map(toEntry);
    },
  };
}

function toEntry(row: Row): EndpointLogEntry {
  const {
    deliveryId,
    eventId,
    eventType,
    test,
    status,
    reason,
    attemptCount,
    nextAttemptAt,
    createdAt,
    id,
    attemptNextAt,
    ...tried
  } = row;
  const delivery = { deliveryId, eventId, eventType, test, status, reason, attemptCount };
  return {
    ...delivery,
    nextAttemptAt: isoOrNull(nextAttemptAt),
    createdAt: toIso(createdAt),
    attempt: id === null ? null : toAttempt(id, tried, attemptNextAt),
  };
}

function toAttempt(
  id: string,
  tried: Omit<LoggedAttempt, 'id' | 'nextAttemptAt'>,
  nextAttemptAt: string | null,
): LoggedAttempt {
  return {
    ...tried,
    id,
    startedAt: toIso(tried.startedAt),
    finishedAt: isoOrNull(tried.finishedAt),
    nextAttemptAt: isoOrNull(nextAttemptAt),
  };
}

function isoOrNull(time: string | null): string | null {
  return time === null ? null : toIso(time);
}
