import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import { listenError } from './ports.ts';

/** Where it is listened, as `http://host:port`; to be asked once it is. */
export function listeningUrl(app: FastifyInstance, config: Config): string {
  return `http://${reachable(config.host)}:${(app.server.address() as AddressInfo).port}`;
}

/** Listens as the configuration says. Rejects in words for the person who starts it. */
export async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  await app.listen({ host, port }).catch((error) => {
    throw listenError(error, host, port);
  });
}

/** A host that a URL can name: "all addresses" is none. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
