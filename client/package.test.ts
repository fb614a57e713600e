import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anAttempt, anEvent, hmac } from '../domain/dialects/fixtures.ts';
import { standardWire } from '../domain/dialects/standard/wire.ts';
import { anOrganization, startTestGateway } from '../gateway/testing/test-gateway.ts';
import { aCliProcess, type CliProcess } from '../test/cli-process.ts';
import { eventually } from '../test/eventually.ts';
import { freePort } from '../worker/dev-server/ports.ts';

const ROOT = join(import.meta.dirname, '..');
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A project that has installed the package, with the samples of docs/client.md as its programs. */
let project: string;
const samples = [...readFileSync(join(ROOT, 'docs/client.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code = '']) => code,
);
let running: CliProcess | undefined;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'waybill-client-'));
  execFileSync(process.execPath, [join(ROOT, 'client/pack.ts'), project], { stdio: ['ignore', 'pipe', 'inherit'] });
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '@waybill'), { recursive: true });
  cpSync(join(project, 'client'), join(modules, '@waybill', 'client'), { recursive: true });
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers', '@types', 'undici-types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  samples.forEach((code, n) => {
    writeFileSync(join(project, `sample-${n}.ts`), code);
  });
}, 120_000);
afterAll(async () => {
  await running?.dispose();
  rmSync(project, { recursive: true, force: true });
});

it('the samples of the page are right by the types that the package brings', () => {
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--noEmit'];
  const files = samples.map((_, n) => `sample-${n}.ts`);
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), [...options, ...files], { cwd: project, stdio: 'inherit' });
  writeFileSync(
    join(project, 'wrong.ts'),
    "import { createWaybill } from '@waybill/client';\ncreateWaybill({ baseUrl: '', apiKey: '' }).POST('/v1/events', { body: { kind: 'x' } });\n",
  );
  expect(() => execFileSync(join(ROOT, 'node_modules/.bin/tsc'), [...options, 'wrong.ts'], { cwd: project })).toThrow();
}, 120_000);

it('the first publishes', async () => {
  const gateway = await startTestGateway();
  try {
    const { key } = await anOrganization(gateway);
    const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
    writeFileSync(join(project, 'publish.ts'), (samples[0] ?? '').replace('http://127.0.0.1:8420', url));
    running = aCliProcess([process.execPath, join(project, 'publish.ts')], { WAYBILL_API_KEY: key });
    expect(await running.ended()).toBe(0);
    expect(running.stdout()).toBe('order-1-created\n');
    expect((await gateway.call('GET', '/v1/events/order-1-created', { key })).statusCode).toBe(200);
  } finally {
    await gateway.close();
  }
}, 120_000);

it('the second takes what is signed, and nothing else', async () => {
  const port = await freePort();
  running = aCliProcess([process.execPath, join(project, 'sample-1.ts')], {
    WEBHOOK_SECRET: SECRET,
    PORT: String(port),
  });
  const timestampSeconds = Math.floor(Date.now() / 1_000);
  const { headers, body } = standardWire.render(anEvent(), anAttempt({ secrets: [hmac(SECRET)], timestampSeconds }));
  const post = (sent: string) => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: sent });
  const answer = await eventually('the receiver', () => post(body).catch(() => null), 60_000);
  expect(answer.status).toBe(204);
  expect((await post(`${body} `)).status).toBe(401);
  await eventually('what it prints', () => running?.stdout().includes(`${anEvent().id} ${anEvent().type}`), 60_000);
}, 180_000);
