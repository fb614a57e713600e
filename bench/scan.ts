import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect, parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { findFreePorts } from './free-port.ts';
import { fillStore, type ScanData } from './scan-data.ts';
import { type RunningWaybill, startWaybill, WaybillFailedError } from './start-waybill.ts';

const HELP = `npm run bench:scan -- [options]

  --exceptions <n>     approved exceptions, all due (default 100,000)
  --organizations <n>  organizations they are spread over (default 1,000)

Fills a store, starts a Waybill on it, and has it run scan-exceptions twice: the first scan warns of all, the second finds nothing to
do. The store is PGlite under TMPDIR, or the empty database that DATABASE_URL names. Needs /proc (Linux).
`;
const SCHEDULE = 'scan-exceptions-04-UTC';
const POLL_MS = 200;
const BYTES_PER_MB = 1_000_000;

let waybill: RunningWaybill | null = null;
process.on('exit', () => waybill?.kill());
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const { values } = parseArgs({
  options: {
    exceptions: { type: 'string', default: '100000' },
    organizations: { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else
  process.exitCode = await main({ exceptions: Number(values.exceptions), organizations: Number(values.organizations) });

async function main(data: ScanData): Promise<number> {
  try {
    const [temporalPort = 0] = await findFreePorts(1);
    const databaseUrl = process.env.DATABASE_URL;
    const started = await startWaybill(
      {
        environment: { WAYBILL_TEMPORAL_PORT: String(temporalPort) },
        keepData: false,
        prepare: async (dataDir) => {
          note(`filling ${databaseUrl === undefined ? 'PGlite' : 'Postgres'}`);
          await fillStore(data, dataDir, databaseUrl);
          note('starting Waybill');
        },
      },
      (spawned) => {
        waybill = spawned;
      },
    );
    const connection = await Connection.connect({ address: `127.0.0.1:${temporalPort}` });
    try {
      const client = new Client({ connection, namespace: 'waybill' });
      const first = await Promise.race([scan(started, client), started.ended]);
      const second = await Promise.race([scan(started, client), started.ended]);
      process.stdout.write(`${JSON.stringify(first)}\n${JSON.stringify(second)}\n`);
      return first.warned === data.exceptions && second.warned === 0 ? 0 : 1;
    } finally {
      await connection.close();
    }
  } catch (error) {
    note(error instanceof WaybillFailedError ? error.message : inspect(error));
    return 1;
  } finally {
    for (const complaint of (await waybill?.stop()) ?? []) note(complaint);
  }
}

/** One run of the schedule, as Temporal recorded it. */
async function scan({ url, adminKey, processes }: RunningWaybill, client: Client) {
  const listed = async (): Promise<string | null> => {
    const answer = await fetch(`${url}/v1/schedules`, { headers: { authorization: `Bearer ${adminKey}` } });
    const { data } = (await answer.json()) as { data: { id: string; lastWorkflowId: string | null }[] };
    const found = data.find(({ id }) => id === SCHEDULE);
    return found === undefined ? null : (found.lastWorkflowId ?? '');
  };
  const before = await becomes(listed, (last) => last !== null);
  const memory = watchMemory(processes().find(({ parentPid }) => parentPid === process.pid)?.pid ?? Number.NaN);
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  const told = await fetch(`${url}/v1/schedules/${SCHEDULE}/run`, { method: 'POST', headers, body: '{}' });
  if (!told.ok) throw new Error(`the run was answered with ${told.status}: ${await told.text()}`);
  const workflowId = await becomes(listed, (last) => last !== before && last !== null);
  const handle = client.workflow.getHandle(workflowId ?? '');
  const { counts } = (await handle.result()) as { counts: { warned: number; expired: number } };
  const { startTime, closeTime } = await handle.describe();
  return {
    ...counts,
    seconds: ((closeTime?.getTime() ?? Number.NaN) - startTime.getTime()) / 1_000,
    growthMb: Math.round(memory.growthBytes() / BYTES_PER_MB),
    peakMb: Math.round(memory.peakBytes() / BYTES_PER_MB),
  };
}

/** Asks until the answer is as it should be; returns it. */
async function becomes<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await sleep(POLL_MS);
  }
}

/** From now on: the most memory that Waybill's own process holds (PGlite included, Temporal not), and how much more that is than now. */
function watchMemory(pid: number): { growthBytes(): number; peakBytes(): number } {
  const bytesOf = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
  // Lets the peak begin anew (proc_pid_clear_refs(5)).
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = bytesOf('VmRSS');
  const peakBytes = () => bytesOf('VmHWM');
  return { growthBytes: () => peakBytes() - before, peakBytes };
}

/** Progress and complaints; standard output is for the figures. */
function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
