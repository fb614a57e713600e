import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the receiver got it. */
export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Answer = (request: Received, response: ServerResponse, count: number) => void;

/** A real HTTP receiver on a free port; `answer` decides what each request gets, 200 by default. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Requests by `webhook-id`. */
  countById(): Map<string, number>;
  answerWith(answer: Answer): void;
  close(): Promise<void>;
}

export async function aReceiver(answer: Answer = (_request, response) => response.end('ok')): Promise<Receiver> {
  const received: Received[] = [];
  let current = answer;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const got = { path: request.url ?? '', headers: request.headers, body };
      received.push(got);
      current(got, response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    countById() {
      const counts = new Map<string, number>();
      for (const { headers } of received) {
        const id = String(headers['webhook-id']);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return counts;
    },
    answerWith(next) {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
