import { createApi } from './api.ts';
import type { Environment } from './config.ts';
import { findRunning } from './target.ts';
import { textTable } from './text-table.ts';

interface Schedule {
  id: string;
  note: string;
  paused: boolean;
  nextRunAt: string | null;
  lastRunAt: string | null;
}

const USAGE = 'usage: waybill schedules\n       waybill schedules run <id>\n';

/**
 * `waybill schedules`: lists the daily work with last and next run, or begins one now, over the API of the Waybill that runs at the
 * configured address. Sets the exit code to 2 for arguments that are none.
 */
export async function schedules(args: readonly string[], environment: Environment): Promise<void> {
  const [verb, id, ...more] = args;
  const isRun = verb === 'run' && id !== undefined && more.length === 0;
  if (verb !== undefined && !isRun) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const target = await findRunning({}, environment);
  if (!target) throw new Error('no Waybill runs at the configured address, or it does not take the admin key');
  const api = createApi(target.url, target.adminKey);
  if (isRun) {
    await api.post(`/v1/schedules/${encodeURIComponent(id)}/run`, {});
    process.stdout.write(`${id} is told to run\n`);
  } else process.stdout.write(table((await api.get<{ data: Schedule[] }>('/v1/schedules')).data));
}

function table(listed: readonly Schedule[]): string {
  const rows = listed.map(({ id, paused, nextRunAt, lastRunAt, note }) => [
    id,
    lastRunAt ?? 'never',
    paused ? 'paused' : (nextRunAt ?? 'none'),
    note,
  ]);
  return textTable(['schedule', 'last run', 'next run', 'note'], rows);
}
