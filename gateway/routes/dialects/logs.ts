import { z } from 'zod';
import type { RecordedExchange } from '../../../domain/delivery/types.ts';
import type { EndpointLogEntry, LoggedAttempt } from '../../../store/endpoint-log.ts';
import type { Endpoint } from '../../../store/endpoints.ts';
import type { GatewayDependencies } from '../../dependencies.ts';
import { ID } from '../../fields.ts';
import { readCursor, toPage } from '../../paging.ts';

/** How a line of a log stands. `waiting`: not tried yet. `cancelled`: never tried and never will be. */
export const logStatus = z.enum(['success', 'failed', 'in_progress', 'waiting', 'cancelled']);

/** One line of an endpoint's log, as systems show it in their own words: an attempt, or a delivery without any so far. */
export interface LogLine {
  deliveryId: string;
  eventId: string;
  eventType: string;
  test: boolean;
  status: z.output<typeof logStatus>;
  attempt: LoggedAttempt | null;
  /** The attempt's HTTP call; null where none was made, or has not ended. */
  exchange: RecordedExchange | null;
  /** Of a delivery's newest line: why it waits or ended as it did. Null on older ones. */
  reason: string | null;
  /** When the delivery was or is tried next: of older lines as planned then, of the newest as it stands now. */
  nextAttemptAt: string | null;
  createdAt: string;
}

/** A page of an endpoint's log, each line as `show` has it. Throws `invalid_cursor`. */
export async function readLog<Line>(
  deps: Pick<GatewayDependencies, 'endpointLog'>,
  { organizationId, id }: Endpoint,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
  show: (line: LogLine) => Line,
): Promise<{ data: Line[]; nextCursor: string | null }> {
  const [deliveryId, number] = readCursor(cursor, [ID, /^\d{1,9}$/]) ?? [];
  const after = deliveryId === undefined ? null : { deliveryId, number: Number(number) };
  const entries = await deps.endpointLog.list(organizationId, id, { limit: limit + 1, after });
  const keyOf = (entry: EndpointLogEntry) => [entry.deliveryId, String(entry.attempt?.number ?? 0)];
  return toPage(entries, limit, keyOf, (entry) => show(toLine(entry)));
}

function toLine(entry: EndpointLogEntry): LogLine {
  const { deliveryId, eventId, eventType, test, attempt, createdAt } = entry;
  const newest = attempt === null || attempt.number === entry.attemptCount;
  const exchanges: RecordedExchange[] = attempt === null ? [] : JSON.parse(attempt.exchanges);
  return {
    deliveryId,
    eventId,
    eventType,
    test,
    status: attempt === null ? statusWithoutAttempt(entry) : statusOf(attempt),
    attempt,
    exchange: exchanges.at(-1) ?? null,
    reason: newest ? entry.reason : null,
    nextAttemptAt: newest ? entry.nextAttemptAt : attempt.nextAttemptAt,
    createdAt,
  };
}

function statusWithoutAttempt({ status }: EndpointLogEntry): LogLine['status'] {
  return status === 'pending' ? 'waiting' : status === 'cancelled' ? 'cancelled' : 'failed';
}

function statusOf({ outcome }: LoggedAttempt): LogLine['status'] {
  if (outcome === 'delivered') return 'success';
  return outcome === 'in_progress' ? 'in_progress' : 'failed';
}
