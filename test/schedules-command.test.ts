import { afterAll, beforeAll, expect, test } from 'vitest';
import { aCliProcess } from './cli-process.ts';
import { eventually } from './eventually.ts';
import { aWaybillProcess, type WaybillProcess } from './waybill-process.ts';

const COMMAND_LIMIT_MS = 60_000;

let waybill: WaybillProcess;

beforeAll(async () => {
  waybill = await aWaybillProcess();
  await waybill.start();
}, 200_000);
afterAll(() => waybill?.dispose(), 100_000);

async function run(args: string[], port = new URL(waybill.url).port) {
  const environment = { WAYBILL_DATA_DIR: waybill.dataDir, WAYBILL_PORT: port };
  const command = aCliProcess([process.execPath, 'cli/waybill.ts', 'schedules', ...args], environment);
  try {
    return { code: await command.ended(COMMAND_LIMIT_MS), stdout: command.stdout(), stderr: command.stderr() };
  } finally {
    await command.dispose();
  }
}

test('`waybill schedules` lists the daily work of a running Waybill, and runs one now', async () => {
  const listed = () => run([]);
  const before = await eventually('retention is listed', async () => {
    const one = await listed();
    return one.stdout.includes('apply-retention') && one;
  });
  expect(before).toMatchObject({ code: 0, stderr: '' });
  expect(before.stdout).toMatch(/^schedule +last run +next run +note\n/);
  expect(before.stdout).toMatch(/apply-retention +never +\d{4}-\d\d-\d\dT03:00:00\.000Z +Daily at 03:00 UTC: deletes/);
  expect(await run(['run', 'apply-retention'])).toMatchObject({ code: 0, stdout: 'apply-retention is told to run\n' });
  await eventually('it has run', async () => !/apply-retention +never/.test((await listed()).stdout), 60_000);
}, 300_000);

test('what it cannot do it says', async () => {
  expect(await run(['run', 'nothing'])).toMatchObject({ code: 1, stderr: expect.stringContaining('404') });
  expect(await run(['walk'])).toMatchObject({ code: 2, stderr: expect.stringContaining('usage: waybill schedules') });
  expect(await run([], '1')).toMatchObject({ code: 1, stderr: expect.stringContaining('no Waybill runs') });
}, 200_000);
