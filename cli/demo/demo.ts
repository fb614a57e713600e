import { existsSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../config.ts';
import { requireConfig } from '../require-config.ts';
import { aborted } from '../stop-signal.ts';
import { findRunning, type Target } from '../target.ts';
import { runWaybill } from '../up.ts';
import { runDailyScenario } from './daily.ts';
import { runNativeScenario } from './native.ts';
import { runScenario } from './scenario.ts';
import { renderTable } from './table.ts';

const HELP = `usage: waybill demo [options]

Publishes the example event of every event type of all systems, and has a receiver check each request as that system's
document tells receivers to. Two receivers fail first, with a 503 and then by dropping the connection. Then has Flowcerta's
daily scan run now, for a validation under its threshold and an exception about to expire, which a generic receiver and one for
Slack must get. Last, a job fails and then completes, and Slack, Teams, Jira and ServiceNow, of which small servers play the part,
must have one message, issue or incident about it. Uses the Waybill that runs at the configured address, else one of its own in a temporary folder. Exit code 1 if
anything was not delivered and verified.

  --url <url>              use the Waybill there; it must run on this machine, since the receiver does
  --admin-key-file <file>  its admin key (default: WAYBILL_ADMIN_KEY, else admin-key in the data folder)
  --keep                   leave an own Waybill running until Ctrl-C, so that the links can be opened
`;

/** On two busy cores; it takes seconds. */
const LIMIT_MS = 120_000;

/** `waybill demo`. Sets the exit code to 1 if anything was not delivered and verified. */
export async function demo(args: string[], environment: Environment): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      'admin-key-file': { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const running = await findRunning({ url: values.url, adminKeyFile: values['admin-key-file'] }, environment);
  if (running) {
    report(`using the Waybill at ${running.url}`);
    await show(running, new AbortController().signal);
  } else await withOwnWaybill(environment, values.keep);
}

async function withOwnWaybill(environment: Environment, keep: boolean): Promise<void> {
  report('no Waybill runs here: starting one in a temporary folder');
  const folder = await mkdtemp(join(tmpdir(), 'waybill-demo-'));
  borrow(requireConfig(environment).dataDir, folder);
  try {
    await runWaybill(ownEnvironment(environment, folder), async (ready, stopping) => {
      await show(ready, stopping);
      if (!keep) return;
      process.stdout.write('\nThis Waybill runs until Ctrl-C, so that the links can be opened.\n');
      await aborted(stopping);
    });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  if (!keep)
    process.stdout.write('\nThe links work with --keep, or against a Waybill that goes on running (npm start).\n');
}

/**
 * The settings of a demo of its own are its own: it must touch neither a database nor a Temporal of somebody's, where
 * its worker would take tasks that are not meant for it.
 */
function ownEnvironment(environment: Environment, folder: string): Environment {
  const foreign = /^(WAYBILL_|TEMPORAL_|DATABASE_URL$)/;
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !foreign.test(name))),
    WAYBILL_DATA_DIR: folder,
    WAYBILL_PORT: '0',
    WAYBILL_TEMPORAL_PORT: '0',
    WAYBILL_TEMPORAL_UI_PORT: '0',
    WAYBILL_LOG_LEVEL: 'error',
  };
}

/** A Temporal and bundled workflows that lie in the data folder need not be made again. */
function borrow(dataDir: string, folder: string): void {
  for (const name of ['bin', 'cache']) {
    const source = resolve(dataDir, name);
    if (existsSync(source)) symlinkSync(source, join(folder, name));
  }
}

async function show({ url, adminKey }: Target, signal: AbortSignal): Promise<void> {
  const options = { url, adminKey, report, signal, limitMs: LIMIT_MS };
  const rows = [
    ...(await runScenario(options)),
    ...(await runDailyScenario(options)),
    ...(await runNativeScenario(options)),
  ];
  const failed = rows.filter(({ verified }) => !verified).length;
  const outcome = failed === 0 ? 'all made and verified' : `${failed} not made and verified`;
  process.stdout.write(`\n${renderTable(rows)}\n${rows.length} deliveries, ${outcome}.\n`);
  if (failed > 0) process.exitCode = 1;
}

function report(text: string): void {
  process.stderr.write(`${text}\n`);
}
