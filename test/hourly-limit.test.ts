import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, expect, inject, test } from 'vitest';
import { aDeletedDocument, aTimedReceiver, type TimedReceiver } from './arrivals.ts';
import { eventually } from './eventually.ts';
import { aPostgresDatabase, KINDS } from './stores.ts';
import { aWaybillProcess, type WaybillProcess } from './waybill-process.ts';

const ADMIN_KEY = 'admin-key-of-this-test';
/** An hour of 15 s. */
const HOUR_MS = 15_000;
/** FLTR's own, which its endpoints have by default. */
const LIMIT = 1_000;
const EVENTS = 2_500;

const started: WaybillProcess[] = [];
let database: Awaited<ReturnType<typeof aPostgresDatabase>> | undefined;
let receiver: TimedReceiver | undefined;

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.dispose()));
  await receiver?.close();
  await database?.drop();
});

/** Two whole Waybills on one Postgres and one namespace, each with a worker. */
async function twoWaybills(databaseUrl: string): Promise<[WaybillProcess, WaybillProcess]> {
  const environment = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: `test-${randomUUID()}`,
    WAYBILL_ADMIN_KEY: ADMIN_KEY,
    WAYBILL_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    WAYBILL_ALLOW_NETWORKS: 'loopback',
    WAYBILL_TIME_SCALE: (HOUR_MS / 3_600_000).toFixed(9),
  };
  const [first, second] = [await aWaybillProcess(environment), await aWaybillProcess(environment)];
  started.push(first, second);
  await first.start();
  await second.start();
  return [first, second];
}

async function call<T>(url: string, key: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function publish(url: string, key: string, endpointId: string): Promise<string[]> {
  const event = { dialect: 'fltr', type: 'document.deleted', data: aDeletedDocument(), to: [endpointId] };
  const ids: string[] = [];
  while (ids.length < EVENTS) {
    const events = Array.from({ length: 100 }, () => event);
    const { data } = await call<{ data: { id: string }[] }>(`${url}/v1/events/batch`, key, { events });
    ids.push(...data.map(({ id }) => id));
  }
  return ids;
}

/** When each delivery was begun for the first time, in the order of their acceptance, and when each request was finished. */
async function timesOf(databaseUrl: string): Promise<{ startedMs: number[]; finishedMs: number[] }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const ms = async (query: string): Promise<number[]> =>
    (await client.query<{ ms: string }>(query)).rows.map((row) => Number(row.ms));
  const startedMs = await ms(
    'select extract(epoch from min(started_at)) * 1000 as ms from attempts group by delivery_id order by delivery_id',
  );
  const finishedMs = await ms('select extract(epoch from finished_at) * 1000 as ms from attempts order by finished_at');
  await client.end();
  return { startedMs, finishedMs };
}

test.runIf(KINDS.includes('postgres'))(
  'fltr, 1000 deliveries per hour per webhook: no hour at the receiver holds more, with two workers, one killed and one restarted on the way; the rest waits in order of acceptance and none is lost',
  async () => {
    database = await aPostgresDatabase();
    const bodies: string[] = [];
    receiver = await aTimedReceiver(({ body }, response) => {
      bodies.push(body);
      response.end('ok');
    });
    const [first, second] = await twoWaybills(database.url);
    const { key } = await call<{ key: string }>(`${first.url}/v1/organizations`, ADMIN_KEY, { name: 'Test' });
    const endpoint = await call<{ id: string; maxPerHour: number }>(`${first.url}/v1/endpoints`, key, {
      dialect: 'fltr',
      url: receiver.url,
    });
    expect(endpoint.maxPerHour).toBe(LIMIT);
    const ids = await publish(first.url, key, endpoint.id);

    const arrived = (count: number) => eventually(`${count} requests`, () => bodies.length >= count, 120_000);
    await arrived(300);
    await first.killAll();
    await first.start();
    await arrived(LIMIT);
    const { data } = await call<{ data: { reason: string | null; nextAttemptAt: string; createdAt: string }[] }>(
      `${first.url}/v1/deliveries?endpointId=${endpoint.id}&status=pending`,
      key,
    );
    expect(data.length).toBeGreaterThan(0);
    for (const row of data) {
      expect(row.reason).toBe('hourly_limit');
      expect(Date.parse(row.nextAttemptAt)).toBeGreaterThan(Date.parse(row.createdAt));
    }
    await arrived(1_300);
    await second.terminate();
    await second.start();

    const received = () => new Set(bodies.map((body) => (JSON.parse(body) as { id: string }).id));
    await eventually('every event', () => received().size === EVENTS, 180_000);
    expect(received()).toEqual(new Set(ids));
    expect(receiver.mostWithin(HOUR_MS)).toBeLessThanOrEqual(LIMIT);

    const url = database.url;
    const { startedMs, finishedMs } = await eventually('every end', async () => {
      const times = await timesOf(url);
      return times.startedMs.length === EVENTS && times;
    });
    // Before the one accepted as the 1,001st begins, one place is free again, before the 1,002nd two, and so on: nobody overtakes.
    for (const [n, at] of startedMs.slice(LIMIT).entries())
      expect(at).toBeGreaterThan((finishedMs[n] as number) + HOUR_MS);
  },
  480_000,
);
