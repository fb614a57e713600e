import { sql } from 'drizzle-orm';
import { matchesEndpoint } from '../domain/delivery/match-endpoint.ts';
import { Batcher } from './batcher.ts';
import { type Db, longTexts, rowsOf } from './database.ts';
import { type DirectoryEndpoint, EndpointDirectory } from './endpoint-directory.ts';
import { newId } from './ids.ts';
import type { RecentEvents } from './recent-events.ts';
import type { PublishItem, PublishResult } from './types.ts';

interface NewDelivery {
  id: string;
  organizationId: string;
  eventId: string;
  endpointId: string;
  eventType: string;
  disabled: boolean;
}

interface Planned {
  item: PublishItem;
  eventId: string;
  deliveries: NewDelivery[];
}

/**
 * Publishing as a group commit: every publish that waits goes into one statement, which writes the events and one delivery per
 * matching endpoint. A repeated or conflicting one is told from the row that was there first; it never fails its neighbours.
 * `onCommitted` is called after a commit that left deliveries waiting, `onWritten` with how many were written.
 */
export function createPublisher(
  db: Db,
  recent: RecentEvents,
  options: { maxRuns: number; onCommitted: (deliveries: number) => void; onWritten: (deliveries: number) => void },
) {
  const directory = new EndpointDirectory(db);
  const batcher = new Batcher<PublishItem, PublishResult>(commitGroup, { maxItems: 200, maxRuns: options.maxRuns });

  async function commitGroup(items: PublishItem[]): Promise<PublishResult[]> {
    const results = new Map<PublishItem, PublishResult>();
    const endpointsOf = await directory.of(items.map((i) => i.organizationId));
    let round = items;
    while (round.length > 0) {
      const { first, later } = splitRepeats(round);
      await commitDistinct(first, endpointsOf, results);
      round = later;
    }
    return items.map((item) => results.get(item) as PublishResult);
  }

  async function commitDistinct(
    items: PublishItem[],
    endpointsOf: Map<string, DirectoryEndpoint[]>,
    results: Map<PublishItem, PublishResult>,
  ): Promise<void> {
    const planned: Planned[] = [];
    for (const item of items) {
      const endpoints = endpointsOf.get(item.organizationId) ?? [];
      const unknown = item.to?.find((id) => !endpoints.some((e) => e.id === id));
      if (unknown) results.set(item, { kind: 'unknown_endpoint', endpointId: unknown });
      else planned.push(plan(item, endpoints));
    }
    if (planned.length === 0) return;
    const inserted = await insertGroup(db, planned);
    const refused: Planned[] = [];
    for (const p of planned) {
      if (inserted.has(key(p.item.organizationId, p.eventId))) {
        results.set(p.item, { kind: 'created', eventId: p.eventId, deliveryCount: p.deliveries.length });
        if (p.deliveries.length > 0) recent.put(p.item.organizationId, { ...p.item, id: p.eventId });
      } else refused.push(p);
    }
    for (const p of refused) results.set(p.item, await whatStandsThere(db, p.item));
    const written = planned.flatMap((p) => p.deliveries);
    const waiting = written.filter((d) => !d.disabled).length;
    if (waiting > 0) options.onCommitted(waiting);
    options.onWritten(written.length);
  }

  return { publish: (item: PublishItem): Promise<PublishResult> => batcher.add(item) };
}

/** Two of one group with the same id or key: the second waits for the next round, so that it meets the first one's row. */
function splitRepeats(items: PublishItem[]): { first: PublishItem[]; later: PublishItem[] } {
  const seen = new Set<string>();
  const first: PublishItem[] = [];
  const later: PublishItem[] = [];
  for (const item of items) {
    const keys = [
      item.id === null ? null : `id ${key(item.organizationId, item.id)}`,
      item.idempotencyKey === null ? null : `key ${key(item.organizationId, item.idempotencyKey)}`,
    ].filter((k) => k !== null);
    if (keys.some((k) => seen.has(k))) later.push(item);
    else first.push(item);
    for (const k of keys) seen.add(k);
  }
  return { first, later };
}

function key(organizationId: string, id: string): string {
  return `${organizationId} ${id}`;
}

function plan(item: PublishItem, endpoints: DirectoryEndpoint[]): Planned {
  const eventId = item.id ?? newId('evt');
  const deliveries = endpoints
    .filter((endpoint) => matchesEndpoint(item, endpoint))
    .map((endpoint) => ({
      id: newId('dlv'),
      organizationId: item.organizationId,
      eventId,
      endpointId: endpoint.id,
      eventType: item.type,
      disabled: endpoint.disabled,
    }));
  return { item, eventId, deliveries };
}

/** One statement is one transaction: deliveries are written only for events that were. Returns the keys of those. */
async function insertGroup(db: Db, planned: Planned[]): Promise<Set<string>> {
  const items = planned.map((p) => p.item);
  const deliveries = planned.flatMap((p) => p.deliveries);
  const rows = await rowsOf<{ organization_id: string; id: string }>(
    db,
    sql`with written as (
      insert into events (organization_id, id, dialect, type, data, presence_name, user_id, idempotency_key, fingerprint, occurred_at)
      select * from unnest(
        ${sql.param(items.map((i) => i.organizationId))}::text[], ${sql.param(planned.map((p) => p.eventId))}::text[],
        ${sql.param(items.map((i) => i.dialect))}::text[], ${sql.param(items.map((i) => i.type))}::text[],
        ${longTexts(items.map((i) => i.data))}, ${sql.param(items.map((i) => i.presenceName))}::text[],
        ${sql.param(items.map((i) => i.userId))}::text[], ${sql.param(items.map((i) => i.idempotencyKey))}::text[],
        ${sql.param(items.map((i) => i.fingerprint))}::text[], ${sql.param(items.map((i) => i.occurredAt))}::timestamptz[])
      on conflict do nothing
      returning organization_id, id
    ), fanned as (
      insert into deliveries (id, organization_id, event_id, endpoint_id, event_type, status, reason, next_attempt_at, completed_at)
      select d.id, d.organization_id, d.event_id, d.endpoint_id, d.event_type,
        case when d.disabled then 'cancelled' else 'pending' end, case when d.disabled then 'endpoint_disabled' end,
        case when d.disabled then null else now() end, case when d.disabled then now() end
      from unnest(
        ${sql.param(deliveries.map((d) => d.id))}::text[], ${sql.param(deliveries.map((d) => d.organizationId))}::text[],
        ${sql.param(deliveries.map((d) => d.eventId))}::text[], ${sql.param(deliveries.map((d) => d.endpointId))}::text[],
        ${sql.param(deliveries.map((d) => d.eventType))}::text[], ${sql.param(deliveries.map((d) => d.disabled))}::boolean[]
      ) as d(id, organization_id, event_id, endpoint_id, event_type, disabled)
      join written w on w.organization_id = d.organization_id and w.id = d.event_id
    )
    select organization_id, id from written`,
  );
  return new Set(rows.map((row) => key(row.organization_id, row.id)));
}

async function whatStandsThere(db: Db, item: PublishItem): Promise<PublishResult> {
  const rows = await rowsOf<{ id: string; fingerprint: string; idempotency_key: string | null }>(
    db,
    sql`select id, fingerprint, idempotency_key from events
      where organization_id = ${item.organizationId} and (id = ${item.id} or idempotency_key = ${item.idempotencyKey})`,
  );
  // The key is the stronger claim: it says "this very call", the id only "this event".
  const byKey = rows.find((row) => item.idempotencyKey !== null && row.idempotency_key === item.idempotencyKey);
  const standing = byKey ?? rows.find((row) => row.id === item.id);
  const same = rows.every((row) => row.id === standing?.id) && standing?.fingerprint === item.fingerprint;
  if (standing && same) return { kind: 'repeated', eventId: standing.id };
  return { kind: 'conflict', field: byKey ? 'Idempotency-Key' : 'id' };
}
