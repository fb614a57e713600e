import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Check, ReceiverKnowledge } from './receiver-checks.ts';

/** What is to arrive, by `keyOf`. */
export interface ExpectedEvent {
  /** Absent where nobody knows it beforehand. */
  id?: string;
  /** Whether the data that arrived says what was published. */
  fits(data: unknown): boolean;
}

/** What arrived of one event. */
export interface Receipts {
  requests: number;
  /** Why a request is not as the system's document has it; empty when all are. */
  faults: string[];
}

/** Receivers by name, on one free port of this machine. */
export interface DemoReceiver {
  /** Where the endpoint of a receiver points. */
  urlOf(name: string): string;
  /** Gives a receiver what its customer was shown. */
  know(name: string, knowledge: ReceiverKnowledge): void;
  expect(name: string, type: string, event: ExpectedEvent): void;
  receiptsOf(name: string, type: string): Receipts;
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

/**
 * Starts listening, with a receiver for each of `checks`. Those named in `failing` fail first: with a 503, then by dropping the
 * connection.
 */
export async function startReceiver(
  checks: Readonly<Record<string, Check | undefined>>,
  failing: readonly string[],
): Promise<DemoReceiver> {
  const knowledge = new Map<string, ReceiverKnowledge>();
  const expected = new Map<string, ExpectedEvent>();
  const receipts = new Map<string, Receipts>();
  const strays: string[] = [];
  const receiptsOf = (name: string, type: string): Receipts => {
    const key = keyOf(name, type);
    const found = receipts.get(key) ?? { requests: 0, faults: [] };
    receipts.set(key, found);
    return found;
  };

  const server = createServer(async (request, response) => {
    const name = (request.url ?? '').slice(1);
    const known = knowledge.get(name);
    try {
      const check = checks[name];
      if (!check || !known) throw new Error('no receiver of this name');
      const got = check({ headers: request.headers, body: await buffer(request) }, known, Date.now() / 1000);
      const wanted = expected.get(keyOf(name, got.type));
      if (!wanted) throw new Error(`${got.type} was not published`);
      const seen = receiptsOf(name, got.type);
      seen.requests += 1;
      if (got.id !== undefined && wanted.id !== undefined && got.id !== wanted.id)
        seen.faults.push('another id than the event has');
      if (!wanted.fits(got.data)) seen.faults.push('other data than was published');
      const fail = failing.includes(name) ? FAILURES[seen.requests - 1] : undefined;
      if (fail) fail(response);
      else response.end('ok');
    } catch (error) {
      strays.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    urlOf: (name) => `http://127.0.0.1:${port}/${name}`,
    know: (name, given) => void knowledge.set(name, given),
    expect: (name, type, event) => void expected.set(keyOf(name, type), event),
    receiptsOf,
    strays: () => strays,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function keyOf(name: string, type: string): string {
  return `${name}:${type}`;
}
