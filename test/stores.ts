import { eq, type SQL } from 'drizzle-orm';
import pg from 'pg';
import { rowsOf } from '../store/database.ts';
import type { NewEndpoint } from '../store/endpoints.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { attempts, deliveries } from '../store/schema.ts';
import type { BeginInput, BeginResult, BegunAttempt, FinishInput, PublishItem } from '../store/types.ts';
import { aNewEndpoint } from './new-endpoint.ts';

export type Kind = 'pglite' | 'postgres';

const serverUrl = process.env.TEST_DATABASE_URL;
/** What store tests run on: PGlite in memory always, a real Postgres where `TEST_DATABASE_URL` names one. */
export const KINDS: Kind[] = serverUrl ? ['pglite', 'postgres'] : ['pglite'];

const secretKey = Buffer.alloc(32, 1);

/** A database of its own on the test server, dropped by `drop`. */
export async function aPostgresDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `waybill_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await onServer(`create database ${name}`);
  const url = new URL(serverUrl as string);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

export type TestStore = Awaited<ReturnType<typeof aStore>>;

/** A migrated store with one organization, and the steps that store tests are made of. `timeScale` multiplies its hours. */
export async function aStore(kind: Kind, { timeScale = 1 } = {}) {
  const database = kind === 'postgres' ? await aPostgresDatabase() : null;
  const opened: Store[] = [];
  const open = async () => {
    const options = { dataDir: null, secretKey, timeScale, onFault: () => undefined };
    const store = await openStore(database ? { ...options, databaseUrl: database.url } : options);
    opened.push(store);
    return store;
  };
  const store = await open().catch(async (error) => {
    await database?.drop();
    throw error;
  });
  const organizationId = (await store.organizations.create('Test')).organization.id;

  const anItem = (changes: Partial<PublishItem> = {}): PublishItem => ({
    organizationId,
    dialect: 'standard',
    type: 'order.created',
    data: '{"total":42}',
    occurredAt: '2026-01-02T03:04:05.678Z',
    id: null,
    idempotencyKey: null,
    fingerprint: 'same',
    presenceName: null,
    userId: null,
    to: null,
    ...changes,
  });

  async function anEndpoint(changes: Partial<NewEndpoint> = {}, ofOrganization = organizationId, by = store) {
    const created = await by.endpoints.create(ofOrganization, aNewEndpoint(changes));
    if (created.kind !== 'created') throw new Error(created.kind);
    return created.endpoint.id;
  }

  async function publish(changes: Partial<PublishItem> = {}): Promise<string> {
    const result = await store.publish(anItem(changes));
    if (result.kind !== 'created') throw new Error(result.kind);
    return result.eventId;
  }

  const deliveriesOf = (endpointId: string) =>
    store.db.select().from(deliveries).where(eq(deliveries.endpointId, endpointId)).orderBy(deliveries.id);

  async function delivery(id: string) {
    const [row] = await store.db.select().from(deliveries).where(eq(deliveries.id, id));
    if (!row) throw new Error(`no delivery ${id}`);
    return row;
  }

  /** Ids of `count` fresh deliveries to the endpoint, oldest first. */
  async function waiting(endpointId: string, count = 1): Promise<string[]> {
    await Promise.all(Array.from({ length: count }, () => publish({ to: [endpointId] })));
    return (await deliveriesOf(endpointId)).slice(-count).map((row) => row.id);
  }

  /** Claims what waits for the endpoints, all into one workflow, or each into its own. */
  async function claim(endpointIds: string[], workflowId?: string): Promise<string[]> {
    const groups = await store.claim({ limit: 1_000, room: new Map(), only: endpointIds }, (claimed) =>
      workflowId ? [{ workflowId, deliveries: claimed }] : claimed.map((d) => ({ workflowId: d.id, deliveries: [d] })),
    );
    return groups.flatMap((group) => group.deliveries.map((d) => d.id));
  }

  /** A delivery to a fresh endpoint, claimed into a workflow of its own id. */
  async function aClaimed(changes: Partial<NewEndpoint> = {}) {
    const endpointId = await anEndpoint(changes);
    const [id] = await waiting(endpointId);
    await claim([endpointId]);
    return { id: id as string, endpointId };
  }

  async function begin(id: string, changes: Partial<BeginInput> = {}, by = store): Promise<BeginResult> {
    const { generation, attemptCount, workflowId } = await delivery(id);
    const input = { id, generation, attemptCount, workflowId: workflowId ?? '', runId: 'run-1', activityAttempt: 1 };
    const [result] = await by.attempts.begin([{ ...input, ...changes }]);
    return result as BeginResult;
  }

  async function begun(id: string, changes: Partial<BeginInput> = {}): Promise<BegunAttempt> {
    const result = await begin(id, changes);
    if (result.kind !== 'begun') throw new Error(`not begun: ${result.why}`);
    return result;
  }

  return {
    kind,
    store,
    organizationId,
    databaseUrl: database?.url ?? '',
    /** A store on the same database, as another process would open it; Postgres only. */
    another: open,
    anItem,
    anEndpoint,
    publish,
    deliveriesOf,
    delivery,
    attemptsOf: (id: string) =>
      store.db.select().from(attempts).where(eq(attempts.deliveryId, id)).orderBy(attempts.number),
    waiting,
    claim,
    aClaimed,
    begin,
    begun,
    rows: <Row>(statement: SQL) => rowsOf<Row>(store.db, statement),
    async close() {
      for (const each of opened) await each.close();
      await database?.drop();
    },
  };
}

/** The end of a begun attempt: delivered, unless `changes` say otherwise. */
export function anEnd(begun: BegunAttempt, changes: Partial<FinishInput> = {}): FinishInput {
  return {
    deliveryId: begun.deliveryId,
    attemptId: begun.attemptId,
    generation: begun.generation,
    number: begun.number,
    organizationId: begun.organizationId,
    endpointId: begun.endpointId,
    workflowId: begun.deliveryId,
    runId: 'run-1',
    outcome: 'delivered',
    status: 'delivered',
    endReason: null,
    retryInMs: null,
    release: false,
    errorCode: null,
    errorMessage: null,
    statusCode: 200,
    durationMs: 12,
    startedAt: '2026-01-02T03:04:05.678Z',
    exchanges: '[]',
    disableEndpoint: false,
    counted: true,
    remote: null,
    accepted: false,
    healthJudged: true,
    ...changes,
  };
}

/** Changes that make an end a failure with a retry after `retryInMs`; null: the last one. */
export function aFailure(retryInMs: number | null = 60_000): Partial<FinishInput> {
  return {
    outcome: 'failed',
    status: retryInMs === null ? 'failed' : 'pending',
    endReason: retryInMs === null ? 'exhausted' : null,
    retryInMs,
    errorCode: 'http_503',
    errorMessage: 'answered 503',
    statusCode: 503,
  };
}
