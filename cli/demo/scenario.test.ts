import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runScenario } from './scenario.ts';

/** How the false Waybill below treats its publishes. */
let send: (url: string, event: { id: string; type: string; data: unknown }) => Promise<unknown>;
/** What it says of every delivery. */
let status: string;
let server: Server;
let url: string;

/** Answers as Waybill does, and sends whatever `send` sends. */
beforeEach(async () => {
  const endpoints = new Map<string, string>();
  const events: string[] = [];
  const answer = async (request: IncomingMessage): Promise<unknown> => {
    if (request.method === 'GET') {
      const data = events.map((eventId) => ({
        eventId,
        status,
        attemptCount: 1,
        workflowId: `wf-${eventId}`,
        workflowUrl: null,
      }));
      return { data, nextCursor: null };
    }
    const body = (await json(request)) as Record<string, string> & { data: unknown };
    if (request.url === '/v1/endpoints') endpoints.set(body.dialect ?? '', body.url ?? '');
    if (request.url === '/v1/events') {
      events.push(body.id ?? '');
      await send(endpoints.get(body.dialect ?? '') ?? '', {
        id: body.id ?? '',
        type: body.type ?? '',
        data: body.data,
      });
    }
    return { id: 'x', key: 'k', secret: 'whsec_AAAA' };
  };
  server = createServer(async (request, response) => response.end(JSON.stringify(await answer(request))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => void server.close(resolve)));

const rowsOf = (limitMs = 10_000) =>
  runScenario({ url, adminKey: 'a', report: () => undefined, signal: new AbortController().signal, limitMs });

test('a Waybill that says delivered and signs nothing is found out, for every event', async () => {
  status = 'delivered';
  send = async (to, { type, data }) => {
    const headers = { 'content-type': 'application/json' };
    await fetch(to, { method: 'POST', headers, body: JSON.stringify({ event: type, type, data }) });
  };
  const rows = await rowsOf();
  expect(rows).toHaveLength(20);
  for (const row of rows) {
    expect(row).toMatchObject({
      verified: false,
      problem: expect.stringMatching(/^a request was refused by .* is missing$/),
    });
  }
});

test('a Waybill that says delivered and sends nothing is found out', async () => {
  status = 'delivered';
  send = async () => undefined;
  const [row] = await rowsOf();
  expect(row).toMatchObject({ system: 'Standard Webhooks', verified: false, problem: '0 requests came, not 1' });
  expect(row?.workflow).toMatch(/^wf-demo_/);
});

test('what is not delivered in time is shown as it is', async () => {
  status = 'pending';
  send = async () => undefined;
  const rows = await rowsOf(0);
  expect(new Set(rows.map(({ problem }) => problem))).toEqual(new Set(['it is pending']));
});

test('an API that refuses is one message with its words', async () => {
  server.removeAllListeners('request');
  server.on('request', (_, response) => response.writeHead(422).end('{"code":"url_not_allowed"}'));
  await expect(rowsOf()).rejects.toThrow('POST /v1/organizations was answered with 422: {"code":"url_not_allowed"}');
});
