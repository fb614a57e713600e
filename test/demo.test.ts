import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePort } from '../worker/dev-server/ports.ts';
import { aCliProcess, type CliProcess } from './cli-process.ts';
import { eventually } from './eventually.ts';
import { type WaybillFolders, waybillFolders } from './waybill-folder.ts';

let folders: WaybillFolders;
const running: CliProcess[] = [];

beforeAll(async () => {
  folders = await waybillFolders();
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.dispose();
});
afterAll(() => folders.dispose());

function run(environment: Record<string, string>, ...args: string[]): CliProcess {
  const started = aCliProcess([process.execPath, 'cli/waybill.ts', ...args], environment);
  running.push(started);
  return started;
}

/** The table's rows as [system, event, attempts, verified]. */
function rowsOf(demo: CliProcess): string[][] {
  const lines = demo
    .stdout()
    .split('\n')
    .filter((line) => / {2}(http|dlv_|car_)/.test(line));
  return lines.map((line) => line.split(/ {2,}/).slice(0, 4));
}

const ROWS = [
  ['Standard Webhooks', 'demo.greeting', '1', 'yes'],
  ['FlexOrch', 'job.completed', '3', 'yes'],
  ['FlexOrch', 'job.failed', '3', 'yes'],
  ['FlexOrch', 'dataset.ready', '3', 'yes'],
  ['Orion', 'job.completed', '1', 'yes'],
  ['FLTR', 'document.uploaded', '1', 'yes'],
  ['FLTR', 'document.processed', '1', 'yes'],
  ['FLTR', 'document.processing_failed', '1', 'yes'],
  ['FLTR', 'document.deleted', '1', 'yes'],
  ['FLTR', 'dataset.created', '1', 'yes'],
  ['FLTR', 'dataset.updated', '1', 'yes'],
  ['FLTR', 'dataset.deleted', '1', 'yes'],
  ['Job status API', 'job.created', '3', 'yes'],
  ['Job status API', 'job.processing', '3', 'yes'],
  ['Job status API', 'job.completed', '3', 'yes'],
  ['Job status API', 'job.failed', '3', 'yes'],
  ['Job status API', 'job.cancelled', '3', 'yes'],
  ['Flowcerta', 'validation.completed', '1', 'yes'],
  ['Flowcerta', 'validation.below_threshold', '1', 'yes'],
  ['Flowcerta', 'exception.expiring_soon', '1', 'yes'],
  ['Flowcerta, as it is', 'validation.below_threshold', '1', 'yes'],
  ['Flowcerta, as it is', 'exception.expiring_soon', '1', 'yes'],
  ['Flowcerta, for Slack', 'validation.below_threshold', '1', 'yes'],
  ['Flowcerta, for Slack', 'exception.expiring_soon', '1', 'yes'],
  ['Slack', 'job.failed', '1', 'yes'],
  ['Slack', 'job.completed', '1', 'yes'],
  ['Microsoft Teams', 'job.failed', '1', 'yes'],
  ['Microsoft Teams', 'job.completed', '1', 'yes'],
  ['Jira', 'job.failed', '1', 'yes'],
  ['Jira', 'job.completed', '1', 'yes'],
  ['ServiceNow', 'job.failed', '1', 'yes'],
  ['ServiceNow', 'job.completed', '1', 'yes'],
];

test('without a Waybill the demo starts its own: every event of every system is delivered and verified, nothing stays', async () => {
  const { environment } = await folders.aFolder();
  // No Waybill answers there.
  const demo = run({ ...environment, WAYBILL_PORT: String(await freePort()) }, 'demo');
  expect(await demo.ended(150_000)).toBe(0);
  expect(rowsOf(demo)).toEqual(ROWS);
  expect(demo.stdout()).toContain('32 deliveries, all made and verified.');
  expect(demo.stdout()).toMatch(/http:\/\/127\.0\.0\.1:\d+\/namespaces\/waybill\/workflows\/dlv_/);
  expect(demo.stderr()).toContain('20 of 20 deliveries are done');
  expect(demo.alive()).toEqual([]);
}, 180_000);

test('with a running Waybill the demo uses that one, and doctor tells that it runs', async () => {
  const { dataDir, environment } = await folders.aFolder();
  const settings = { ...environment, WAYBILL_PORT: String(await freePort()) };
  const waybill = run(settings, 'up');
  await eventually('the banner', () => waybill.stdout().includes('Waybill is ready') || !waybill.isRunning(), 90_000);
  const demo = run(settings, 'demo');
  expect(await demo.ended(150_000)).toBe(0);
  expect(demo.stderr()).toContain(`using the Waybill at http://127.0.0.1:${settings.WAYBILL_PORT}`);
  expect(rowsOf(demo)).toEqual(ROWS);

  const wrongKey = join(dataDir, 'wrong-key');
  writeFileSync(wrongKey, 'wb_admin_of_another_waybill', { mode: 0o600 });
  const refused = run(settings, 'demo', '--admin-key-file', wrongKey);
  expect(await refused.ended()).toBe(1);
  expect(refused.stderr()).toBe(
    `waybill: the Waybill at http://127.0.0.1:${settings.WAYBILL_PORT} does not take the admin key\n`,
  );

  const doctor = run(settings, 'doctor');
  expect(await doctor.ended()).toBe(0);
  expect(doctor.stdout()).toContain(`in use by another Waybill (process ${waybill.pid})`);
  expect(doctor.stdout()).toContain(`port ${settings.WAYBILL_PORT} for the API is in use while Waybill runs`);
  expect(doctor.stdout()).toContain(`${join(dataDir, 'admin-key')} can be read by its owner only`);
}, 300_000);

test('doctor names everything that is wrong, each with a remedy, shows no secret, and ends with 1', async () => {
  const { folder } = await folders.aFolder();
  const [temporalPort, databasePort] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'file'), '');
  const doctor = run(
    {
      WAYBILL_PORT: 'http',
      WAYBILL_ADMIN_KEY: 'hunter2',
      WAYBILL_DATA_DIR: join(folder, 'file', 'data'),
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
      DATABASE_URL: `postgres://waybill:hunter2@127.0.0.1:${databasePort}/waybill`,
    },
    'doctor',
  );
  expect(await doctor.ended()).toBe(1);
  const lines = doctor.stdout().split('\n');
  const problems = lines.filter((line) => line.startsWith('problem'));
  expect(problems.map((line) => line.replace(/^problem +/, ''))).toEqual([
    expect.stringMatching(/^WAYBILL_PORT must be a whole number/),
    expect.stringMatching(/^WAYBILL_ADMIN_KEY must have 16 characters/),
    expect.stringMatching(/file\/data cannot be made: .*file is a file$/),
    expect.stringContaining(`TEMPORAL_ADDRESS: Temporal at 127.0.0.1:${temporalPort} cannot be reached: `),
    expect.stringContaining(`the database 127.0.0.1:${databasePort}/waybill (DATABASE_URL) cannot be used: `),
  ]);
  for (const line of problems) expect(lines[lines.indexOf(line) + 1]).toMatch(/^ +-> \S/);
  expect(doctor.stdout()).not.toContain('hunter2');
  expect(doctor.stderr()).toBe('');
});

test('an unknown command or option is told so', async () => {
  const unknown = run({}, 'dmeo');
  expect(await unknown.ended()).toBe(2);
  expect(unknown.stderr()).toContain('usage: waybill <command>');
  const option = run({}, 'demo', '--ulr', 'http://127.0.0.1:1');
  expect(await option.ended()).toBe(1);
  expect(option.stderr()).toMatch(/^waybill: .*--ulr/);
  const help = run({}, 'help');
  expect(await help.ended()).toBe(0);
  expect(help.stdout()).toMatch(/doctor +say what is missing/);
});
