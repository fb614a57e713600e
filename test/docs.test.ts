import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { banner } from '../cli/banner.ts';
import { OPERATIONAL_TYPES } from '../domain/delivery/operational.ts';
import { type DestinationErrorCode, EXCHANGE_ERROR_CODES } from '../domain/delivery/types.ts';
import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import type { DialectWire, SigningSecret, WireRequest } from '../domain/dialects/dialect.ts';
import { anAttempt, anEvent, hmac } from '../domain/dialects/fixtures.ts';
import { DIALECT_NAMES, wireOf } from '../domain/dialects/wires.ts';
import { EXPORT_FAULT_CODES } from '../domain/exports/export-fault.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })];
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('the pages', () => {
  test('every relative link leads to a file, and to a heading where it names one', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !resolves(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test("the README's three lines are those of the banner", () => {
    const text = banner({
      url: 'http://127.0.0.1:8420',
      uiUrl: null,
      adminKeyFile: '/.waybill/admin-key',
      recovered: 0,
    });
    const lines = text.split('\n').filter((line) => line.includes('curl'));
    expect(lines).toHaveLength(3);
    // The banner names the file by its whole path, which is another one on every machine.
    for (const line of lines) expect(read('README.md')).toContain(line.trim().replace('/.waybill/', '.waybill/'));
  });

  test('every code sample of receive.md stands in an example', () => {
    const examples = globSync('examples/**/*.*', { cwd: root }).map(read);
    const samples = [...read('docs/receive.md').matchAll(/```(?:js|python)\n(.*?)```/gs)].map(([, code = '']) => code);
    expect(samples.length).toBeGreaterThan(0);
    for (const code of samples) expect(examples.some((example) => example.includes(code.trim()))).toBe(true);
  });

  test('the README and dialects.md know every dialect, and dialects.md every header that one sends', () => {
    for (const name of DIALECT_NAMES) {
      expect(read('README.md')).toContain(`| \`${name}\``);
      const headers = Object.keys(rendered(wireNamed(name), [hmac(SECRET)]).headers);
      for (const header of headers) expect(read('docs/dialects.md')).toContain(`\`${header}`);
    }
  });

  test('operational-events.md lists every type with what its data holds, and shows one as it is', () => {
    const page = read('docs/operational-events.md');
    for (const type of OPERATIONAL_TYPES) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${type}\` |`));
      const { organization: _, endpoint: __, ...own } = eventTypeOf('standard', type)?.example ?? {};
      for (const field of Object.keys(own)) expect(row).toContain(`\`${field}\``);
    }
    const [, sample = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
    const shown = { type: 'delivery.failed', data: eventTypeOf('standard', 'delivery.failed')?.example };
    expect(JSON.parse(sample)).toEqual({ ...shown, timestamp: expect.stringMatching(/Z$/) });
  });

  test('deliveries.md explains every error code', () => {
    const ours = ['http_<status>', 'not_acknowledged', 'render_failed', 'worker_lost'];
    const ofDestinations: Record<DestinationErrorCode, true> = {
      rate_limited: true,
      vendor_error: true,
      unsure: true,
      subject_busy: true,
      bad_configuration: true,
      bad_payload: true,
    };
    const codes = [...EXCHANGE_ERROR_CODES, ...ours, ...Object.keys(ofDestinations)];
    for (const code of codes) expect(read('docs/deliveries.md')).toContain(`| \`${code}\` |`);
  });

  test('exports.md explains every code of an export', () => {
    for (const code of EXPORT_FAULT_CODES) expect(read('docs/exports.md')).toContain(`| \`${code}\` |`);
  });
});

describe('the examples', () => {
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  test('publish.sh sends an event with an id of its own', async () => {
    const requests: { path: string | undefined; key: string | undefined; body: string }[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      requests.push({
        path: request.url,
        key: request.headers.authorization,
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(202).end('{"id":"order-1"}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    stops.push(() => server.close());
    const URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { ...process.env, KEY: 'wb_key', URL, no_proxy: '*' };
    const child = spawn('sh', [join(root, 'examples/publish.sh'), 'order.created', '{"total":42}', 'order-1'], { env });
    expect(await new Promise((done) => child.once('exit', done))).toBe(0);
    expect(requests).toMatchObject([{ path: '/v1/events', key: 'Bearer wb_key' }]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ id: 'order-1', type: 'order.created', data: { total: 42 } });
  });
});

function wireNamed(name: string): DialectWire {
  const wire = wireOf(name);
  if (!wire) throw new Error(`no dialect ${name}`);
  return wire;
}

function rendered(wire: DialectWire, secrets: SigningSecret[]): WireRequest {
  return wire.render(anEvent({ dialect: wire.name }), anAttempt({ secrets, timestampSeconds: 0 }));
}

/** Targets of a page's links that are not addresses; code is left out. */
function linksOf(page: string): string[] {
  const text = read(page)
    .replaceAll(/```.*?```/gs, '')
    .replaceAll(/`[^`\n]*`/g, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

function resolves(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? join(root, page) : resolve(root, dirname(page), path);
  if (!existsSync(target)) return false;
  return heading === undefined || headingsOf(readFileSync(target, 'utf8')).includes(heading);
}

/** As GitHub makes anchors of headings. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
