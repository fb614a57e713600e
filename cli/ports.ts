import { createServer } from 'node:net';
import { ensurePortFree } from '../worker/dev-server/ports.ts';
import type { Config } from './config.ts';

/** Waybill's own Temporal of a moment ago may still hold its ports. */
const WAIT_MS = 2_000;

/**
 * Returns when every port that will be listened on can be, before anything slow is begun.
 * @throws with the first port that cannot, its purpose and its variable.
 */
export async function ensurePorts(config: Config): Promise<void> {
  const { host, port, temporalAddress, temporalPort, temporalUiPort } = config;
  const checks = [ensureListenable(host, port)];
  if (temporalAddress === undefined) {
    if (temporalPort) checks.push(ensurePortFree(temporalPort, 'Temporal (WAYBILL_TEMPORAL_PORT)', WAIT_MS));
    if (temporalUiPort)
      checks.push(ensurePortFree(temporalUiPort, "Temporal's UI (WAYBILL_TEMPORAL_UI_PORT)", WAIT_MS));
  }
  await Promise.all(checks);
}

async function ensureListenable(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen({ host, port, exclusive: true }, resolve);
  });
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** Why the API cannot listen, in words for the person who starts it, with the variable to change. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(
        `port ${port} for the API (WAYBILL_PORT) is taken by another process: stop that one or set another port`,
      );
    case 'EACCES':
      return new Error(`port ${port} for the API may not be used by this user: set WAYBILL_PORT to 1024 or above`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Error(`the API cannot listen on ${host}: WAYBILL_HOST is no address of this machine`);
    default:
      return new Error(`the API cannot listen on ${host}, port ${port}: ${error.code ?? error.message}`);
  }
}
