import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from './child-process.ts';
import { nowMs } from './clock.ts';
import type { Receipts } from './statistics.ts';

/**
 * What a path does with a request, told by its first segment: `/ok/…` answers 200 at once, `/fail/…` answers 503,
 * `/hang/…` never answers.
 */
export type Behaviour = 'ok' | 'fail' | 'hang';

/** Which receipts are asked for: those of one batch of events at one path. */
export interface ReceiptQuery {
  path: string;
  batch: string;
}

interface Received {
  receivedAtMs: number[];
  distinct: number;
  requests: number;
}

/** The idle limit that Node would close at (5 s) races with a sender's next request and would show as retries. */
const IDLE_CONNECTION_MS = 120_000;

const receivedByKey = new Map<string, Received>();

function recordsOf({ path, batch }: ReceiptQuery): Received {
  const key = `${path} ${batch}`;
  const known = receivedByKey.get(key);
  if (known) return known;
  const fresh: Received = { receivedAtMs: [], distinct: 0, requests: 0 };
  receivedByKey.set(key, fresh);
  return fresh;
}

/** Notes a request under its event id, which is `<batch>-<number>` for every event of the driver. */
function record(path: string, eventId: string): void {
  const dash = eventId.lastIndexOf('-');
  const number = Number(eventId.slice(dash + 1));
  if (dash < 0 || !Number.isSafeInteger(number)) return;
  const received = recordsOf({ path, batch: eventId.slice(0, dash) });
  received.requests += 1;
  while (received.receivedAtMs.length <= number) received.receivedAtMs.push(Number.NaN);
  if (!Number.isNaN(received.receivedAtMs[number])) return;
  received.receivedAtMs[number] = nowMs();
  received.distinct += 1;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.on('end', () => {
    const path = request.url ?? '';
    record(path, String(request.headers['webhook-id']));
    if (path.startsWith('/hang/')) return;
    response.statusCode = path.startsWith('/fail/') ? 503 : 200;
    response.end();
  });
}

const calls = {
  /** Opens a free port at an address of this machine and returns it. */
  async listen(host: string): Promise<number> {
    const server = createServer({ keepAliveTimeout: IDLE_CONNECTION_MS }, answer);
    server.listen({ host, port: 0, backlog: 4096 });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  /** Distinct events received so far, by query. */
  countDistinct(queries: ReceiptQuery[]): number[] {
    return queries.map((query) => recordsOf(query).distinct);
  },
  /** The receipts of one query, which are then forgotten, so that a second run begins with an empty receiver. */
  takeReceipts(query: ReceiptQuery): Receipts {
    const { receivedAtMs, requests } = recordsOf(query);
    receivedByKey.delete(`${query.path} ${query.batch}`);
    return { receivedAtMs: Float64Array.from(receivedAtMs), requests };
  },
};

/** What the receiver answers to the bench. */
export type ReceiverCalls = typeof calls;

answerParent(calls);
