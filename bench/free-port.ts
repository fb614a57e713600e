import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Linux hands out ports from 32768 up to outgoing connections. */
const FIRST_CLOSED_PORT = 20_000;
const LAST_CLOSED_PORT = 32_000;

/** Ports on 127.0.0.1 that nothing listens on now, all different, since all are held before the first is given back. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(close));
  return ports;
}

/**
 * A port on 127.0.0.1 that refuses connections and goes on doing so: it lies below those of outgoing connections, one
 * of which would else, among many thousand tries, be given this very port and reach itself. Throws when all are taken.
 */
export async function findClosedPort(): Promise<number> {
  for (let port = FIRST_CLOSED_PORT; port <= LAST_CLOSED_PORT; port += 1) {
    const server = await listen(port).catch(() => null);
    if (server === null) continue;
    await close(server);
    return port;
  }
  throw new Error(`no closed port between ${FIRST_CLOSED_PORT} and ${LAST_CLOSED_PORT}`);
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
