import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { aCliProcess, type CliProcess } from './cli-process.ts';
import { eventually } from './eventually.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { aPostgresDatabase, KINDS } from './stores.ts';

const ADMIN_KEY = 'wb_admin_of_the_processes_test';
const READY_LIMIT_MS = 120_000;
const ARRIVAL_LIMIT_MS = 120_000;

let database: { url: string; drop(): Promise<void> };
let receiver: Receiver;
let environment: Record<string, string>;
const started: CliProcess[] = [];

function aCommand(name: string, changes: Record<string, string> = {}): CliProcess {
  const command = aCliProcess([process.execPath, 'cli/waybill.ts', name], { ...environment, ...changes });
  started.push(command);
  return command;
}

/** Its address, from the line that it prints when it is ready. */
async function readyAt(command: CliProcess): Promise<string> {
  return eventually(
    'a process ready',
    () => {
      if (!command.isRunning()) throw new Error(`it ended:\n${command.stderr()}`);
      return /is ready: (http:\/\/[^/\s]+)/.exec(command.stdout())?.[1];
    },
    READY_LIMIT_MS,
  );
}

async function call<T>(url: string, key: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const missingOf = (ids: readonly string[]) => {
  const counts = receiver.countById();
  return ids.filter((id) => !counts.has(id));
};

describe.runIf(KINDS.includes('postgres'))('gateways and workers as processes of their own', () => {
  beforeAll(async () => {
    [database, receiver] = await Promise.all([aPostgresDatabase(), aReceiver()]);
    environment = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: `processes-${process.pid}-${Date.now()}`,
      WAYBILL_PORT: '0',
      WAYBILL_ADMIN_KEY: ADMIN_KEY,
      WAYBILL_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      WAYBILL_ALLOW_NETWORKS: 'loopback',
      WAYBILL_LOG_LEVEL: 'warn',
    };
  });
  afterAll(async () => {
    await Promise.all(started.map((one) => one.dispose()));
    await receiver?.close();
    await database?.drop();
  });

  test.each(['gateway', 'worker', 'migrate'])(
    'waybill %s names every variable that it misses, and ends',
    async (name) => {
      const command = aCommand(name, { DATABASE_URL: '', TEMPORAL_ADDRESS: '' });
      expect(await command.ended()).toBe(1);
      expect(command.stderr()).toMatch(/must be set:\n {2}DATABASE_URL: .*\n {2}TEMPORAL_ADDRESS: /);
      expect(command.stderr()).not.toMatch(/^ +at /m);
    },
  );

  test('migrate prepares database, namespace and schedules, and can be run again', async () => {
    for (let run = 0; run < 2; run++) {
      const command = aCommand('migrate');
      expect(await command.ended(READY_LIMIT_MS), command.stderr()).toBe(0);
      expect(command.stdout()).toMatch(
        /^database: migrated\nnamespace \S+: ready, with search attributes\nschedules: as planned\n$/,
      );
    }
    const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
    try {
      const { schedules } = await connection.workflowService.listSchedules({
        namespace: environment.TEMPORAL_NAMESPACE as string,
        maximumPageSize: 10,
      });
      expect(schedules.map(({ scheduleId }) => scheduleId)).toContain('apply-retention');
    } finally {
      await connection.close();
    }
  }, 300_000);

  test('two gateways and two workers share the work; one of each killed, the others deliver the rest', async () => {
    const workers = [aCommand('worker'), aCommand('worker')];
    const gateways = [aCommand('gateway'), aCommand('gateway')];
    const [first = '', second = ''] = await Promise.all(gateways.map(readyAt));
    const probes = await Promise.all(workers.map(readyAt));
    for (const url of [...probes, first, second]) {
      await eventually('it is ready', async () => (await fetch(`${url}/health/ready`)).ok, READY_LIMIT_MS);
    }

    const { key } = await call<{ key: string }>(first, ADMIN_KEY, '/v1/organizations', { name: 'Acme' });
    const endpoint = await call<{ id: string }>(second, key, '/v1/endpoints', {
      url: receiver.url,
      maxConcurrency: 40,
    });
    const publish = async (url: string, id: string) => {
      await call(url, key, '/v1/events', { id, type: 'order.created', data: { id } });
    };
    const before = Array.from({ length: 200 }, (_, n) => `before-${n}`);
    await Promise.all(before.map((id, n) => publish(n % 2 ? first : second, id)));
    await eventually('all of the first', () => missingOf(before).length === 0, ARRIVAL_LIMIT_MS);
    expect(receiver.received).toHaveLength(before.length);

    const after = Array.from({ length: 300 }, (_, n) => `after-${n}`);
    const half = receiver.received.length + 50;
    const publishing = Promise.all(after.map((id) => publish(second, id)));
    await eventually('some of the second', () => receiver.received.length > half, ARRIVAL_LIMIT_MS);
    await Promise.all([workers[0]?.dispose(), gateways[0]?.dispose()]);
    await publishing;
    await eventually('all of the second', () => missingOf(after).length === 0, ARRIVAL_LIMIT_MS);

    const unfinished = async () => {
      const path = `/v1/deliveries?endpointId=${endpoint.id}&status=pending&limit=1`;
      return (await call<{ data: unknown[] }>(second, key, path)).data;
    };
    await eventually('every delivery is delivered', async () => (await unfinished()).length === 0, ARRIVAL_LIMIT_MS);

    const [listed] = (await call<{ data: { id: string }[] }>(second, key, `/v1/deliveries?limit=1`)).data;
    const count = receiver.received.length;
    await call(second, key, `/v1/deliveries/${listed?.id}/resend`, {});
    await eventually('the resent one', () => receiver.received.length > count, ARRIVAL_LIMIT_MS);
  }, 600_000);

  test('told to stop, they end with code 0', async () => {
    for (const one of started.filter((each) => each.isRunning())) {
      one.signal('SIGTERM');
      expect(await one.ended(90_000)).toBe(0);
    }
  }, 300_000);
});
