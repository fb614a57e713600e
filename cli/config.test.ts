import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configTable, loadConfig } from './config.ts';
import { printConfigMarkdown } from './config-docs.ts';

function faultsOf(env: Record<string, string>) {
  const result = loadConfig(env);
  return result.ok ? [] : result.faults;
}

function configOf(env: Record<string, string>) {
  const result = loadConfig(env);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.config;
}

describe('the configuration', () => {
  test('has a default for everything', () => {
    expect(configOf({ PATH: '/bin', HOME: '/root' })).toEqual({
      host: '127.0.0.1',
      port: 8420,
      publicUrl: undefined,
      portalFrameAncestors: [],
      temporalUiUrl: undefined,
      dataDir: '.waybill',
      adminKey: undefined,
      secretKey: undefined,
      secondSecretKey: undefined,
      databaseUrl: undefined,
      allowNetworks: ['127.0.0.0/8', '::1/128'],
      deliveriesPerWorkflow: 100,
      datasetMaxMib: 5_120,
      retentionDays: 90,
      idempotencyDays: 30,
      timeScale: 1,
      logLevel: 'info',
      temporalAddress: undefined,
      temporalNamespace: 'waybill',
      temporalPort: 7233,
      temporalUiPort: 8233,
      temporalRetentionDays: 7,
    });
  });

  test('takes an empty variable for an absent one', () => {
    expect(configOf(Object.fromEntries(configTable().map((row) => [row.variable, ''])))).toEqual(configOf({}));
  });

  const key = randomBytes(32);
  test.each([
    ['WAYBILL_HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['WAYBILL_PORT', '0', { port: 0 }],
    ['WAYBILL_PUBLIC_URL', 'https://hooks.example.com/waybill/', { publicUrl: 'https://hooks.example.com/waybill' }],
    ['WAYBILL_TEMPORAL_UI_URL', 'https://hooks.example.com/', { temporalUiUrl: 'https://hooks.example.com' }],
    ['WAYBILL_SECRET_KEY', key.toString('base64'), { secretKey: new Uint8Array(key) }],
    ['WAYBILL_SECRET_KEY', key.toString('base64url'), { secretKey: new Uint8Array(key) }],
    ['WAYBILL_SECRET_KEY', key.toString('hex'), { secretKey: new Uint8Array(key) }],
    ['WAYBILL_ALLOW_NETWORKS', 'loopback,10.0.0.0/8', { allowNetworks: ['127.0.0.0/8', '::1/128', '10.0.0.0/8'] }],
    ['WAYBILL_ALLOW_NETWORKS', 'none', { allowNetworks: [] }],
    [
      'WAYBILL_PORTAL_FRAME_ANCESTORS',
      'https://app.example.com, http://localhost:3000',
      { portalFrameAncestors: ['https://app.example.com', 'http://localhost:3000'] },
    ],
    ['WAYBILL_TIME_SCALE', '0.001', { timeScale: 0.001 }],
    ['WAYBILL_DELIVERIES_PER_WORKFLOW', '1', { deliveriesPerWorkflow: 1 }],
    ['WAYBILL_LOG_LEVEL', 'debug', { logLevel: 'debug' }],
    [
      'DATABASE_URL',
      'postgres://u:p@db:5432/waybill',
      { databaseUrl: 'postgres://u:p@db:5432/waybill', allowNetworks: [] },
    ],
    ['TEMPORAL_ADDRESS', 'temporal.internal:7233', { temporalAddress: 'temporal.internal:7233' }],
    ['TEMPORAL_ADDRESS', '[::1]:7233', { temporalAddress: '[::1]:7233' }],
  ])('%s=%s', (variable, text, expected) => {
    expect(configOf({ [variable]: text })).toMatchObject(expected);
  });
});

describe('faults', () => {
  test.each([
    ['WAYBILL_PORT', '65536', /whole number from 0 to 65535/],
    ['WAYBILL_PORT', '84.20', /whole number/],
    ['WAYBILL_PORT', '-1', /whole number/],
    ['WAYBILL_TEMPORAL_UI_URL', 'hooks.example.com', /http or https URL/],
    ['WAYBILL_TEMPORAL_UI_URL', 'https://hooks.example.com/?a=1', /http or https URL/],
    ['WAYBILL_ALLOW_NETWORKS', '10.0.0.5', /write 10\.0\.0\.5\/32/],
    ['WAYBILL_PORTAL_FRAME_ANCESTORS', 'https://app.example.com/embed', /no origin/],
    ['WAYBILL_PORTAL_FRAME_ANCESTORS', "'self'; script-src *", /no origin/],
    ['WAYBILL_PORTAL_FRAME_ANCESTORS', '*', /no origin/],
    ['WAYBILL_TIME_SCALE', '0', /above 0/],
    ['WAYBILL_TIME_SCALE', '0x10', /above 0/],
    ['WAYBILL_DELIVERIES_PER_WORKFLOW', '0', /from 1 to 100/],
    ['WAYBILL_DELIVERIES_PER_WORKFLOW', '101', /from 1 to 100/],
    ['WAYBILL_LOG_LEVEL', 'loud', /one of trace, debug/],
    ['WAYBILL_TEMPORAL_RETENTION_DAYS', '0', /from 1/],
    ['TEMPORAL_ADDRESS', 'http://temporal:7233', /host:port/],
    ['TEMPORAL_ADDRESS', 'temporal', /host:port/],
  ])('%s=%s', (variable, text, rule) => {
    expect(faultsOf({ [variable]: text })).toEqual([{ variable, rule: expect.stringMatching(rule), got: text }]);
  });

  test('come all at once, one for each wrong entry', () => {
    const faults = faultsOf({
      WAYBILL_PORT: 'x',
      WAYBILL_ALLOW_NETWORKS: 'here,10.0.0.0/8,there',
      WAYBILL_LOGLEVEL: 'info',
      WAYBILL_SECRET_KEY: 'short',
    });
    expect(faults.map((fault) => fault.variable)).toEqual([
      'WAYBILL_PORT',
      'WAYBILL_SECRET_KEY',
      'WAYBILL_ALLOW_NETWORKS',
      'WAYBILL_ALLOW_NETWORKS',
      'WAYBILL_LOGLEVEL',
    ]);
  });

  test.each([
    ['WAYBILL_SECRET_KEY', 'hunter2'],
    ['WAYBILL_SECRET_KEY', Buffer.from('hunter2'.repeat(5)).toString('base64')],
    ['WAYBILL_SECRET_KEY', 'hunter2 with as many characters as a key, 44!'],
    ['WAYBILL_ADMIN_KEY', 'hunter2'],
    ['WAYBILL_ADMIN_KEY', 'hunter2 with spaces in it'],
    ['DATABASE_URL', 'mysql://waybill:hunter2@db/waybill'],
    ['WAYBILL_TEMPORAL_UI_URL', 'https://waybill:hunter2@hooks.example.com'],
    ['TEMPORAL_ADDRESS', 'postgres://waybill:hunter2@db/waybill'],
  ])('of %s never show a secret', (variable, text) => {
    const faults = faultsOf({ [variable]: text });
    expect(faults).toEqual([{ variable, rule: expect.any(String) }]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  test.each([
    ['WAYBILL_LOGLEVEL', '; did you mean WAYBILL_LOG_LEVEL?'],
    ['WAYBILL_ALOW_NETWORK', '; did you mean WAYBILL_ALLOW_NETWORKS?'],
    ['WAYBILL_DATABASE_CREDENTIALS', ''],
  ])('%s is unknown%s', (variable, hint) => {
    const rule = `is not a variable of Waybill${hint}`;
    expect(faultsOf({ [variable]: 'hunter2' })).toEqual([{ variable, rule }]);
  });

  test('the variables that Kubernetes adds for a Service called waybill are none', () => {
    const links = {
      WAYBILL_PORT: 'tcp://10.96.0.12:8420',
      WAYBILL_SERVICE_HOST: '10.96.0.12',
      WAYBILL_SERVICE_PORT: '8420',
      WAYBILL_SERVICE_PORT_HTTP: '8420',
      WAYBILL_PORT_8420_TCP: 'tcp://10.96.0.12:8420',
      WAYBILL_PORT_8420_TCP_ADDR: '10.96.0.12',
      WAYBILL_GATEWAY_PORT: 'tcp://10.96.0.13:8420',
    };
    expect(configOf(links)).toEqual(configOf({}));
  });
});

test('docs/configuration.md is what the table prints', () => {
  const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
  expect(page, 'write it with: npm run --silent waybill config > docs/configuration.md').toBe(printConfigMarkdown());
});
