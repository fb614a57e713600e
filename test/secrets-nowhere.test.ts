import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../cli/config.ts';
import { startWaybill, type Waybill } from '../cli/start-waybill.ts';
import { sentBy } from '../gateway/testing/sender.ts';
import { eventually } from './eventually.ts';
import { textOf } from './history.ts';
import { aReceiver, type Receiver } from './receiver.ts';
import { filesWith, textOfTables } from './searching.ts';
import { aNamespace, bundledWorkflows, type TestNamespace } from './temporal.ts';

const whsec = (text: string) => `whsec_${Buffer.from(text.padEnd(32, '.')).toString('base64')}`;

/** Given or generated; each is searched for everywhere once all has been done. */
const marks = new Map<string, string>([
  ['admin key', 'mark-admin-key-of-this-test'],
  ['endpoint secret', whsec('mark-endpoint-secret')],
  ['rotated secret', whsec('mark-rotated-secret')],
  ['secret of an unsaved endpoint', whsec('mark-trial-secret')],
  ['custom header', 'mark-custom-header'],
  ['changed header', 'mark-changed-header'],
  ['header of an unsaved endpoint', 'mark-trial-header'],
  ['basic auth', Buffer.from('user:mark-basic-auth').toString('base64')],
  ['password of basic auth', 'mark-basic-auth'],
  ['password in a URL', 'mark-url-password'],
  ['refused secret', 'mark-refused-secret'],
  ['refused header', 'mark-refused-header'],
  ['wrong key', 'wb_mark-wrong-key'],
  ['secret of a source', whsec('mark-source-secret')],
  ['next secret of a source', whsec('mark-next-source-secret')],
  ['header of a source', 'mark-source-header'],
]);
/** May be read by who may read the endpoint, but belongs in no log and no history. */
const PATH_MARK = 'mark-in-the-path';

const secretKey = Buffer.from('mark-secret-key'.padEnd(32, '.'));
const log: string[] = [];
const answers: string[] = [];
const histories: string[] = [];
let folder: string;
let namespace: TestNamespace;
let receiver: Receiver;
let waybill: Waybill;

type Json = Record<string, string> & { data: Record<string, string>[] };

/** An answer is searched too, unless it is one that shows a secret once. */
async function call(
  method: string,
  path: string,
  key: string,
  body?: unknown,
  { shownOnce = false } = {},
): Promise<Json> {
  const response = await fetch(`${waybill.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!shownOnce) answers.push(`${method} ${path} ${response.status} ${JSON.stringify([...response.headers])} ${text}`);
  else if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? ({} as Json) : JSON.parse(text);
}

const mark = (name: string) => marks.get(name) as string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-secrets-'));
  namespace = await aNamespace();
  receiver = await aReceiver((request, response) => {
    const status = Number(/\/(\d+)/.exec(request.path)?.[1] ?? 200);
    response.writeHead(status).end();
  });
  const loaded = loadConfig({
    WAYBILL_PORT: '0',
    WAYBILL_TIME_SCALE: '0.01',
    TEMPORAL_NAMESPACE: namespace.namespace,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  waybill = await startWaybill({
    config: loaded.config,
    keys: { adminKey: mark('admin key'), adminKeyFile: null, secretKey },
    storeDir: join(folder, 'store'),
    temporal: { connection: { address: namespace.address }, uiUrl: null },
    workflowBundlePath: bundledWorkflows(),
    portalFolder: null,
    sdkMetrics: null,
    logger: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
  });
  await useEverything();
  const client = new Client({ connection: namespace.connection, namespace: namespace.namespace });
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push(textOf(JSON.parse(historyToJSON(history))));
  }
  await waybill.stop();
});
afterAll(async () => {
  await namespace?.close();
  await receiver?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Publishes with all secrets in play: successes, failures, refused input, and every way to read. */
async function useEverything(): Promise<void> {
  const admin = mark('admin key');
  const organization = await call('POST', '/v1/organizations', admin, { name: 'Marked' }, { shownOnce: true });
  const key = organization.key as string;
  marks.set('organization key', key);
  const apiKeys = `/v1/organizations/${organization.id}/api-keys`;
  const narrow = await call('POST', apiKeys, admin, { name: 'narrow', scopes: ['read'] }, { shownOnce: true });
  marks.set('API key', narrow.key as string);

  const headers = [{ name: 'X-Token', value: mark('custom header') }];
  const basicAuth = { username: 'user', password: mark('password of basic auth') };
  const settings = { headers, basicAuth, secret: mark('endpoint secret'), retryDelaysMs: [1_000] };
  const endpointIds: string[] = [];
  for (const path of ['200', '503', '410', '302']) {
    const url = `${receiver.url}${path}/${PATH_MARK}`;
    const endpoint = await call('POST', '/v1/endpoints', key, { url, ...settings }, { shownOnce: true });
    endpointIds.push(endpoint.id as string);
  }
  const refused = { url: `http://127.0.0.1:1/${PATH_MARK}`, headers, retryDelaysMs: [1_000] };
  const generated = await call('POST', '/v1/endpoints', key, refused, { shownOnce: true });
  marks.set('generated secret', generated.secret as string);
  endpointIds.push(generated.id as string);
  const [first] = endpointIds as [string];

  await call('POST', '/v1/events', key, { type: 'order.created', data: { total: 1 } });
  const changed = { headers: [{ name: 'X-Token', value: mark('changed header') }] };
  await call('PATCH', `/v1/endpoints/${first}`, key, changed);
  const rotated = { secret: mark('rotated secret') };
  await call('POST', `/v1/endpoints/${first}/rotate-secret`, key, rotated, { shownOnce: true });
  await call('POST', '/v1/events', key, { type: 'order.created', data: { total: 2 } });
  const deliveries = await eventually('every delivery has ended', async () => {
    const { data } = await call('GET', '/v1/deliveries?limit=100', key);
    return data.length === 10 && data.every((d) => d.status !== 'pending') && data;
  });
  await call('POST', `/v1/deliveries/${deliveries[0]?.id}/resend`, key);

  const trial = {
    url: `${receiver.url}500`,
    secret: mark('secret of an unsaved endpoint'),
    headers: [{ name: 'X-Token', value: mark('header of an unsaved endpoint') }],
  };
  await call('POST', '/v1/endpoints/test', key, trial);
  await call('POST', `/v1/endpoints/${first}/test`, key, {});
  await refusals(key, narrow.key as string, first);
  await feedSource(key);
  for (const delivery of deliveries) {
    await call('GET', `/v1/deliveries/${delivery.id}`, key);
    await call('GET', `/v1/deliveries/${delivery.id}/attempts`, key);
  }
  await visitPortal(organization.id as string, key);
  for (const id of endpointIds) await call('GET', `/v1/endpoints/${id}`, key);
  for (const path of ['/v1/endpoints', '/v1/events', '/v1/event-types', '/health/ready', '/openapi.json']) {
    await call('GET', path, key);
  }
  for (const path of ['/v1/organizations', `/v1/organizations/${organization.id}`, apiKeys])
    await call('GET', path, admin);
}

async function visitPortal(organizationId: string, key: string): Promise<void> {
  const links = `/v1/organizations/${organizationId}/portal-links`;
  const link = await call('POST', links, key, {}, { shownOnce: true });
  const token = (link.url as string).split('#token=')[1] ?? '';
  marks.set('token of a portal link', token);
  const session = await fetch(`${waybill.url}/portal/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  answers.push(await session.text());
  marks.set('cookie of the portal', session.headers.get('set-cookie')?.match(/=([^;]+)/)?.[1] ?? '');
  await call('GET', links, key);
  await call('POST', '/portal/api/session', key, { token });
}

async function refusals(key: string, narrow: string, endpointId: string): Promise<void> {
  const url = receiver.url;
  const [secret, value] = [mark('refused secret'), `${mark('refused header')}\r\n`];
  for (const body of [
    { url: `https://user:${mark('password in a URL')}@example.com/` },
    { url: `https://user:${mark('password in a URL')}@[` },
    { url, secret },
    { url, secret: [secret] },
    { url, headers: [{ name: 'X-Token', value }] },
    { url, headers: { 'X-Token': value } },
    { url, headers: [{ name: 'webhook-id', value: mark('refused header') }] },
    { url, headers: [{ name: 'X', value: mark('custom header'), more: 1 }] },
    `{"url": "${url}", "secret": "${secret}" "headers": `,
  ]) {
    await call('POST', '/v1/endpoints', key, body);
    await call('POST', '/v1/endpoints/test', key, body);
    await call('PATCH', `/v1/endpoints/${endpointId}`, key, body);
  }
  await call('POST', `/v1/endpoints/${endpointId}/rotate-secret`, key, { secret });
  await call('GET', '/v1/endpoints', mark('wrong key'));
  await call('POST', '/v1/endpoints', narrow, { url, secret: mark('endpoint secret') });
}

/** A source with everything it verifies by, sent what it takes and what it refuses. */
async function feedSource(key: string): Promise<void> {
  const headers = [{ name: 'X-Webhook-Secret', value: mark('header of a source') }];
  const settings = { dialect: 'orion', secret: mark('secret of a source'), headers };
  const first = await call('POST', '/v1/sources', key, settings, { shownOnce: true });
  const path = `/v1/sources/${first.id}`;
  const second = await call('POST', `${path}/rotate-token`, key, undefined, { shownOnce: true });
  const changed = [{ name: 'X-Webhook-Secret', value: '••••' }];
  await call('PATCH', path, key, { secret: mark('next secret of a source'), headers: changed });
  const sent = sentBy('orion', { id: 'of-a-source', type: 'job.completed', data: {} }, mark('secret of a source'));
  const own = { ...sent.headers, 'X-Webhook-Secret': mark('header of a source') };
  for (const [name, { address }] of Object.entries({ first, second })) {
    marks.set(`token of the ${name} address`, new URL(address as string).pathname.replace('/in/', ''));
    for (const request of [
      { headers: own, body: sent.body },
      { headers: own, body: `${sent.body} ` },
      { headers: { ...own, 'Content-Type': 'text/plain' }, body: sent.body },
      { headers: own, body: 'x'.repeat(1 << 21) },
    ]) {
      const response = await fetch(address as string, { method: 'POST', ...request, body: String(request.body) });
      answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`);
    }
  }
  for (const shown of ['/v1/sources', path, `${path}/receipts`, '/v1/events']) await call('GET', shown, key);
}

/** A secret and what it is made of. */
function formsOf(secret: string): string[] {
  const bare = secret.replace(/^whsec_/, '');
  return [secret, bare, Buffer.from(bare, 'base64').toString('latin1')].filter((form) => form.length >= 12);
}

function namesFoundIn(text: string): string[] {
  return [...marks].filter(([, secret]) => formsOf(secret).some((form) => text.includes(form))).map(([name]) => name);
}

test('every secret went out where it belongs', () => {
  const sent = receiver.received.map((r) => JSON.stringify(r.headers)).join('\n');
  for (const name of ['custom header', 'changed header', 'header of an unsaved endpoint', 'basic auth']) {
    expect(sent).toContain(mark(name));
  }
});

test('no answer but the one that shows a secret once holds any', () => {
  expect(answers.length).toBeGreaterThan(60);
  for (const answer of answers) expect(namesFoundIn(answer), answer.slice(0, 2_000)).toEqual([]);
});

test('no log line holds any, nor the path of an endpoint', () => {
  expect(log.filter((line) => line.includes('"msg":"attempt"')).length).toBeGreaterThan(10);
  for (const line of log) expect(namesFoundIn(line), line).toEqual([]);
  expect(log.join('')).not.toContain(PATH_MARK);
});

test('no history holds any, nor the path of an endpoint', () => {
  expect(histories.length).toBeGreaterThan(5);
  for (const text of histories) expect(namesFoundIn(text)).toEqual([]);
  expect(histories.join('')).not.toContain(PATH_MARK);
});

test('no table and no file of the store holds any', async () => {
  const tables = await textOfTables(join(folder, 'store'), secretKey);
  expect(tables.get('endpoints')).toContain(PATH_MARK);
  expect(filesWith(folder, [PATH_MARK])).not.toEqual([]);
  for (const [table, text] of tables) expect(namesFoundIn(text), table).toEqual([]);
  expect(filesWith(folder, [...marks.values()].flatMap(formsOf))).toEqual([]);
});
