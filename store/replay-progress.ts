import { sql } from 'drizzle-orm';
import type { DeliveryStatus } from '../domain/delivery/types.ts';
import { type Db, rowsOf } from './database.ts';
import { idBefore } from './ids.ts';

/** How many of an endpoint's deliveries are in each state. */
export type DeliveryCounts = Record<DeliveryStatus, number>;

/** Counts what a replay of this time is about: deliveries of events that were published in it. Times are ISO. */
export async function countDeliveries(
  db: Db,
  of: { organizationId: string; endpointId: string; since: string; until: string },
): Promise<DeliveryCounts> {
  // A delivery is made after its event, so that older ids need no look at their events.
  const rows = await rowsOf<{ status: DeliveryStatus; n: number }>(
    db,
    // Those made in that time are of its events. Later ones are of new events, but for those that the replay itself made.
    sql`select d.status, count(*)::int as n from deliveries d
      where d.endpoint_id = ${of.endpointId} and d.id >= ${idBefore('dlv', of.since)} and d.organization_id = ${of.organizationId}
        and d.created_at >= ${of.since}::timestamptz and (d.created_at < ${of.until}::timestamptz
          or exists (select from events e where e.organization_id = d.organization_id and e.id = d.event_id
            and e.created_at >= ${of.since}::timestamptz and e.created_at < ${of.until}::timestamptz))
      group by d.status`,
  );
  const counts = { pending: 0, delivered: 0, failed: 0, cancelled: 0 };
  for (const { status, n } of rows) counts[status] = n;
  return counts;
}
