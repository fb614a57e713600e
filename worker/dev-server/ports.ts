import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port that Waybill was told to use and that another process holds. The message names the setting's purpose and the port. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * A port of 127.0.0.1 that nobody listens on, left in TIME_WAIT.
 *
 * The kernel gives a port in TIME_WAIT to nobody who asks for any free port, for a minute, while a process that
 * binds it by number with SO_REUSEADDR (as Go and Node do) gets it. So processes that look for ports at the same
 * time do not take each other's. On systems without this rule it is an ordinary free port.
 */
export async function freePort(): Promise<number> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  // The side that closes first keeps TIME_WAIT: the server ends the connection, the client answers.
  await new Promise<void>((resolve, reject) => {
    const client = connect(address.port, '127.0.0.1');
    client.once('error', reject);
    client.once('close', () => resolve());
    client.resume();
  });
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return address.port;
}

/**
 * Returns once `port` of 127.0.0.1 can be listened on; `purpose` ("Temporal", "Temporal's UI") is for the message.
 *
 * It waits up to `waitMs` milliseconds: after a Waybill that was killed, its Temporal holds the port a moment longer.
 * @throws PortTakenError once the time is over; at once where the port may not be used at all (below 1024).
 */
export async function ensurePortFree(port: number, purpose: string, waitMs: number): Promise<void> {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    const code = await listenOnce(port);
    if (code === undefined) return;
    if (code !== 'EADDRINUSE') throw new PortTakenError(`port ${port} for ${purpose} cannot be used: ${code}`);
    if (performance.now() >= giveUpAt) {
      throw new PortTakenError(
        `port ${port} for ${purpose} is taken by another process: stop that one or set another port`,
      );
    }
    await sleep(100);
  }
}

/** Listens and closes again; the error's code, or `undefined` if it worked. */
async function listenOnce(port: number): Promise<string | undefined> {
  const server = createServer();
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(undefined));
  });
  if (code === undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  return code;
}
