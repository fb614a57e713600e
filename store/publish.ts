import { sql } from 'drizzle-orm';
import { filtering } from '../domain/delivery/filter.ts';
import { matchesEndpoint } from '../domain/delivery/match-endpoint.ts';
import { type Unmatched, unmatchedOf } from '../domain/delivery/unmatched.ts';
import { Batcher, type BatcherOptions } from './batcher.ts';
import { type Db, jsonRowsOf, recordset, rowsOf } from './database.ts';
import type { DirectoryEndpoint, EndpointDirectory } from './endpoint-directory.ts';
import { newId } from './ids.ts';
import type { RecentEvents } from './recent-events.ts';
import { repeatsOf } from './source-repeats.ts';
import type { PublishItem, PublishResult } from './types.ts';

interface NewDelivery {
  id: string;
  organizationId: string;
  eventId: string;
  endpointId: string;
  eventType: string;
  test: boolean;
  disabled: boolean;
}

/** An event to be written, with its deliveries. */
export interface Planned {
  item: PublishItem;
  eventId: string;
  /** Why it has no deliveries; null: it has. */
  unmatched: Unmatched | null;
  deliveries: NewDelivery[];
}

/** Told after each commit: that it left deliveries waiting, how many deliveries it wrote, and how many events. */
export interface PublishListeners {
  onCommitted: (deliveries: number) => void;
  onWritten: (deliveries: number) => void;
  onPublished: (events: number) => void;
}

/**
 * Publishing as a group commit: every publish that waits goes into one statement, which writes the events and one delivery per
 * matching endpoint. A repeated or conflicting one is told from the row that was there first; it never fails its neighbours.
 */
export function createPublisher(
  db: Db,
  recent: RecentEvents,
  directory: EndpointDirectory,
  options: PublishListeners & { maxRuns: number; onRun?: BatcherOptions<PublishItem>['onRun'] },
) {
  const batcher = new Batcher<PublishItem, PublishResult>(commitGroup, {
    maxItems: 200,
    maxRuns: options.maxRuns,
    keysOf,
    onRun: options.onRun,
  });

  async function commitGroup(items: PublishItem[]): Promise<PublishResult[]> {
    const results = new Map<PublishItem, PublishResult>();
    const endpointsOf = await directory.of(items.map((i) => i.organizationId));
    const planned: Planned[] = [];
    for (const item of items) {
      const endpoints = endpointsOf.get(item.organizationId) ?? [];
      const unknown = item.to?.find((id) => !endpoints.some((e) => e.id === id));
      // A repeat gets the first answer, also when an endpoint it named has been deleted since.
      if (unknown)
        results.set(item, (await whatStandsThere(db, item)) ?? { kind: 'unknown_endpoint', endpointId: unknown });
      else planned.push(planEvent(item, endpoints));
    }
    const inserted = planned.length > 0 ? await insertGroup(db, planned) : new Set<string>();
    const refused: Planned[] = [];
    for (const p of planned) {
      if (inserted.has(eventKey(p.item.organizationId, p.eventId))) {
        results.set(p.item, { kind: 'created', eventId: p.eventId, deliveryCount: p.deliveries.length });
        if (p.deliveries.length > 0) recent.put(p.item.organizationId, { ...p.item, id: p.eventId });
      } else refused.push(p);
    }
    const repeats = await repeatsOf(
      db,
      refused.map((p) => p.item),
    );
    for (const p of refused) {
      const standing = repeats.get(p.item) ?? (await whatStandsThere(db, p.item));
      results.set(p.item, standing ?? { kind: 'conflict', field: 'id' });
    }
    const written = planned.flatMap((p) => p.deliveries);
    const waiting = written.filter((d) => !d.disabled).length;
    if (waiting > 0) options.onCommitted(waiting);
    options.onWritten(written.length);
    options.onPublished(inserted.size);
    return items.map((item) => results.get(item) as PublishResult);
  }

  return { publish: (item: PublishItem): Promise<PublishResult> => batcher.add(item) };
}

/** Two with the same id or key never share a statement: the second must meet the first one's row. */
function keysOf({ organizationId, id, idempotencyKey, source }: PublishItem): string[] {
  const keys: string[] = [];
  if (source) keys.push(`source ${source.id} ${source.eventId}`);
  if (id !== null) keys.push(`id ${eventKey(organizationId, id)}`);
  if (idempotencyKey !== null) keys.push(`key ${eventKey(organizationId, idempotencyKey)}`);
  return keys;
}

/** An event's id together with its organization: the id alone is not unique. */
export function eventKey(organizationId: string, id: string): string {
  return `${organizationId} ${id}`;
}

/** The event with a delivery for each of these endpoints that takes it; where it is aimed at some, their filters are not asked. */
export function planEvent(item: PublishItem, endpoints: readonly DirectoryEndpoint[]): Planned {
  const eventId = item.id ?? newId('evt');
  const matching = endpoints.filter((endpoint) => matchesEndpoint(item, endpoint));
  const taking = item.to ? matching : passing(item, eventId, matching);
  const deliveries = taking.map((endpoint) => ({
    id: newId('dlv'),
    organizationId: item.organizationId,
    eventId,
    endpointId: endpoint.id,
    eventType: item.type,
    test: item.test ?? false,
    disabled: endpoint.disabled,
  }));
  return { item, eventId, unmatched: unmatchedOf(matching.length, taking.length), deliveries };
}

/** Those whose filter the event passes; most have none, and cost nothing. */
function passing(item: PublishItem, eventId: string, endpoints: DirectoryEndpoint[]): DirectoryEndpoint[] {
  if (endpoints.every((endpoint) => endpoint.filter === null)) return endpoints;
  const passes = filtering({ ...item, id: eventId });
  return endpoints.filter((endpoint) => passes(endpoint.filter));
}

const EVENT_COLUMNS =
  'organization_id text, id text, dialect text, type text, data text, presence_name text, user_id text, recipients text[], test boolean, source_id text, source_event_id text, flag text, unmatched text, idempotency_key text, fingerprint text, occurred_at timestamptz';
const DELIVERY_COLUMNS =
  'id text, organization_id text, event_id text, endpoint_id text, event_type text, test boolean, disabled boolean';

/** One statement is one transaction: deliveries are written only for events that were. Returns the keys of those. */
export async function insertGroup(db: Pick<Db, 'execute'>, planned: readonly Planned[]): Promise<Set<string>> {
  const events = planned.map(({ item, eventId, unmatched }) => ({
    organization_id: item.organizationId,
    id: eventId,
    dialect: item.dialect,
    type: item.type,
    data: item.data,
    presence_name: item.presenceName,
    user_id: item.userId,
    recipients: item.to,
    test: item.test ?? false,
    source_id: item.source?.id ?? null,
    source_event_id: item.source?.eventId ?? null,
    flag: item.source?.flag ?? null,
    unmatched,
    idempotency_key: item.idempotencyKey,
    fingerprint: item.fingerprint,
    occurred_at: item.occurredAt,
  }));
  const deliveries = planned.flatMap((p) =>
    p.deliveries.map((d) => ({
      id: d.id,
      organization_id: d.organizationId,
      event_id: d.eventId,
      endpoint_id: d.endpointId,
      event_type: d.eventType,
      test: d.test,
      disabled: d.disabled,
    })),
  );
  const rows = await jsonRowsOf<{ organization_id: string; id: string }>(
    db,
    sql`written as (
      insert into events (organization_id, id, dialect, type, data, presence_name, user_id, recipients, test, source_id, source_event_id,
        flag, unmatched, idempotency_key, fingerprint, occurred_at)
      select * from ${recordset(events, EVENT_COLUMNS)}
      on conflict do nothing
      returning organization_id, id
    ), fanned as (
      insert into deliveries (id, organization_id, event_id, endpoint_id, event_type, test, status, reason, next_attempt_at, completed_at)
      select i.id, i.organization_id, i.event_id, i.endpoint_id, i.event_type, i.test,
        case when i.disabled then 'cancelled' else 'pending' end, case when i.disabled then 'endpoint_disabled' end,
        case when i.disabled then null else now() end, case when i.disabled then now() end
      from ${recordset(deliveries, DELIVERY_COLUMNS)}
      join written w on w.organization_id = i.organization_id and w.id = i.event_id
    )`,
    sql`select organization_id, id from written`,
  );
  return new Set(rows.map((row) => eventKey(row.organization_id, row.id)));
}

/** The answer to a publish whose id or key was used before; null when neither was. */
async function whatStandsThere(db: Db, item: PublishItem): Promise<PublishResult | null> {
  if (item.id === null && item.idempotencyKey === null) return null;
  const rows = await rowsOf<{ id: string; fingerprint: string; idempotency_key: string | null }>(
    db,
    sql`select id, fingerprint, idempotency_key from events
      where organization_id = ${item.organizationId} and (id = ${item.id} or idempotency_key = ${item.idempotencyKey})`,
  );
  // The key is the stronger claim: it says "this very call", the id only "this event".
  const byKey = rows.find((row) => item.idempotencyKey !== null && row.idempotency_key === item.idempotencyKey);
  const standing = byKey ?? rows.find((row) => row.id === item.id);
  if (!standing) return null;
  const same = rows.every((row) => row.id === standing.id) && standing.fingerprint === item.fingerprint;
  if (same) return { kind: 'repeated', eventId: standing.id };
  return { kind: 'conflict', field: byKey ? 'Idempotency-Key' : 'id' };
}
