import { homedir } from 'node:os';
import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { type DevServer, startDevServer } from '../worker/dev-server/dev-server.ts';
import { cacheFolder, findServer } from '../worker/dev-server/find-server.ts';
import type { Config, Environment } from './config.ts';

/** The Temporal to work with: the one that `TEMPORAL_*` names, or a server of our own. */
export interface Temporal {
  connection: NativeConnectionOptions;
  /** Address of its web UI; null when it is not known. */
  uiUrl: string | null;
  /** Ends a server of our own; nothing otherwise. */
  stop(): Promise<void>;
}

export interface TemporalHooks {
  report(text: string): void;
  /** Ends a build that is under way. */
  signal: AbortSignal;
  /** Our own server ended unasked and serves again. */
  onRestart(reason: string): void;
  /** Our own server cannot be kept running. */
  onGiveUp(error: Error): void;
}

/** Uses `TEMPORAL_ADDRESS` if set, else finds or builds a Temporal server and starts it in the data folder. */
export async function provideTemporal(
  config: Config,
  environment: Environment,
  hooks: TemporalHooks,
): Promise<Temporal> {
  if (config.temporalAddress) {
    const connection = connectionTo(config, environment);
    hooks.report(`connecting to Temporal at ${connection.address}`);
    return { connection, uiUrl: config.temporalUiUrl ?? null, stop: async () => undefined };
  }
  const found = await findServer({
    dataDir: config.dataDir,
    cacheDir: cacheFolder(environment, homedir()),
    environment,
    report: hooks.report,
    signal: hooks.signal,
  });
  const server: DevServer = await startDevServer({
    executable: found.executable,
    dataDir: config.dataDir,
    environment,
    namespace: config.temporalNamespace,
    port: config.temporalPort,
    uiPort: config.temporalUiPort,
    onRestart: hooks.onRestart,
    onGiveUp: hooks.onGiveUp,
  });
  return {
    connection: { address: server.address },
    uiUrl: config.temporalUiUrl ?? server.uiUrl ?? null,
    stop: () => server.stop(),
  };
}

/** How to reach the Temporal of `TEMPORAL_ADDRESS`, with what else Temporal's own variables say: for a worker and for a client. */
export function connectionTo(
  config: Config,
  environment: Environment,
): NativeConnectionOptions & Pick<ConnectionOptions, 'metadata'> {
  const { connectionOptions } = loadClientConnectConfig({ overrideEnvVars: definedOnly(environment) });
  const { address, tls, apiKey, metadata } = connectionOptions;
  return {
    address: address ?? config.temporalAddress,
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  } as ReturnType<typeof connectionTo>;
}

function definedOnly(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
