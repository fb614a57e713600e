import { sql } from 'drizzle-orm';
import { LIMIT_REASONS, type PlaceTimes } from '../domain/delivery/rate-limit.ts';
import { type Database, isPending, rowsOf } from './database.ts';
import { freedBefore, isAboutToBegin, isLimitedEndpoint } from './places.ts';

/** Rows of one endpoint changed in one statement. */
const BATCH = 500;

const isHeldBack = sql`status = 'pending' and workflow_id is null and held and reason = any(${sql.param([...LIMIT_REASONS])}::text[])`;

/** What keeps places and queues of endpoints with limits in order beside claim, begin and finish. */
export function createLimits(
  { db, kind }: Pick<Database, 'db' | 'kind'>,
  options: { times: PlaceTimes; onWaiting: (deliveries: number) => void },
) {
  const { times } = options;
  // Others cancel and claim the same rows, in an order of their own: never wait for them.
  const skipLocked = kind === 'pglite' ? sql`` : sql`for update skip locked`;

  /** Deletes places that are free again. Returns how many. */
  async function deleteFreed(): Promise<number> {
    const rows = await rowsOf<{ delivery_id: string }>(
      db,
      sql`with recursive ${endpointsWithPlaces}
        delete from places p using (
          select o.delivery_id, o.number from with_places w join endpoints e on e.id = w.id
          cross join lateral (
            select delivery_id, number from places where endpoint_id = w.id and stamped_at <= case when e.max_per_hour is null
              then ${freedBefore(times.secondMs)} else ${freedBefore(times.hourMs)} end
            limit ${BATCH}
          ) o limit ${BATCH}
        ) freed
        where p.delivery_id = freed.delivery_id and p.number = freed.number returning p.delivery_id`,
    );
    return rows.length;
  }

  /**
   * Open places that nobody will stamp: a reservation whose delivery was cancelled or let go is given up, a request whose worker
   * died together with its delivery (it was cancelled meanwhile) counts from now on.
   */
  async function settleAbandoned(): Promise<void> {
    const open = sql`select p.delivery_id, p.number, d.id, d.attempt_count, ${isAboutToBegin} as about_to_begin,
        d.open_attempt_id is not null and d.attempt_count = p.number and d.lease_until > now() as under_way
      from with_places w join places p on p.endpoint_id = w.id and p.stamped_at is null
      left join deliveries d on d.id = p.delivery_id || ''`;
    await db.execute(sql`with recursive ${endpointsWithPlaces}, open as (${open}), given_up as (
        delete from places p using open o where p.delivery_id = o.delivery_id and p.number = o.number and p.stamped_at is null
          and (o.id is null or (o.attempt_count < o.number and not o.about_to_begin))
      )
      update places p set stamped_at = now() from open o
      where p.delivery_id = o.delivery_id and p.number = o.number and p.stamped_at is null and o.attempt_count >= o.number and not o.under_way`);
  }

  /**
   * Makes the first of each queue due, so that the next claim looks at the queue again: places may have become free earlier than
   * its members were told, as by cancelling what was before them. What is left of a limit that is
   * gone, or of an endpoint that was disabled by a process that died over it, is let go altogether.
   */
  async function lookAgain(): Promise<void> {
    await db.execute(sql`with recursive queues(id) as (
        (select endpoint_id from deliveries where status = 'pending' and workflow_id is null and held order by endpoint_id limit 1)
        union all
        select (select d.endpoint_id from deliveries d where d.status = 'pending' and d.workflow_id is null and d.held and d.endpoint_id > q.id
          order by d.endpoint_id limit 1)
        from queues q where q.id is not null
      ), first as (
        select f.id from queues q join endpoints e on e.id = q.id cross join lateral (
          select id from deliveries where endpoint_id = q.id and ${isHeldBack} and next_attempt_at > now()
          order by (tries = 0), id limit case when ${isLimitedEndpoint} then 1 else ${BATCH}::int end
          ${skipLocked}
        ) f
      )
      update deliveries d set next_attempt_at = now() from first f where d.id = f.id and ${isPending} and d.workflow_id is null`);
  }

  return {
    /**
     * After a change of an endpoint's limits: lets its queue go, in the order in which it was accepted, so that the next claims take
     * what there are places for now and tell the others anew when theirs free. In batches, each member once.
     */
    async letGo(endpointId: string): Promise<void> {
      let after = { first: false, id: '' };
      for (;;) {
        const rows = await rowsOf<{ id: string; first: boolean }>(
          db,
          sql`with next as (
              select id, tries = 0 as first from deliveries where endpoint_id = ${endpointId} and ${isHeldBack}
                and ((tries = 0), id) > (${after.first}::boolean, ${after.id}::text)
              order by (tries = 0), id limit ${BATCH} ${skipLocked}
            )
            update deliveries d set held = false, reason = null, next_attempt_at = d.created_at from next n
            where d.id = n.id and ${isPending} and d.workflow_id is null returning d.id, n.first`,
        );
        if (rows.length === 0) return;
        options.onWaiting(rows.length);
        const isLater = (row: typeof after) => (row.first === after.first ? row.id > after.id : row.first);
        for (const row of rows) if (isLater(row)) after = row;
      }
    },

    /** For a pass every half a minute or so, of any number of workers: all that is not worth the time of an attempt. */
    async tend(): Promise<void> {
      await settleAbandoned();
      while ((await deleteFreed()) === BATCH) {
        // until the rest is less than a batch
      }
      await lookAgain();
    },
  };
}

/** Endpoints that have places, by a loose index scan. */
const endpointsWithPlaces = sql`with_places(id) as (
    (select endpoint_id from places order by endpoint_id limit 1)
    union all
    select (select p.endpoint_id from places p where p.endpoint_id > w.id order by p.endpoint_id limit 1) from with_places w where w.id is not null
  )`;
