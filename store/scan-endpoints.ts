import type { Db } from './database.ts';
import { endpointFailing } from './endpoint-occurrences.ts';
import { listAlerting } from './health.ts';
import type { Operational } from './operational.ts';
import type { EndpointScanPage, ScanPageRequest } from './scan-types.ts';

/** See `ScanStore.scanEndpoints`. `bucketMs`: see `healthBucketMs()`. */
export function createEndpointScan(db: Db, operational: Operational, bucketMs: number) {
  return async ({ at, now, after, limit }: ScanPageRequest): Promise<EndpointScanPage> => {
    const { endpoints, next } = await listAlerting(db, bucketMs, { at, after, limit });
    if (endpoints.length === 0) return { failing: 0, next };
    const audience = await operational.audienceOf(endpoints.map((endpoint) => endpoint.organizationId));
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: at.scanTimeZone }).format(new Date(now));
    await operational.transaction(audience, (_tx, raise) =>
      raise(endpoints.map((endpoint) => endpointFailing(endpoint, day))),
    );
    return { failing: endpoints.length, next };
  };
}
