import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ScanProgress } from '../activities/types.ts';
import { rowsOf } from '../store/database.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { events, riskExceptions } from '../store/schema.ts';
import { SCAN_EXCEPTIONS_WORKFLOW, TASK_QUEUE } from '../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { aScanProcess, type ScanProcess, type ScanProcessOptions } from './scan-process.ts';
import { aPostgresDatabase, KINDS } from './stores.ts';
import { aNamespace, bundledWorkflows, type TestNamespace } from './temporal.ts';

const at = { scanHour: 4, scanTimeZone: 'UTC' };
const DAY_MS = 86_400_000;
/** Pages of 500, and a few more. */
const DUE = 2_200;
const PAST = 30;
/** A start on a loaded machine, and a heartbeat that must be missed before Temporal tries again. */
const LIMIT_MS = 120_000;

describe.each(KINDS)('a scan in processes that may be killed, on %s', (kind) => {
  let namespace: TestNamespace;
  let client: Client;
  let folder: string;
  let database: Awaited<ReturnType<typeof aPostgresDatabase>> | null;
  const running: ScanProcess[] = [];

  beforeEach(async () => {
    namespace = await aNamespace();
    client = new Client({ connection: namespace.connection, namespace: namespace.namespace });
    folder = await mkdtemp(join(tmpdir(), 'waybill-scan-'));
    database = kind === 'postgres' ? await aPostgresDatabase() : null;
    await inStore(fill);
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.kill();
    await namespace.close();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A process has PGlite's folder for itself, so that the store is opened here while none runs. */
  async function inStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const where = database ? { dataDir: null, databaseUrl: database.url } : { dataDir: join(folder, 'db') };
    const fail = (_where: string, error: unknown) => {
      throw error;
    };
    const store = await openStore({ ...where, secretKey: Buffer.alloc(32, 1), timeScale: 1, onFault: fail });
    return work(store).finally(() => store.close());
  }

  async function fill(store: Store): Promise<void> {
    const { organization } = await store.organizations.create('Acme');
    const row = (days: number) => ({
      organizationId: organization.id,
      id: randomUUID(),
      ruleId: 'FC-1',
      fileName: 'Main.xaml',
      location: 'Main.xaml:42',
      reason: 'known',
      requestedByEmail: 'ops@example.com',
      status: 'approved' as const,
      expiresAt: new Date(Date.now() + days * DAY_MS).toISOString(),
    });
    await store.db.insert(riskExceptions).values(Array.from({ length: DUE }, () => row(2)));
    await store.db.insert(riskExceptions).values(Array.from({ length: PAST }, () => row(-2)));
  }

  /** How many exceptions have one event, and how many stamps and ends there are. */
  const counts = () =>
    inStore(async (store) => {
      const fired = await store.db.select().from(events).where(eq(events.type, 'exception.expiring_soon'));
      const byException = new Set(fired.map(({ data }) => JSON.parse(data).exceptionId));
      const [state] = await rowsOf<{ stamped: number; expired: number }>(
        store.db,
        sql`select count(warned_for)::int as stamped, (count(*) filter (where status = 'expired'))::int as expired
          from risk_exceptions`,
      );
      return { events: fired.length, exceptions: byException.size, ...state };
    });
  const ALL = { events: DUE, exceptions: DUE, stamped: DUE, expired: PAST };

  function aProcess(hold: ScanProcessOptions['hold'] = null): ScanProcess {
    const started = aScanProcess({
      address: namespace.address,
      namespace: namespace.namespace,
      codePath: bundledWorkflows(),
      dataDir: database ? null : join(folder, 'db'),
      databaseUrl: database?.url ?? null,
      hold,
    });
    running.push(started);
    return started;
  }
  const start = (workflowId: string) =>
    client.workflow.start(SCAN_EXCEPTIONS_WORKFLOW, { workflowId, taskQueue: TASK_QUEUE, args: [{ at }] });

  /** What Temporal knows of how far the activity is, which a retry goes on from. */
  async function heartbeat(workflowId: string): Promise<ScanProgress | null> {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const data = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0]?.data;
    return data ? JSON.parse(Buffer.from(data).toString()) : null;
  }

  test.each([
    ['before its commit', 2],
    ['after its commit', 3],
  ] as const)(
    'SIGKILL in the third page %s: another process goes on from the heartbeat, and each exception fires once',
    async (when, committed) => {
      const scan = await start('scan');
      const first = aProcess({ page: 3, at: when });
      await eventually('the third page', () => first.isHeld(), LIMIT_MS);
      const told = await eventually(
        'a heartbeat of two pages',
        async () => {
          const progress = await heartbeat('scan');
          return (progress?.counts.warned ?? 0) + (progress?.counts.expired ?? 0) === 1_000 && progress;
        },
        LIMIT_MS,
      );
      await first.kill();
      expect(first.pages).toEqual([null, expect.any(String), told.after]);
      const before = await counts();
      expect((before.stamped ?? 0) + (before.expired ?? 0)).toBe(committed * 500);
      expect([before.events, before.exceptions]).toEqual([before.stamped, before.stamped]);

      const second = aProcess();
      await scan.result();
      expect(second.pages[0]).toBe(told.after);
      await second.stop();
      expect(await counts()).toEqual(ALL);
    },
    300_000,
  );

  test('two scans at the same time fire once for each exception', async () => {
    const scans = [await start('one'), await start('two')];
    // PGlite has room for one process; a Postgres has two.
    const processes = kind === 'postgres' ? [aProcess(), aProcess()] : [aProcess()];
    const results = await Promise.all(scans.map((scan) => scan.result()));
    const sum = (of: string) => results.reduce((total, { counts: done }) => total + done[of], 0);
    expect([sum('warned'), sum('expired')]).toEqual([DUE, PAST]);
    await Promise.all(processes.map((one) => one.stop()));
    expect(await counts()).toEqual(ALL);
  }, 300_000);
});
