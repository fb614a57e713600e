import { inspect } from 'node:util';
import { type Child, startChild } from './child-process.ts';
import type { DriverCalls } from './driver.ts';
import type { Bench } from './measure.ts';
import { modes } from './modes.ts';
import { type BenchOptions, BenchOptionsError, HELP, type ModeName, parseOptions } from './options.ts';
import type { ReceiverCalls } from './receiver.ts';
import { formatTable, type RunReport } from './report.ts';
import { type RunningWaybill, startWaybill, WaybillFailedError } from './start-waybill.ts';

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

/** The processes that must not outlive the bench. */
const running: { waybill: RunningWaybill | null; children: { stop(): void }[] } = { waybill: null, children: [] };
let isInterrupted = false;
let stopping: Promise<void> | null = null;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof BenchOptionsError)) throw error;
    note(error.message);
    return EXIT_USAGE;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.on('exit', killEverything);
  try {
    return await runAll(options);
  } catch (error) {
    if (isInterrupted) return EXIT_INTERRUPTED;
    note(error instanceof WaybillFailedError ? error.message : inspect(error));
    return EXIT_FAULT;
  } finally {
    await stopWaybill();
    for (const child of running.children) child.stop();
  }
}

async function runAll(options: BenchOptions): Promise<number> {
  const receiver = startChild<ReceiverCalls>(new URL('./receiver.ts', import.meta.url));
  const driver = startChild<DriverCalls>(new URL('./driver.ts', import.meta.url));
  running.children.push(receiver, driver);
  const receiverPort = await receiver.call('listen', '127.0.0.1');

  const reports: RunReport[] = [];
  for (const mode of options.mode) {
    reports.push(...(await runMode(mode, options, { receiver, driver, receiverPort })));
  }
  if (!options.json) process.stdout.write(`${formatTable(reports)}\n`);
  return reports.some(({ missing, refused }) => missing + refused > 0) ? EXIT_FAULT : 0;
}

interface Helpers {
  receiver: Child<ReceiverCalls>;
  driver: Child<DriverCalls>;
  receiverPort: number;
}

/** All runs of one mode, on a Waybill of its own unless an address is given. */
async function runMode(mode: ModeName, options: BenchOptions, helpers: Helpers): Promise<RunReport[]> {
  const { environment, run } = modes[mode];
  const waybill = options.url === undefined ? await start(mode, options) : null;
  if (waybill === null && Object.keys(environment).length > 0) {
    note(`${mode} expects a Waybill started with ${new URLSearchParams(environment)}`);
  }
  const bench: Bench = {
    ...helpers,
    url: waybill?.url ?? new URL(options.url ?? '').origin,
    adminKey: waybill?.adminKey ?? options['admin-key'] ?? '',
    processes: waybill?.processes ?? null,
    stallMs: options.wait * 1000,
  };
  const reports: RunReport[] = [];
  for (let number = 1; number <= options.runs; number += 1) {
    note(`${mode}: run ${number} of ${options.runs}`);
    const measured = run(bench, options);
    for (const report of await (waybill === null ? measured : Promise.race([measured, waybill.ended]))) {
      const numbered: RunReport = { ...report, run: number };
      reports.push(numbered);
      if (options.json) process.stdout.write(`${JSON.stringify(numbered)}\n`);
      complainOfLosses(numbered);
    }
  }
  await stopWaybill();
  return reports;
}

async function start(mode: ModeName, { 'keep-data': keepData }: BenchOptions): Promise<RunningWaybill> {
  note(`${mode}: starting Waybill (a machine's first start may build Temporal, some minutes)`);
  const beganAtMs = performance.now();
  const waybill = await startWaybill({ environment: modes[mode].environment, keepData }, (spawned) => {
    running.waybill = spawned;
  });
  note(`${mode}: ready after ${((performance.now() - beganAtMs) / 1000).toFixed(1)} s`);
  return waybill;
}

function complainOfLosses({ mode, missing, refused }: RunReport): void {
  if (refused > 0) note(`${mode}: ${refused} publishes were not accepted`);
  if (missing > 0) note(`${mode}: ${missing} deliveries of accepted events were not received`);
}

/** Ctrl-C and the failure that it causes both come here; they wait for one and the same stop. */
function stopWaybill(): Promise<void> {
  stopping ??= (async () => {
    for (const complaint of (await running.waybill?.stop()) ?? []) note(complaint);
    running.waybill = null;
    stopping = null;
  })();
  return stopping;
}

/** The first Ctrl-C stops Waybill in good order, which fails what is being measured; the second kills. */
function interrupt(): void {
  if (isInterrupted) process.exit(EXIT_INTERRUPTED);
  isInterrupted = true;
  note('stopping; once more to kill');
  for (const child of running.children) child.stop();
  void stopWaybill().finally(() => process.exit(EXIT_INTERRUPTED));
}

/** The last resort, at an exit that waits for nothing; after a stop in good order there is nothing left to kill. */
function killEverything(): void {
  running.waybill?.kill();
  for (const child of running.children) child.stop();
}

/** Progress and complaints; standard output is for the figures. */
function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
