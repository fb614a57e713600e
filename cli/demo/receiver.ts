import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { RECEIVER_CHECKS, type ReceiverKnowledge } from './receiver-checks.ts';

/** What is to arrive, by `keyOf`. */
export interface ExpectedEvent {
  id: string;
  data: unknown;
}

/** What arrived of one event. */
export interface Receipts {
  requests: number;
  /** Why a request is not as the system's document has it; empty when all are. */
  faults: string[];
}

/** A receiver for all systems on a free port of this machine. */
export interface DemoReceiver {
  /** Where a system's endpoint points. */
  urlOf(dialect: string): string;
  /** Gives a system's receiver what its customer was shown. */
  know(dialect: string, knowledge: ReceiverKnowledge): void;
  expect(dialect: string, type: string, event: ExpectedEvent): void;
  receiptsOf(dialect: string, type: string): Receipts;
  /** Requests that fit no expected event. */
  strays(): string[];
  close(): Promise<void>;
}

/** How the receivers of `failing` treat the first requests of each event; all further ones get a 200. */
const FAILURES: readonly ((response: ServerResponse) => void)[] = [
  (response) => response.writeHead(503).end('not now'),
  (response) => response.socket?.destroy(),
];

/** Requests that a failing receiver refuses before it accepts one. */
export const FAILURES_FIRST = FAILURES.length;

/** Starts listening. The receivers of the dialects in `failing` fail first: with a 503, then by dropping the connection. */
export async function startReceiver(failing: readonly string[]): Promise<DemoReceiver> {
  const knowledge = new Map<string, ReceiverKnowledge>();
  const expected = new Map<string, ExpectedEvent>();
  const receipts = new Map<string, Receipts>();
  const strays: string[] = [];
  const receiptsOf = (dialect: string, type: string): Receipts => {
    const key = keyOf(dialect, type);
    const found = receipts.get(key) ?? { requests: 0, faults: [] };
    receipts.set(key, found);
    return found;
  };

  const server = createServer(async (request, response) => {
    const dialect = (request.url ?? '').slice(1);
    const known = knowledge.get(dialect);
    try {
      const check = RECEIVER_CHECKS[dialect];
      if (!check || !known) throw new Error('no receiver of this name');
      const got = check({ headers: request.headers, body: await buffer(request) }, known, Date.now() / 1000);
      const wanted = expected.get(keyOf(dialect, got.type));
      if (!wanted) throw new Error(`${got.type} was not published`);
      const seen = receiptsOf(dialect, got.type);
      seen.requests += 1;
      if (got.id !== undefined && got.id !== wanted.id) seen.faults.push('another id than the event has');
      if (!isDeepStrictEqual(got.data, wanted.data)) seen.faults.push('other data than was published');
      const fail = failing.includes(dialect) ? FAILURES[seen.requests - 1] : undefined;
      if (fail) fail(response);
      else response.end('ok');
    } catch (error) {
      strays.push(`${dialect}: ${error instanceof Error ? error.message : String(error)}`);
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    urlOf: (dialect) => `http://127.0.0.1:${port}/${dialect}`,
    know: (dialect, given) => void knowledge.set(dialect, given),
    expect: (dialect, type, event) => void expected.set(keyOf(dialect, type), event),
    receiptsOf,
    strays: () => strays,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function keyOf(dialect: string, type: string): string {
  return `${dialect}:${type}`;
}
