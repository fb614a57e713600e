import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { WireRequest } from '../domain/dialects/dialect.ts';
import { anAttempt, anEvent, hmac } from '../domain/dialects/fixtures.ts';
import { DIALECT_NAMES, wireOf } from '../domain/dialects/wires.ts';
import { ed25519PublicKeyOf, ed25519SecretFromSeed } from '../domain/signing/ed25519.ts';
import dialectsOfSamples from '../examples/receivers/dialects.json' with { type: 'json' };
import {
  RECEIVER_LANGUAGES,
  type ReceiverLanguage,
  receiverCode,
  sampleFileOf,
} from '../portal/src/receivers/receiver-code.ts';
import { freePort } from '../worker/dev-server/ports.ts';
import { eventually } from './eventually.ts';
import { aReceiver } from './receiver.ts';

const SAMPLES = fileURLToPath(new URL('../examples/receivers', import.meta.url));
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
/** Go compiles its HTTP library the first time. */
const START_LIMIT_MS = 240_000;

const COMMANDS = { mjs: process.execPath, py: 'python3', go: 'go', php: 'php', sh: 'sh' } as const;
const languages = RECEIVER_LANGUAGES.map(({ ending }) => ending).filter((ending) => ending !== 'sh');
const dialects = [...DIALECT_NAMES];
const timestamped = dialects.filter((dialect) => sampleFileOf(dialect, 'mjs') === 'standard.mjs');

let folder: string;
let running: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-receivers-'));
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('there is a sample for every dialect in every language', () => {
  expect(Object.keys(dialectsOfSamples).sort()).toEqual(dialects.toSorted());
});

describe.each(languages)('the receiver in %s', (language) => {
  // A developer may do without PHP; where everything must pass, it is installed.
  const missing = !process.env.CI && spawnSync(COMMANDS[language], [language === 'go' ? 'version' : '--version']).error;

  test.skipIf(missing).each(dialects)(
    'takes what %s signs, and nothing forged',
    async (dialect) => {
      const { post } = await start(language, dialect, SECRET);
      const genuine = signed(dialect, SECRET);

      expect(await post(genuine)).toBe(204);
      expect(await post(signed(dialect, OTHER_SECRET))).toBe(401);
      expect(await post({ ...genuine, headers: { 'content-type': 'application/json' } })).toBe(401);
      // Orion's own header says nothing of the body.
      if (dialect !== 'orion') expect(await post({ ...genuine, body: `${genuine.body} ` })).toBe(401);
    },
    START_LIMIT_MS,
  );

  test.skipIf(missing).each(timestamped)(
    'refuses a recorded request of %s, takes both secrets of a rotation, and handles a repeat once',
    async (dialect) => {
      const { post, printed } = await start(language, dialect, SECRET);
      const now = Math.floor(Date.now() / 1000);

      expect(await post(signed(dialect, SECRET, now - 400))).toBe(401);
      expect(await post(signed(dialect, SECRET, now + 400))).toBe(401);
      const wire = wireNamed(dialect);
      const secrets = [hmac(OTHER_SECRET), hmac(SECRET)];
      const rotating = wire.render(anEvent({ dialect }), anAttempt({ secrets, timestampSeconds: now }));
      expect(await post(rotating)).toBe(204);
      expect(await post(rotating)).toBe(204);
      // PHP forgets everything between two requests.
      if (language !== 'php') expect(printed().filter((line) => line === 'evt_01J2Z9 job.completed')).toHaveLength(1);
    },
    START_LIMIT_MS,
  );
});

test('the receiver in Node verifies ed25519 by the public key', async () => {
  const key = ed25519SecretFromSeed(Buffer.alloc(32, 3));
  const timestampSeconds = Math.floor(Date.now() / 1000);
  const secrets = [{ scheme: 'ed25519' as const, value: key }];
  const genuine = wireNamed('standard').render(anEvent(), anAttempt({ secrets, timestampSeconds }));

  const right = await start('mjs', 'standard', ed25519PublicKeyOf(key));
  expect(await right.post(genuine)).toBe(204);
  expect(await right.post({ ...genuine, body: `${genuine.body} ` })).toBe(401);
  const wrong = await start('mjs', 'standard', ed25519PublicKeyOf(ed25519SecretFromSeed(Buffer.alloc(32, 4))));
  expect(await wrong.post(genuine)).toBe(401);
});

test.each(dialects)('the call by curl is what a receiver of %s verifies', async (dialect) => {
  const receiver = await aReceiver((_request, response) => response.writeHead(202).end());
  const script = write('sh', dialect);
  const { stdout, stderr } = await run('sh', [script, receiver.url], SECRET);
  await receiver.close();

  expect([stdout, stderr]).toEqual(['202\n', '']);
  const [request] = receiver.received;
  if (!request) throw new Error('nothing was received');
  const got = { body: request.body, headers: request.headers as Record<string, string> };
  const wire = wireNamed(dialect);
  const header = { name: 'X-Webhook-Secret', value: SECRET };
  const verification = wire.verifyHeader?.(got, header) ?? wire.verify(got, [hmac(SECRET)], Date.now() / 1000);
  expect(verification).toEqual({ valid: true });
  expect(wire.parse(request.body)).toMatchObject({ kind: 'event' });
});

function wireNamed(name: string) {
  const wire = wireOf(name);
  if (!wire) throw new Error(`no dialect ${name}`);
  return wire;
}

/** A delivery as it is sent to an endpoint with this secret; Orion's has it in the customer's own header. */
function signed(dialect: string, secret: string, timestampSeconds = Math.floor(Date.now() / 1000)): WireRequest {
  const attempt = anAttempt({ secrets: [hmac(secret)], timestampSeconds });
  const { body, headers } = wireNamed(dialect).render(anEvent({ dialect }), attempt);
  return { body, headers: { ...headers, 'X-Webhook-Secret': secret } };
}

/** The code as the portal shows it for the dialect, in a file of its own. */
function write(language: ReceiverLanguage, dialect: string): string {
  const code = receiverCode(dialect, readFileSync(join(SAMPLES, sampleFileOf(dialect, language)), 'utf8'));
  const file = join(folder, `${dialect}.${language}`);
  writeFileSync(file, code);
  return file;
}

/** Starts a receiver and waits until it answers; `printed` are the lines it has written. */
async function start(language: Exclude<ReceiverLanguage, 'sh'>, dialect: string, secret: string) {
  const port = await freePort();
  const file = write(language, dialect);
  const [command, ...args] = commandFor(language, file, port);
  const env = { ...process.env, SECRET: secret, PORT: String(port) };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${port}/`;
  const post = async ({ body, headers }: WireRequest) => (await fetch(url, { method: 'POST', headers, body })).status;
  await eventually(
    `an answer of ${file}`,
    async () => {
      if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}:\n${output}`);
      return (await fetch(url, { method: 'POST', body: '{}' }).catch(() => null))?.status === 401;
    },
    60_000,
  );
  return { post, printed: () => output.split('\n') };
}

function commandFor(language: Exclude<ReceiverLanguage, 'sh'>, file: string, port: number): [string, ...string[]] {
  if (language === 'php') return ['php', '-S', `127.0.0.1:${port}`, file];
  if (language !== 'go') return [COMMANDS[language], file];
  // `go run` would start the receiver as a child that outlives it.
  execFileSync('go', ['build', '-o', `${file}.bin`, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  return [`${file}.bin`];
}

async function run(command: string, args: string[], secret: string): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(command, args, { env: { ...process.env, SECRET: secret, no_proxy: '*' } });
  running.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  await new Promise((done) => child.once('close', done));
  return { stdout, stderr };
}
