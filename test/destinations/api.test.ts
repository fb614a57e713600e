import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../cli/config.ts';
import type { VendorFake } from '../../cli/demo/vendors/vendor-fake.ts';
import { startWaybill, type Waybill } from '../../cli/start-waybill.ts';
import { MASK } from '../../domain/delivery/mask.ts';
import { secretValues, splitConfig } from '../../domain/destinations/config-secrets.ts';
import { destinationOf } from '../../domain/destinations/destinations.ts';
import { eventually } from '../eventually.ts';
import { filesWith, textOfTables } from '../searching.ts';
import { aNamespace, bundledWorkflows, type TestNamespace } from '../temporal.ts';
import { VENDORS, type Vendor } from './vendors.ts';

const ADMIN_KEY = 'admin-key-of-this-test';
const secretKey = Buffer.alloc(32, 5);
const log: string[] = [];
/** Every answer of the API; no secret may stand in any. */
const answers: string[] = [];
/** Every secret of every configuration that was given, and each form it could leak in. */
const secrets = new Set<string>();
let folder: string;
let namespace: TestNamespace;
let waybill: Waybill;
let stopped = false;
let key: string;

type Json = ReturnType<typeof JSON.parse>;

interface Answer {
  status: number;
  body: Json;
}

async function call(method: string, path: string, body?: unknown, as = key): Promise<Answer> {
  const response = await fetch(`${waybill.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  answers.push(text);
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-destinations-'));
  namespace = await aNamespace();
  const loaded = loadConfig({
    WAYBILL_PORT: '0',
    WAYBILL_TIME_SCALE: '0.001',
    TEMPORAL_NAMESPACE: namespace.namespace,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  waybill = await startWaybill({
    config: loaded.config,
    keys: { adminKey: ADMIN_KEY, adminKeyFile: null, secretKey },
    storeDir: join(folder, 'store'),
    temporal: { connection: { address: namespace.address }, uiUrl: null },
    workflowBundlePath: bundledWorkflows(),
    portalFolder: null,
    sdkMetrics: null,
    logger: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
  });
  ({ key } = (await call('POST', '/v1/organizations', { name: 'Acme' }, ADMIN_KEY)).body);
});
afterAll(async () => {
  if (!stopped) await waybill?.stop();
  await namespace?.close();
  await rm(folder, { recursive: true, force: true });
});

const fieldsOf = (vendor: Vendor) => destinationOf(vendor.kind)?.fields ?? [];
const job = (id: string) => ({
  type: 'job.failed',
  data: { event: 'job.failed', job_id: id, status: 'failed', error: 'disk full' },
});

test('every kind is described: its fields, and a JSON schema of them', async () => {
  const { body } = await call('GET', '/v1/destinations');
  expect(body.data.map(({ kind }: { kind: string }) => kind)).toEqual([
    'webhook',
    'slack',
    'teams',
    'jira',
    'servicenow',
  ]);
  for (const { kind, fields, schema } of body.data.slice(1)) {
    expect(Object.keys(schema.properties), kind).toEqual(fields.map(({ name }: { name: string }) => name));
    for (const field of fields) expect(field, `${kind}.${field.name}`).toMatchObject({ label: /./, help: /./ });
  }
});

describe.each(VENDORS)('$name', (vendor) => {
  let fake: VendorFake;
  let endpoint: Json;
  const check = (id: string) => call('POST', `/v1/endpoints/${id}/check`);

  beforeAll(async () => {
    fake = await vendor.start();
    for (const config of [fake.config, vendor.refused]) {
      for (const value of secretValues(splitConfig(fieldsOf(vendor), config).secret)) secrets.add(value);
    }
  });
  afterAll(() => fake.close());

  test('is created; what it shows has no secret', async () => {
    const { status, body } = await call('POST', '/v1/endpoints', {
      destination: vendor.kind,
      config: fake.config,
      dialect: 'flexorch',
      description: vendor.name,
      filter: { match: 'all', conditions: [{ field: 'job_id', operator: 'startsWith', value: vendor.name }] },
    });
    expect([status, body.secret]).toEqual([201, null]);
    endpoint = (await call('GET', `/v1/endpoints/${body.id}`)).body;
    const { plain, secret } = splitConfig(fieldsOf(vendor), fake.config);
    expect(endpoint.config).toEqual({
      ...plain,
      ...Object.fromEntries(Object.keys(secret).map((name) => [name, MASK])),
    });
    expect(endpoint).toMatchObject({ destination: vendor.kind, headers: [], basicAuth: null });
  });

  test('missing, unknown and wrong fields are named', async () => {
    const required = fieldsOf(vendor).find((field) => field.required && field.default === undefined && !field.when);
    const create = async (config: unknown, more = {}) =>
      (await call('POST', '/v1/endpoints', { destination: vendor.kind, config, ...more })).body;
    const fields = (body: { errors: { field: string }[] }) => body.errors.map(({ field }) => field);
    expect(fields(await create({ ...fake.config, colour: 'red' }))).toEqual(['config.colour']);
    if (required)
      expect(fields(await create({ ...fake.config, [required.name]: undefined }))).toContain(`config.${required.name}`);
    const address = fieldsOf(vendor).find(({ name, kind }) => kind === 'url' && fake.config[name] !== undefined);
    const unsafe = await create({ ...fake.config, [address?.name ?? '']: 'http://169.254.169.254/latest' });
    expect([unsafe.code, fields(unsafe)]).toEqual(['url_not_allowed', [`config.${address?.name}`]]);
    expect(fields(await create(fake.config, { url: 'https://hooks.example.com', timeoutMs: 5_000 }))).toEqual([
      'url',
      'timeoutMs',
    ]);
  });

  test('a preview is what is sent; nothing is sent by it', async () => {
    const event = job(`${vendor.name} preview`);
    const before = fake.requests.length;
    const { body: preview } = await call('POST', `/v1/endpoints/${endpoint.id}/preview`, event);
    const { body: unsaved } = await call('POST', '/v1/endpoints/preview', {
      destination: vendor.kind,
      config: fake.config,
      dialect: 'flexorch',
      ...event,
    });
    expect(fake.requests).toHaveLength(before);
    expect(unsaved.requests.map(stepOf)).toEqual(preview.requests.map(stepOf));
    const { body: published } = await call('POST', '/v1/events', { dialect: 'flexorch', ...event });
    const [attempt] = await attemptsOf(published.id);
    expect(attempt.exchanges.map(stepOf)).toEqual(preview.requests.map(stepOf));
    if (vendor.remembers) expect(attempt.remote).toMatchObject({ name: expect.any(String) });
    const [sent, previewed] = [attempt.exchanges.at(-1).requestBody, preview.requests.at(-1).body].map(withoutIdentity);
    expect(sent).toBe(previewed);
  });

  test('a check says what it found, and a wrong credential by its field', async () => {
    expect((await check(endpoint.id)).body).toMatchObject({ ok: true, faults: [], resumed: false });
    if (Object.keys(vendor.refused).length === 0) return;
    const config = { ...fake.config, ...vendor.refused };
    const { body } = await call('POST', `/v1/destinations/${vendor.kind}/check`, { config });
    expect(body.ok).toBe(false);
    expect(body.faults.length).toBeGreaterThan(0);
  });

  test('values to pick come from the vendor, for a saved endpoint and for a form', async () => {
    const loading = fieldsOf(vendor).filter(({ loads, name }) => loads && destinationOf(vendor.kind)?.options[name]);
    if (vendor.name === 'slack by webhook') return;
    let listed = 0;
    for (const { name } of loading) {
      const saved = await call(
        'GET',
        `/v1/destinations/${vendor.kind}/options?field=${name}&endpointId=${endpoint.id}`,
      );
      expect(saved.status, `${name}: ${JSON.stringify(saved.body)}`).toBe(200);
      listed += saved.body.data.length;
      const path = `/v1/destinations/${vendor.kind}/options`;
      const form = await call('POST', path, { field: name, config: { ...fake.config } });
      expect(form.body, name).toEqual(saved.body);
    }
    // A field may have nothing to pick yet: where no issue is done, nothing opens one again.
    expect(listed).toBeGreaterThanOrEqual(loading.length);
    const unknown = await call(
      'GET',
      `/v1/destinations/${vendor.kind}/options?field=nothing&endpointId=${endpoint.id}`,
    );
    expect([unknown.status, unknown.body.errors[0].field]).toEqual([422, 'field']);
  });

  test('refused credentials pause it; a change that keeps the rest repairs it, and nothing is lost', async () => {
    if (Object.keys(vendor.refused).length === 0) return;
    const patched = await call('PATCH', `/v1/endpoints/${endpoint.id}`, { config: vendor.refused });
    expect(patched.status).toBe(200);
    const { body: published } = await call('POST', '/v1/events', {
      dialect: 'flexorch',
      ...job(`${vendor.name} paused`),
    });
    const paused = await eventually('the pause', async () => {
      const { body } = await call('GET', `/v1/endpoints/${endpoint.id}`);
      return body.pausedAt ? body : null;
    });
    expect(paused.pausedReason).toMatch(/./);
    expect((await check(endpoint.id)).body).toMatchObject({ ok: false, resumed: false });
    const shownMasked = { ...paused.config, ...pick(fake.config, Object.keys(vendor.refused)) };
    const repaired = await call('PATCH', `/v1/endpoints/${endpoint.id}`, { config: shownMasked });
    expect(repaired.body).toMatchObject({ pausedAt: null, config: endpoint.config });
    await attemptsOf(published.id);
    expect(fake.things().some(({ title }) => title.includes(`${vendor.name} paused`))).toBe(true);
  });

  test('a test event arrives, marked', async () => {
    const { body } = await call('POST', `/v1/endpoints/${endpoint.id}/test`, job(`${vendor.name} tried`));
    await attemptsOf(body.id);
    expect(fake.things().at(-1)?.title).toMatch(/test/i);
  });

  test('it signs nothing, and has no secret to rotate', async () => {
    const { status, body } = await call('POST', `/v1/endpoints/${endpoint.id}/rotate-secret`);
    expect([status, body.code]).toEqual([409, 'wrong_state']);
  });

  const attemptsOf = async (eventId: string) => {
    const delivery = await eventually(`the delivery of ${eventId}`, async () => {
      const { body } = await call('GET', `/v1/deliveries?eventId=${eventId}&endpointId=${endpoint.id}`);
      return body.data[0]?.status === 'delivered' ? body.data[0] : null;
    });
    return (await call('GET', `/v1/deliveries/${delivery.id}/attempts`)).body.data;
  };
});

test('a webhook previews its one request, its signature masked', async () => {
  const { body } = await call('POST', '/v1/endpoints/preview', {
    url: 'https://hooks.example.com/in',
    type: 'order.created',
    data: { a: 1 },
  });
  expect(body.requests).toMatchObject([
    { method: 'POST', url: 'https://hooks.example.com/in', headers: { 'webhook-signature': MASK } },
  ]);
  expect(JSON.parse(body.requests[0].body)).toMatchObject({ type: 'order.created', data: { a: 1 } });
});

test('no secret stands in any answer, in the log, or unencrypted in the store', async () => {
  await waybill.stop();
  stopped = true;
  const forms = [...secrets].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
  expect(forms.length).toBeGreaterThan(10);
  for (const [name, texts] of [
    ['answers', answers],
    ['log', log],
  ] as const) {
    expect(texts.length, name).toBeGreaterThan(10);
    expect(
      forms.filter((form) => texts.some((text) => text.includes(form))),
      name,
    ).toEqual([]);
  }
  const tables = await textOfTables(join(folder, 'store'), secretKey);
  for (const [table, text] of tables)
    expect(
      forms.filter((form) => text.includes(form)),
      table,
    ).toEqual([]);
  expect(filesWith(join(folder, 'store'), forms)).toEqual([]);
});

const stepOf = ({ step, method }: { step: string; method: string }) => `${method} ${step}`;

function pick(config: Record<string, unknown>, names: string[]) {
  return Object.fromEntries(names.map((name) => [name, config[name]]));
}

/** Without what differs between a preview and a delivery: ids, keys and times. */
function withoutIdentity(body: string): string {
  return body
    .replaceAll(/wb-[0-9a-f]{40}|dlv_\w+|evt_\w+/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?|<!date\^\d+\^[^>]*>/g, 'TIME');
}
