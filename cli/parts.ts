import type { Logger } from 'pino';
import { checkUrl, createAddressGuard } from '../outbound/address-guard.ts';
import { createHttpClient } from '../outbound/http-client.ts';
import { createRecordsClient } from '../outbound/records-client.ts';
import { createS3Port } from '../outbound/s3-client.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { Config } from './config.ts';
import { explain } from './explain.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { version } from './version.ts';

export interface PartsOptions {
  config: Config;
  /** 32 bytes. */
  secretKey: Uint8Array;
  /** Folder of the embedded store; null keeps it in memory. Ignored with `databaseUrl`. */
  storeDir: string | null;
  logger: Logger;
}

/** What gateway and worker both stand on: the store, and the guarded ways out. */
export interface Parts {
  store: Store;
  http: ReturnType<typeof createHttpClient>;
  s3: ReturnType<typeof createS3Port>;
  records: ReturnType<typeof createRecordsClient>;
  userAgent: string;
  metrics: Metrics;
  /** Whether an endpoint may have this address. */
  checkUrl(url: URL): ReturnType<typeof checkUrl>;
  /** For faults of work that nobody waits for. */
  onFault(where: string, error: unknown): void;
  close(): Promise<void>;
}

/** Opens the store, migrated, and the clients. Rejects in words for the person who starts it. */
export async function openParts(options: PartsOptions): Promise<Parts> {
  const { config, logger } = options;
  const metrics = createMetrics();
  const onFault = (where: string, error: unknown) => {
    metrics.faulted(where);
    logger.warn({ where, err: error }, 'fault, will be tried again');
  };
  const store = await openStore({
    ...(config.databaseUrl ? { databaseUrl: config.databaseUrl } : {}),
    dataDir: options.storeDir,
    secretKey: options.secretKey,
    secondSecretKey: config.secondSecretKey,
    timeScale: config.timeScale,
    onFault,
    onCommit: metrics.committed,
  }).catch((error) => {
    throw new Error(`${nameOfStore(options)} cannot be used: ${explain(error)}`);
  });
  const { allowNetworks } = config;
  const guard = createAddressGuard(allowNetworks);
  const userAgent = `Waybill/${version}`;
  const http = createHttpClient({ allowNetworks });
  const s3 = createS3Port({ allowNetworks });
  const records = createRecordsClient({ allowNetworks, userAgent });
  return {
    store,
    http,
    s3,
    records,
    userAgent,
    metrics,
    checkUrl: (url) => checkUrl(url, guard),
    onFault,
    async close() {
      await Promise.all([http.close(), s3.close(), records.close()]);
      await store.close();
    },
  };
}

/** Never the whole `DATABASE_URL`, which may hold a password. */
function nameOfStore({ config, storeDir }: PartsOptions): string {
  if (!config.databaseUrl) return `the embedded store in ${storeDir}`;
  const { host, pathname } = new URL(config.databaseUrl);
  return `the database ${host}${pathname} of DATABASE_URL`;
}
