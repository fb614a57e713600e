import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADMIN_KEY, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { aCliProcess } from '../../test/cli-process.ts';
import { eventually } from '../../test/eventually.ts';
import { deliveries } from './deliveries.ts';
import { endpoints } from './endpoints.ts';
import { keys } from './keys.ts';
import { organizations } from './organizations.ts';
import { portalLink } from './portal-link.ts';
import { publish } from './publish.ts';
import { type RemoteCommand, runRemote } from './run.ts';

let gateway: TestGateway;
let url: string;
let out: string;
let err: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => gateway.close());
beforeEach(() => {
  out = '';
  err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function run(command: RemoteCommand, ...args: string[]): Promise<string> {
  out = '';
  await runRemote(command, [...args, '--url', url], { WAYBILL_ADMIN_KEY: ADMIN_KEY });
  return out;
}
const json = async (command: RemoteCommand, ...args: string[]) => JSON.parse(await run(command, ...args, '--json'));

describe('commands about a running Waybill', () => {
  it('without an organization say how one is made', async () => {
    await run(endpoints);
    expect(err).toContain('waybill: there is no organization yet: waybill organizations create <name>');
    expect(process.exitCode).toBe(2);
  });

  it('make an organization, an endpoint and an event, and show the delivery, naming no organization', async () => {
    expect(await run(organizations, 'create', 'Acme')).toMatch(/^org_\w+\nAPI key, shown only this once: wb_\S+\n$/);
    expect(await run(endpoints, 'create', 'http://127.0.0.1:9000/', '--types', 'order.created,order.paid')).toMatch(
      /^ep_\w+\nsecret, shown only this once: whsec_\S+\n$/,
    );
    const [endpoint] = (await json(endpoints)).data;
    expect(endpoint).toMatchObject({ url: 'http://127.0.0.1:9000/', eventTypes: ['order.created', 'order.paid'] });
    expect(await run(publish, 'order.created', '--data', '{"total":42}', '--id', 'evt_1')).toBe('evt_1\n');
    const listed = await run(deliveries, '--endpoint', endpoint.id, '--status', 'pending');
    expect(listed).toMatch(
      /^created +delivery +type +endpoint +attempts +state\n\S+ +dlv_\w+ +order\.created +ep_\w+ +0 +pending\n$/,
    );
    const [delivery] = (await json(deliveries)).data;
    expect(await run(deliveries, 'cancel', delivery.id)).toBe(`${delivery.id} is cancelled\n`);
    expect((await json(deliveries, '--status', 'cancelled')).data).toHaveLength(1);
    expect(await run(endpoints, 'disable', endpoint.id)).toBe(`${endpoint.id} is disabled\n`);
    expect(await run(endpoints)).toContain('disabled');
    expect(await run(endpoints, 'delete', endpoint.id)).toBe(`${endpoint.id} is deleted\n`);
  });

  it('make and revoke keys, and links into the portal', async () => {
    const { id } = await json(keys, 'create', 'narrow', '--scopes', 'publish,read');
    expect(await run(keys)).toMatch(new RegExp(`${id} +narrow +wb_\\S+ +publish,read +valid`));
    expect(await run(keys, 'revoke', id)).toBe(`${id} is revoked\n`);
    expect(await run(portalLink, '--read-only')).toMatch(/^http:\S+\/portal#token=\S+\nworks once, until \S+\n$/);
  });

  it.each([
    ['a verb that there is not', keys, ['burn', 'it'], 'burn it is not something to do with keys'],
    ['an unknown option', publish, ['order.created', '--colour', 'red'], "Unknown option '--colour'"],
    ['no event type', publish, [], 'one event type is to be named'],
    ['data that is not JSON', publish, ['order.created', '--data', '{'], '--data is not JSON'],
  ])('%s: the usage, and exit code 2', async (_name, command, args, message) => {
    await run(command as RemoteCommand, ...(args as string[]));
    expect(err).toContain(message);
    expect(err).toContain(`usage: ${(command as RemoteCommand).usage}`);
    expect(process.exitCode).toBe(2);
  });

  it('what the API refuses is told in its words', async () => {
    await expect(run(publish, 'order created')).rejects.toThrow(/answered with 422: .*type/);
  });

  it('several organizations: one has to be named', async () => {
    const { id } = await json(organizations, 'create', 'Globex');
    await run(publish, 'order.created');
    expect(err).toContain('there are several organizations: name one with --organization <id>');
    expect(await run(publish, 'order.created', '--organization', id)).toMatch(/^evt_\w+\n$/);
  });

  it('tail prints deliveries as they come and change, and ends with code 0 when it is told to', async () => {
    const { id } = await json(organizations, 'create', 'Tailed');
    const command = [process.execPath, 'cli/waybill.ts', 'tail', '--json', '--url', url, '--organization', id];
    const tail = aCliProcess(command, { WAYBILL_ADMIN_KEY: ADMIN_KEY });
    try {
      await json(endpoints, 'create', 'http://127.0.0.1:9000/', '--organization', id);
      // Published until it is seen: the stream may open after the first.
      await eventually(
        'a delivery in its output',
        async () => {
          await run(publish, 'order.created', '--organization', id);
          return tail.stdout().includes('"eventType":"order.created"');
        },
        60_000,
      );
      const [first = ''] = tail.stdout().split('\n');
      expect(JSON.parse(first)).toMatchObject({ eventType: 'order.created', status: 'pending' });
      tail.signal('SIGTERM');
      expect(await tail.ended()).toBe(0);
    } finally {
      await tail.dispose();
    }
  }, 120_000);

  it('--help tells the forms', async () => {
    expect(await run(deliveries, '--help')).toContain('waybill deliveries resend|retry-now|cancel <id>');
  });
});
