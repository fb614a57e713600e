import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../worker/dev-server/ports.ts';
import { aCliProcess, type CliProcess } from './cli-process.ts';
import { eventually } from './eventually.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { type WaybillFolders, waybillFolders } from './waybill-folder.ts';

const UP = [process.execPath, 'cli/waybill.ts', 'up'];
const LAST_LINE = 'Ctrl-C stops it; state stays in the data folder.\n';
/** On a loaded machine; building Temporal is not in it, since the run's set-up has done that. */
const START_LIMIT_MS = 90_000;

let folders: WaybillFolders;
let folder: string;
let dataDir: string;
let environment: Record<string, string>;
let running: CliProcess[] = [];
let receiver: Receiver;

beforeAll(async () => {
  folders = await waybillFolders();
});
afterAll(() => folders.dispose());

beforeEach(async () => {
  ({ folder, dataDir, environment } = await folders.aFolder());
  receiver = await aReceiver();
});
afterEach(async () => {
  for (const one of running) await one.dispose();
  running = [];
  await receiver.close();
});

function run(changes: Record<string, string> = {}, command: readonly string[] = UP): CliProcess {
  const started = aCliProcess(command, { ...environment, ...changes });
  running.push(started);
  return started;
}

/** Waits for the end of the banner; the address of the API in it. */
async function ready(waybill: CliProcess): Promise<string> {
  await eventually('the banner', () => waybill.stdout().endsWith(LAST_LINE) || !waybill.isRunning(), START_LIMIT_MS);
  const url = /API +(http:\S+)/.exec(waybill.stdout())?.[1];
  if (url === undefined) throw new Error(`no banner:\n${waybill.stdout()}\n${waybill.stderr()}`);
  return url;
}

/** The three lines of the banner as a person pastes them, but for the receiver's port. */
async function paste(waybill: CliProcess): Promise<{ key: string; endpoint: { id: string }; event: { id: string } }> {
  const lines = waybill.stdout().match(/^ {2}(KEY=|curl ).*$/gm) ?? [];
  expect(lines).toHaveLength(3);
  const port = new URL(receiver.url).port;
  const script = [...lines.map((line) => line.replace(':9000/', `:${port}/`)), 'printf %s "$KEY"'].join('\necho\n');
  const { stdout } = await promisify(execFile)('/bin/sh', ['-e', '-c', script], { cwd: tmpdir() });
  const [, endpoint = '', event = '', key = ''] = stdout.split('\n');
  return { key, endpoint: JSON.parse(endpoint), event: JSON.parse(event) };
}

const received = (eventId: string) => () => receiver.countById().get(eventId);

test('the banner comes last and its lines work when pasted; after a stop a second start has kept everything', async () => {
  const first = run();
  const url = await ready(first);
  const { key, endpoint, event } = await paste(first);
  await eventually('the event', received(event.id));
  first.signal('SIGTERM');
  expect(await first.ended()).toBe(0);
  expect(first.alive()).toEqual([]);
  expect(first.stderr()).toBe('');
  // Off a terminal the log is JSON lines, before and after the banner.
  const [before = '', after = ''] = first.stdout().split(/\nWaybill is ready\.[\s\S]*data folder\.\n/);
  expect(JSON.parse(before.trim().split('\n').at(-1) ?? '')).toMatchObject({ msg: `Server listening at ${url}` });
  expect(
    after
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ msg: 'attempt', eventId: event.id }]);

  const second = run();
  const again = await ready(second);
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const listed = await fetch(`${again}/v1/deliveries?eventId=${event.id}`, { headers });
  expect(await listed.json()).toMatchObject({
    data: [{ endpointId: endpoint.id, status: 'delivered', attemptCount: 1 }],
  });

  const third = run();
  expect(await third.ended()).toBe(1);
  expectOneMessage(third, `the folder ${dataDir} is in use by another Waybill (process ${second.pid})`);

  const killed = await eventually('a Temporal', () => second.temporalPid());
  process.kill(killed, 'SIGKILL');
  await eventually('another Temporal', () => ![undefined, killed].includes(second.temporalPid()));
  const body = JSON.stringify({ id: 'after-the-kill', type: 'order.created', data: {} });
  expect((await fetch(`${again}/v1/events`, { method: 'POST', headers, body })).status).toBe(202);
  await eventually('the event after the kill', received('after-the-kill'), 60_000);

  second.signal('SIGINT');
  expect(await second.ended()).toBe(0);
  expect(second.alive()).toEqual([]);
}, 240_000);

test('Ctrl-C in the terminal of npm start, which reaches npm and Waybill both, ends it with 0', async () => {
  const npm = run({}, ['npm', 'start']);
  await ready(npm);
  npm.signal('SIGINT', 'group');
  expect(await npm.ended()).toBe(0);
  expect(npm.alive()).toEqual([]);
}, 120_000);

test('SIGTERM to npm start alone leaves nothing running', async () => {
  const npm = run({}, ['npm', 'start']);
  await eventually('the first sign of life', () => npm.temporalPid(), START_LIMIT_MS);
  npm.signal('SIGTERM');
  expect(await npm.ended()).toBe(0);
  await eventually('the end of Waybill', () => npm.alive().length === 0);
}, 120_000);

function expectOneMessage(waybill: CliProcess, message: string): void {
  expect(waybill.stderr()).toContain(message);
  expect(waybill.stderr().match(/^waybill: /gm)).toHaveLength(1);
  expect(waybill.stderr()).not.toMatch(/^\s+at /m);
  expect(waybill.stdout()).not.toContain('Waybill is ready');
  expect(waybill.alive()).toEqual([]);
}

/** A `temporal` that is new enough by its own words, and then ends when it is to serve. */
function aBrokenTemporal(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'temporal'),
    '#!/bin/sh\n[ "$1" = --version ] && echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)" && exit\necho no such flag >&2\nexit 1\n',
  );
  chmodSync(join(bin, 'temporal'), 0o755);
  return bin;
}

describe('what keeps it from starting is one message, without a stack trace, and leaves nothing running:', () => {
  async function aTakenPort(): Promise<{ port: number; [Symbol.asyncDispose](): Promise<void> }> {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return { port, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
  }

  test.each([
    ['WAYBILL_PORT', 'for the API (WAYBILL_PORT)'],
    ['WAYBILL_TEMPORAL_PORT', 'for Temporal (WAYBILL_TEMPORAL_PORT)'],
    ['WAYBILL_TEMPORAL_UI_PORT', "for Temporal's UI (WAYBILL_TEMPORAL_UI_PORT)"],
  ])('a taken %s', async (variable, purpose) => {
    await using taken = await aTakenPort();
    const waybill = run({ [variable]: String(taken.port) });
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, `port ${taken.port} ${purpose} is taken by another process`);
  });

  test('an address of another machine', async () => {
    const waybill = run({ WAYBILL_HOST: '192.0.2.1' });
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, 'the API cannot listen on 192.0.2.1: WAYBILL_HOST is no address of this machine');
  });

  test('a data folder that cannot be made', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const waybill = run({ WAYBILL_DATA_DIR: join(file, 'data') });
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, `the folder ${join(file, 'data')} cannot be written`);
  });

  test('a key file without a key', async () => {
    writeFileSync(join(dataDir, 'admin-key'), '');
    const waybill = run();
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, `the file ${join(dataDir, 'admin-key')} holds no key`);
    expect(readFileSync(join(dataDir, 'admin-key'), 'utf8')).toBe('');
  });

  test('bad variables, all at once and without the secret ones', async () => {
    const waybill = run({
      WAYBILL_PORT: 'http',
      WAYBILL_ADMIN_KEY: 'hunter2',
      WAYBILL_DATADIR: '/tmp',
      TEMPORAL_ADDRESS: 'temporal',
    });
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, 'the environment cannot be used:');
    const named = waybill.stderr().match(/^ {2}[A-Z_]+/gm);
    expect(named).toEqual(['  WAYBILL_PORT', '  WAYBILL_ADMIN_KEY', '  TEMPORAL_ADDRESS', '  WAYBILL_DATADIR']);
    expect(waybill.stderr()).not.toContain('hunter2');
  });

  test('a TEMPORAL_ADDRESS where nobody answers', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const waybill = run({ TEMPORAL_ADDRESS: address });
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, `Temporal at ${address} cannot be reached: `);
  });

  test('a DATABASE_URL where nobody answers, without its password', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const waybill = run({ DATABASE_URL: `postgres://waybill:hunter2@${host}/waybill` });
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, `the database ${host}/waybill of DATABASE_URL cannot be used: `);
    expect(waybill.stderr()).not.toContain('hunter2');
  });

  test('a Temporal that does not come up, with the end of its log', async () => {
    const waybill = run({ PATH: `${aBrokenTemporal()}:${process.env.PATH}` });
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, 'Temporal does not come up: it ended at once (exit code 1)');
    expect(waybill.stderr()).toContain('no such flag');
  });

  test('no Temporal, and nothing to build one with', async () => {
    const waybill = run({ PATH: join(folder, 'nothing'), XDG_CACHE_HOME: folder });
    expect(await waybill.ended()).toBe(1);
    expectOneMessage(waybill, 'No Temporal server can be started on this machine.');
    expect(waybill.stderr()).toContain('set TEMPORAL_ADDRESS');
  });
});
