import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to a bucket server that a test can close, and on which it can stop a request. */
export interface BucketGate {
  /** Stands for the server's own address. */
  url: string;
  /** What came by, such as `POST /datasets/exports/ds_1.jsonl?uploads=`. */
  seen: string[];
  /** Stops the next request that matches, before the server gets it. */
  stopNext(match: RegExp): { arrived: Promise<void>; letGo(): void };
  /** Connections are closed without an answer, as those of a server that is going down. */
  isDown: boolean;
  close(): Promise<void>;
}

/** Opens a gate before the server at `target`. */
export async function aBucketGate(target: string): Promise<BucketGate> {
  const { hostname, port } = new URL(target);
  const seen: string[] = [];
  const stops: { match: RegExp; arrived: () => void; goesOn: Promise<void> }[] = [];
  const gate = { isDown: false };

  const passes = async (line: string): Promise<void> => {
    const at = stops.findIndex(({ match }) => match.test(line));
    const [stop] = at === -1 ? [] : stops.splice(at, 1);
    stop?.arrived();
    await stop?.goesOn;
  };
  const contentOf = async (incoming: IncomingMessage): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  };
  const server = createServer(async (incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`;
    if (gate.isDown) return incoming.socket.destroy();
    seen.push(line);
    const content = await contentOf(incoming).catch(() => null);
    await passes(line);
    if (gate.isDown || content === null || outgoing.destroyed) return incoming.socket.destroy();
    // The signature covers the host by which the gate was called.
    const { method, url: path, headers } = incoming;
    const forwarded = httpRequest({ hostname, port, method, path, headers, setHost: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => incoming.socket.destroy());
    forwarded.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(gate, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stopNext(match: RegExp) {
      const arrived = Promise.withResolvers<void>();
      const goesOn = Promise.withResolvers<void>();
      stops.push({ match, arrived: arrived.resolve, goesOn: goesOn.promise });
      return { arrived: arrived.promise, letGo: goesOn.resolve };
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
