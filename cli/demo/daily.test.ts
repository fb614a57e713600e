import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runDailyScenario } from './daily.ts';

const SECRET = 'secret-of-the-endpoints';
/** What the false Waybill below sends to the receiver of a target; null: nothing. */
let bodyFor: (target: string, type: string) => object | null;
let runs: number;
let server: Server;
let url: string;

async function send(to: string, target: string, type: string): Promise<void> {
  const content = bodyFor(target, type);
  if (content === null) return;
  const body = JSON.stringify(content);
  await fetch(to, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-flowcerta-event': type,
      'x-flowcerta-target': target,
      'x-flowcerta-delivery': 'dlv_1',
      'x-flowcerta-signature': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
    },
    body,
  });
}

/** Answers as Waybill does, and says that all is delivered. */
beforeEach(async () => {
  runs = 0;
  const endpoints: { id: string; target: string; url: string }[] = [];
  const deliveries: object[] = [];
  const tell = async (eventType: string) => {
    for (const { id, target, url: to } of endpoints) {
      await send(to, target, eventType);
      deliveries.push({ endpointId: id, eventType, status: 'delivered', attemptCount: 1, workflowId: 'wf-1' });
    }
  };
  const answer = async (request: IncomingMessage): Promise<unknown> => {
    if (request.method === 'GET') return { data: deliveries, nextCursor: null };
    const body = (await json(request)) as { url: string; options: { target: string } };
    if (request.url === '/v1/endpoints') {
      endpoints.push({ id: `ep_${endpoints.length}`, target: body.options.target, url: body.url });
      return { id: endpoints.at(-1)?.id, secret: SECRET };
    }
    if (request.url?.endsWith('/validations')) await tell('validation.below_threshold');
    if (request.url === '/v1/schedules/scan-exceptions-04-UTC/run' && ++runs === 1)
      await tell('exception.expiring_soon');
    return { id: 'x', key: 'k' };
  };
  server = createServer(async (request, response) => response.end(JSON.stringify(await answer(request))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => void server.close(resolve)));

const rowsOf = () =>
  runDailyScenario({
    url,
    adminKey: 'a',
    report: () => undefined,
    signal: new AbortController().signal,
    limitMs: 10_000,
  });
const message = (text: string) => ({ text, blocks: [{ type: 'section', text: { type: 'plain_text', text } }] });
const envelope = (event: string, data: object) => ({
  event,
  orgId: '11111111-1111-1111-1111-111111111111',
  occurredAt: '2026-11-21T04:00:00.000Z',
  data,
});

test('a Waybill that says delivered and sends nothing is found out, for each event and receiver', async () => {
  bodyFor = () => null;
  const rows = await rowsOf();
  expect(rows.map(({ system, event, problem }) => [system, event, problem])).toEqual([
    ['Flowcerta, as it is', 'validation.below_threshold', '0 requests came, not 1'],
    ['Flowcerta, as it is', 'exception.expiring_soon', '0 requests came, not 1'],
    ['Flowcerta, for Slack', 'validation.below_threshold', '0 requests came, not 1'],
    ['Flowcerta, for Slack', 'exception.expiring_soon', '0 requests came, not 1'],
  ]);
  expect(runs).toBe(1);
});

test('a Waybill that tells something else is found out', async () => {
  bodyFor = (target, type) => (target === 'slack' ? message('Good morning') : envelope(type, { score: 48 }));
  expect((await rowsOf()).map(({ problem }) => problem)).toEqual(Array(4).fill('other data than was published'));
});

test('a message that Slack would refuse is found out', async () => {
  bodyFor = (target, type) => (target === 'slack' ? { text: 'a', blocks: [{ type: 'nix' }] } : envelope(type, {}));
  const problems = (await rowsOf()).slice(2).map(({ problem }) => problem);
  expect(problems).toEqual(Array(2).fill(expect.stringContaining('Slack refuses the message: invalid_blocks')));
});
