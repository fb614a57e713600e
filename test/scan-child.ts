import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createDailyScans } from '../activities/daily-scans.ts';
import { openStore } from '../store/open-store.ts';
import type { ScanStore } from '../store/types.ts';
import { TASK_QUEUE } from '../workflows/messages.ts';
import type { ScanProcessOptions } from './scan-process.ts';

// A worker of the daily scans in a process of its own, on a store of its own, which a test can kill in the middle of a page.
const { address, namespace, codePath, dataDir, databaseUrl, hold }: ScanProcessOptions = JSON.parse(
  process.argv[2] ?? '',
);
process.on('disconnect', () => process.exit());
Runtime.install({ logger: new DefaultLogger('ERROR') });

const store = await openStore({
  dataDir,
  ...(databaseUrl === null ? {} : { databaseUrl }),
  secretKey: Buffer.alloc(32, 1),
  timeScale: 1,
  onFault: (where, error) => console.error(where, error),
});
const never = () => new Promise<never>(() => process.send?.({ held: true }));

/** The transaction's statements are made, and it never commits. */
function holdInTransaction(): void {
  const { db } = store;
  const { transaction } = db;
  db.transaction = ((work: (tx: typeof db) => Promise<unknown>) =>
    transaction.call(db, async (tx) => {
      await work(tx);
      await never();
    })) as typeof transaction;
}

let pages = 0;
const scanExceptions: ScanStore['scanExceptions'] = async (request) => {
  process.send?.({ after: request.after });
  const isHeld = hold !== null && ++pages === hold.page;
  if (isHeld && hold.at === 'before its commit') holdInTransaction();
  const page = await store.scans.scanExceptions(request);
  if (isHeld) await never();
  return page;
};

const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: TASK_QUEUE,
  workflowBundle: { codePath },
  activities: createDailyScans({
    scans: { ...store.scans, scanExceptions },
    nowMs: () => performance.now(),
    retentionDays: 90,
    idempotencyDays: 30,
  }),
});
process.once('SIGTERM', () => worker.shutdown());
await worker.run();
await connection.close();
await store.close();
process.disconnect?.();
