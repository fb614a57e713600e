import { sql } from 'drizzle-orm';
import { type EndpointFilter, type FilterableEvent, filtering } from '../domain/delivery/filter.ts';
import { matchesEndpoint } from '../domain/delivery/match-endpoint.ts';
import { type Db, rowsOf, toIso } from './database.ts';
import { newId } from './ids.ts';
import type { ReplayRequest } from './replay.ts';

const PAGE = 500;
/** Events whose data, a mebibyte each at most, are in memory at a time. */
const DATA_PAGE = 16;

interface EventRow {
  id: string;
  dialect: string;
  type: string;
  presence_name: string | null;
  user_id: string | null;
  recipients: string[] | null;
  test: boolean;
}

/** Makes deliveries for events that the endpoint takes and never got, or counts them on a dry run. Returns how many. */
export async function addMissing(db: Db, request: ReplayRequest): Promise<number> {
  let added = 0;
  let after = '';
  for (;;) {
    const events = await rowsOf<EventRow>(
      db,
      sql`select ev.id, ev.dialect, ev.type, ev.presence_name, ev.user_id, ev.recipients, ev.test from events ev
        where ev.organization_id = ${request.organizationId} and ev.created_at >= ${request.since}::timestamptz
          and ev.created_at < ${request.until}::timestamptz and ev.id > ${after}
          and not exists (select 1 from deliveries d where d.event_id = ev.id and d.organization_id = ev.organization_id
            and d.endpoint_id = ${request.endpoint.id})
        order by ev.id limit ${PAGE}`,
    );
    if (events.length === 0) return added;
    after = events.at(-1)?.id ?? after;
    const matching = events.filter((event) => {
      const { presence_name: presenceName, user_id: userId, recipients: to } = event;
      return matchesEndpoint({ ...event, presenceName, userId, to }, request.endpoint);
    });
    const taken = await passing(db, request, matching);
    if (request.dryRun) added += taken.length;
    else if (taken.length > 0) added += await insertMissing(db, request, taken);
  }
}

/** Those that pass the endpoint's filter; what was aimed at it does anyway. */
async function passing(db: Db, { organizationId, endpoint }: ReplayRequest, events: EventRow[]): Promise<EventRow[]> {
  const { filter } = endpoint;
  if (filter === null) return events;
  const taken = events.filter((event) => event.recipients !== null);
  const asked = events.filter((event) => event.recipients === null);
  for (let i = 0; i < asked.length; i += DATA_PAGE) {
    const page = asked.slice(i, i + DATA_PAGE);
    const ids = await passingIds(db, organizationId, filter, page);
    taken.push(...page.filter((event) => ids.has(event.id)));
  }
  return taken;
}

async function passingIds(
  db: Db,
  organizationId: string,
  filter: EndpointFilter,
  events: EventRow[],
): Promise<Set<string>> {
  const ids = events.map((event) => event.id);
  const rows = await rowsOf<Omit<FilterableEvent, 'occurredAt'> & { occurred_at: string }>(
    db,
    sql`select id, dialect, type, data, occurred_at from events
      where organization_id = ${organizationId} and id = any(${sql.param(ids)}::text[])`,
  );
  const passed = rows.filter((event) => filtering({ ...event, occurredAt: toIso(event.occurred_at) })(filter));
  return new Set(passed.map((event) => event.id));
}

/** Returns how many were made. */
async function insertMissing(db: Db, request: ReplayRequest, events: EventRow[]): Promise<number> {
  // The condition is looked at again here: two replays at once must not make two deliveries.
  return db.transaction(async (tx) => {
    await tx.execute(sql`select id from endpoints where id = ${request.endpoint.id} for update`);
    const made = await rowsOf<{ event_id: string }>(
      tx,
      sql`insert into deliveries (id, organization_id, event_id, endpoint_id, event_type, test, next_attempt_at)
      select n.id, ${request.organizationId}, n.event_id, ${request.endpoint.id}, n.type, n.test, now()
      from unnest(${sql.param(events.map(() => newId('dlv')))}::text[], ${sql.param(events.map((e) => e.id))}::text[],
        ${sql.param(events.map((e) => e.type))}::text[], ${sql.param(events.map((e) => e.test))}::boolean[]) as n(id, event_id, type, test)
      where not exists (select 1 from deliveries d where d.event_id = n.event_id and d.organization_id = ${request.organizationId}
        and d.endpoint_id = ${request.endpoint.id})
      returning event_id`,
    );
    // What matched nothing has a delivery now.
    await tx.execute(
      sql`update events set unmatched = null where organization_id = ${request.organizationId} and unmatched is not null
        and id = any(${sql.param(made.map((row) => row.event_id))}::text[])`,
    );
    return made.length;
  });
}
