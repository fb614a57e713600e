import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from '../gateway/testing/test-gateway.ts';
import { RECEIPT_OUTCOMES } from '../store/receipt-table.ts';

const page = readFileSync(fileURLToPath(new URL('../docs/sources.md', import.meta.url)), 'utf8');
const BASE = 'http://127.0.0.1:8420';

let gateway: TestGateway;
let url: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  gateway.outside.publicUrl = url;
});
afterAll(() => gateway.close());

/** Runs a sample as it stands on the page, but for the address of Waybill; what it prints is JSON. */
async function run(sample: string, env: Record<string, string>): Promise<Record<string, unknown>> {
  const child = spawn('sh', ['-euc', sample.replaceAll(BASE, url)], { env: { ...process.env, no_proxy: '*', ...env } });
  let printed = '';
  let complaint = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`${sample}\nended with ${code}: ${complaint}`);
  return JSON.parse(printed);
}

test('the samples of sources.md, one after the other, do what the page says', async () => {
  const [create, giveSecret, send, subscribe, readLog, ...others] = [...page.matchAll(/```sh\n(.*?)```/gs)].map(
    ([, code = '']) => code,
  ) as [string, string, string, string, string];
  expect(others).toEqual([]);
  const { key: KEY } = await anOrganization(gateway);
  const { id: SOURCE, address: ADDRESS } = (await run(create, { KEY })) as { id: string; address: string };
  expect(ADDRESS).toMatch(/\/in\/[A-Za-z0-9_-]{43}$/);
  const env = { KEY, SOURCE, ADDRESS };
  expect(await run(send, env)).toMatchObject({ status: 401 });
  expect(await run(giveSecret, env)).toMatchObject({ id: SOURCE, hasSecret: true });
  const accepted = await run(send, env);
  expect(accepted).toEqual({ id: expect.stringMatching(/^evt_01/) });
  expect(await run(send, env)).toEqual(accepted);
  expect(await run(subscribe, env)).toMatchObject({ dialect: '*', eventTypes: ['fltr:document.processing_failed'] });
  const { data } = (await run(readLog, env)) as { data: { outcome: string; flag: string | null }[] };
  expect(data.map(({ outcome, flag }) => [outcome, flag])).toEqual([
    ['repeated', null],
    ['accepted', null],
    ['unverified', null],
  ]);
});

test('sources.md names every outcome of a receipt', () => {
  for (const outcome of RECEIPT_OUTCOMES) expect(page).toContain(`\`${outcome}\``);
});
