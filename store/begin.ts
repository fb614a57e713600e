import { sql } from 'drizzle-orm';
import type { PlaceTimes } from '../domain/delivery/rate-limit.ts';
import { Batcher, type BatcherOptions } from './batcher.ts';
import { type Db, isPending, jsonRowsOf, recordset, rowsOf, toIso } from './database.ts';
import { filesOf } from './exported-files.ts';
import { newId } from './ids.ts';
import { takePlaces } from './places.ts';
import type { RecentEvent, RecentEvents } from './recent-events.ts';
import { DUE_SLACK_MS, refuse } from './refuse.ts';
import type { BeginInput, BeginResult, BegunAttempt } from './types.ts';

interface BegunRow {
  id: string;
  organization_id: string;
  endpoint_id: string;
  endpoint_version: number;
  attempt_id: string;
  attempt_count: number;
  generation: number;
  tries: number;
  event_id: string;
  test: boolean;
  exported: boolean;
}

interface EventRow {
  organization_id: string;
  id: string;
  dialect: string;
  type: string;
  data: string;
  occurred_at: string;
}

/** What never changes once written, kept to spare reads. */
interface Memory {
  events: RecentEvents;
  organizationUuids: Map<string, string>;
}

/** The longest timeout an endpoint may set, and more than any dialect's own. */
const LONGEST_TIMEOUT_MS = 30_000;
/** All requests of an attempt at a native destination together, the wait for its subject included. */
const NATIVE_TIMEOUT_MS = 45_000;
/** The lease outlives the longest exchange by this much, so that a slow finish is not mistaken for a lost worker. */
const LEASE_MARGIN_MS = 10_000;
const COLUMNS =
  'id text, generation int, attempt_count int, workflow_id text, run_id text, activity_attempt int, attempt_id text';

/**
 * Begins attempts: one compare-and-set on status, generation and attempt count for all calls that wait together, so that two
 * runs of one delivery make one attempt. What it refuses is judged by `refuse`.
 */
export function createBegin(
  db: Db,
  recent: RecentEvents,
  options: { maxRuns: number; times: PlaceTimes; onRun?: BatcherOptions<BeginInput>['onRun'] },
) {
  const memory: Memory = { events: recent, organizationUuids: new Map() };
  const batcher = new Batcher<BeginInput, BeginResult>(beginGroup, {
    maxItems: 200,
    maxRuns: options.maxRuns,
    keysOf: (input) => [input.id],
    onRun: options.onRun,
  });

  async function beginGroup(inputs: BeginInput[]): Promise<BeginResult[]> {
    const begun = await compareAndSet(db, memory, inputs, false);
    const results = new Map<string, BeginResult>(begun.map((b) => [b.deliveryId, b]));
    const refused = inputs.filter((input) => !results.has(input.id));
    if (refused.length > 0) for (const [id, result] of await settleRefused(refused)) results.set(id, result);
    return inputs.map((input) => results.get(input.id) as BeginResult);
  }

  async function settleRefused(inputs: BeginInput[]): Promise<Map<string, BeginResult>> {
    return db.transaction(async (tx) => {
      const { refused, admitted, limited } = await refuse(tx, inputs, options.times);
      const results = new Map<string, BeginResult>(refused.map((r) => [r.deliveryId, r]));
      const begun = admitted.length > 0 ? await compareAndSet(tx, memory, admitted, true) : [];
      for (const b of begun) results.set(b.deliveryId, b);
      await takePlaces(
        tx,
        begun.filter((b) => limited.has(b.deliveryId)),
      );
      for (const input of inputs) {
        if (results.has(input.id)) continue;
        // Changed between the two looks: look again at once.
        const { id: deliveryId, generation, attemptCount } = input;
        results.set(deliveryId, {
          kind: 'refused',
          deliveryId,
          why: 'not_due',
          status: 'pending',
          generation,
          attemptCount,
          dueInMs: 100,
        });
      }
      return results;
    });
  }

  return {
    begin: (inputs: readonly BeginInput[]): Promise<BeginResult[]> => Promise.all(inputs.map((i) => batcher.add(i))),
  };
}

/**
 * What is not due yet is left out: a workflow may be woken by a signal that is late or meant for an attempt already made.
 * `permitted`: permit and place were granted under the endpoint's lock; without them, endpoints with a cap or a limit are
 * left out.
 */
async function compareAndSet(
  db: Pick<Db, 'execute'>,
  memory: Memory,
  inputs: BeginInput[],
  permitted: boolean,
): Promise<BegunAttempt[]> {
  const rows = await jsonRowsOf<BegunRow>(
    db,
    sql`begun as (update deliveries d set attempt_count = d.attempt_count + 1, open_attempt_id = i.attempt_id, open_run_id = i.run_id,
        open_activity_attempt = i.activity_attempt, opened_at = clock_timestamp(), started_at = coalesce(d.started_at, now()),
        reconcile_count = 0,
        lease_until = clock_timestamp() + (case when e.destination = 'webhook' then coalesce(e.timeout_ms, ${LONGEST_TIMEOUT_MS}::int) else ${NATIVE_TIMEOUT_MS}::int end
          + ${LEASE_MARGIN_MS}::int) * interval '1 millisecond'
      from ${recordset(inputs.map(toRow), COLUMNS)}, endpoints e
      where d.id = i.id and ${isPending} and d.workflow_id = i.workflow_id and d.generation = i.generation
        and d.attempt_count = i.attempt_count and d.open_attempt_id is null and e.id = d.endpoint_id || ''
        and d.next_attempt_at <= clock_timestamp() + ${DUE_SLACK_MS}::int * interval '1 millisecond'
        and d.export_state is distinct from 'needed'
        and e.disabled_at is null and e.deleted_at is null and e.paused_at is null
        and (${permitted} or (e.max_concurrency is null and e.rate_per_second is null and e.max_per_hour is null))
      returning d.id, d.organization_id, d.endpoint_id, e.version as endpoint_version, d.open_attempt_id as attempt_id,
        d.attempt_count, d.generation, d.tries, d.event_id, d.test, d.export_state is not null as exported)`,
    sql`select * from begun`,
  );
  const events = await eventsOf(db, memory.events, rows);
  const uuids = await uuidsOf(db, memory.organizationUuids, rows);
  const files = await filesOf(
    db,
    rows.filter((row) => row.exported).map((row) => row.id),
  );
  return rows.map((row) => ({
    kind: 'begun',
    deliveryId: row.id,
    organizationId: row.organization_id,
    endpointId: row.endpoint_id,
    endpointVersion: row.endpoint_version,
    attemptId: row.attempt_id,
    number: row.attempt_count,
    generation: row.generation,
    tries: row.tries,
    organizationUuid: uuids.get(row.organization_id) as string,
    test: row.test,
    file: files.get(row.id) ?? null,
    event: events.get(`${row.organization_id} ${row.event_id}`) as RecentEvent,
  }));
}

function toRow(input: BeginInput) {
  return {
    id: input.id,
    generation: input.generation,
    attempt_count: input.attemptCount,
    workflow_id: input.workflowId,
    run_id: input.runId,
    activity_attempt: input.activityAttempt,
    attempt_id: newId('atm'),
  };
}

async function uuidsOf(
  db: Pick<Db, 'execute'>,
  known: Map<string, string>,
  rows: BegunRow[],
): Promise<Map<string, string>> {
  const missing = [...new Set(rows.map((row) => row.organization_id))].filter((id) => !known.has(id));
  if (missing.length > 0) {
    const read = await rowsOf<{ id: string; uuid: string }>(
      db,
      sql`select id, uuid from organizations where id = any(${sql.param(missing)}::text[])`,
    );
    for (const { id, uuid } of read) known.set(id, uuid);
  }
  return known;
}

/** Events by organization and id: from memory where this process published them, else from the store. */
async function eventsOf(
  db: Pick<Db, 'execute'>,
  recent: RecentEvents,
  rows: BegunRow[],
): Promise<Map<string, RecentEvent>> {
  const found = new Map<string, RecentEvent>();
  const missing: BegunRow[] = [];
  for (const row of rows) {
    const event = recent.get(row.organization_id, row.event_id);
    if (event) found.set(`${row.organization_id} ${row.event_id}`, event);
    else missing.push(row);
  }
  if (missing.length === 0) return found;
  const read = await rowsOf<EventRow>(
    db,
    sql`select e.organization_id, e.id, e.dialect, e.type, e.data, e.occurred_at
      from unnest(${sql.param(missing.map((m) => m.organization_id))}::text[], ${sql.param(missing.map((m) => m.event_id))}::text[])
        as m(organization_id, id)
      join events e on e.organization_id = m.organization_id and e.id = m.id`,
  );
  for (const { organization_id, occurred_at, ...event } of read) {
    found.set(`${organization_id} ${event.id}`, { ...event, occurredAt: toIso(occurred_at) });
  }
  return found;
}
