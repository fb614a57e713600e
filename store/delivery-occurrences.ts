import { sql } from 'drizzle-orm';
import { isOperational } from '../domain/delivery/operational.ts';
import type { OperationalFacts } from '../domain/dialects/standard/operational.ts';
import { type Db, rowsOf } from './database.ts';
import { endpointFacts } from './endpoint-occurrences.ts';
import type { Occurrence } from './operational.ts';

/** A delivery as operational events name it, with what decides whether they speak of it at all. */
export interface OccurringDelivery {
  organizationId: string;
  /** At most one failure and one recovery fall into each. */
  generation: number;
  endpoint: OperationalFacts<'delivery.failed'>['endpoint'];
  delivery: OperationalFacts<'delivery.failed'>['delivery'];
  /** Of an operational event: what befalls it must raise nothing, or a receiver that is down would breed events. */
  operational: boolean;
  /** Of a test event, which nobody needs to be told of. */
  test: boolean;
}

interface Row {
  id: string;
  organization_id: string;
  event_id: string;
  event_type: string;
  event_dialect: string;
  test: boolean;
  generation: number;
  attempt_count: number;
  endpoint_id: string;
  dialect: string;
  destination: string;
  url: string;
  description: string;
}

/** Reads them by id, as they stand in this transaction. */
export async function readOccurring(
  tx: Pick<Db, 'execute'>,
  deliveryIds: readonly string[],
): Promise<Map<string, OccurringDelivery>> {
  const rows = await rowsOf<Row>(
    tx,
    sql`select d.id, d.organization_id, d.event_id, d.event_type, ev.dialect as event_dialect, d.test, d.generation, d.attempt_count,
        e.id as endpoint_id, e.dialect, e.destination, e.url, e.description
      from deliveries d join endpoints e on e.id = d.endpoint_id
      join events ev on ev.organization_id = d.organization_id and ev.id = d.event_id
      where d.id = any(${sql.param([...deliveryIds])}::text[])`,
  );
  return new Map(rows.map((row) => [row.id, toOccurring(row)]));
}

function toOccurring(row: Row): OccurringDelivery {
  const { id, event_id: eventId, event_type: eventType, attempt_count: attempts } = row;
  return {
    organizationId: row.organization_id,
    generation: row.generation,
    endpoint: endpointFacts({ ...row, id: row.endpoint_id }),
    delivery: { id, eventId, eventType, attempts },
    operational: isOperational({ dialect: row.event_dialect, type: eventType }),
    test: row.test,
  };
}

/** How a delivery ended as failed. */
export type FailedEnd = Pick<OperationalFacts<'delivery.failed'>, 'reason' | 'errorCode' | 'statusCode'>;

/** A delivery that has just failed for good; nothing for a test and for what is operational itself. */
export function deliveryFailed(occurring: OccurringDelivery, end: FailedEnd): Occurrence[] {
  if (occurring.operational || occurring.test) return [];
  return [{ ...common(occurring), type: 'delivery.failed', facts: { ...factsOf(occurring), ...end } }];
}

/** A delivery that had failed and has just been delivered; nothing for a test and for what is operational itself. */
export function deliveryRecovered(occurring: OccurringDelivery): Occurrence[] {
  if (occurring.operational || occurring.test) return [];
  return [{ ...common(occurring), type: 'delivery.recovered', facts: factsOf(occurring) }];
}

/** A delivery whose export has just failed for good, and which has failed with it. */
export function exportFailed(
  occurring: OccurringDelivery,
  failed: Pick<OperationalFacts<'export.failed'>, 'export' | 'errorCode'>,
): Occurrence[] {
  if (occurring.test) return [];
  const end = { reason: 'export_failed', errorCode: failed.errorCode, statusCode: null } as const;
  return [
    { ...common(occurring), type: 'export.failed', facts: { ...factsOf(occurring), ...failed } },
    ...deliveryFailed(occurring, end),
  ];
}

function common({ organizationId, generation, delivery }: OccurringDelivery) {
  return { organizationId, key: `${delivery.id} ${generation}` };
}

function factsOf({ endpoint, delivery }: OccurringDelivery) {
  return { endpoint, delivery };
}
