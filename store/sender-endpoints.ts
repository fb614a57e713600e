import { eq } from 'drizzle-orm';
import type { Db } from './database.ts';
import { openConfig } from './destination-config.ts';
import { headersToSend, openCredentials } from './endpoint-credentials.ts';
import { validSecrets } from './endpoint-secrets.ts';
import { endpoints } from './schema.ts';
import type { SecretBox } from './secret-box.ts';
import type { SenderEndpoint } from './types.ts';

/** Endpoints kept in memory, in clear; the oldest leaves first. */
const MAX_CACHED = 10_000;

/**
 * Endpoints as senders need them, secrets opened, cached by version: begin tells the version that stands in the store, so a
 * change (also of a secret) reaches the next attempt, in any process.
 */
export function createSenderEndpoints(db: Db, box: SecretBox) {
  const cached = new Map<string, Promise<SenderEndpoint>>();

  return function senderEndpoint(id: string, version: number): Promise<SenderEndpoint> {
    const key = `${id} ${version}`;
    const known = cached.get(key);
    if (known) return known;
    const reading = read(db, box, id, version);
    cached.set(key, reading);
    // A failed read must not stay: the next attempt asks again.
    reading.catch(() => cached.delete(key));
    if (cached.size > MAX_CACHED) cached.delete(cached.keys().next().value as string);
    return reading;
  };
}

async function read(db: Db, box: SecretBox, id: string, version: number): Promise<SenderEndpoint> {
  const [row] = await db.select().from(endpoints).where(eq(endpoints.id, id));
  if (!row) throw new Error(`endpoint ${id} is not in the store`);
  return {
    id,
    version,
    dialect: row.dialect,
    destination: row.destination,
    url: row.url,
    options: JSON.parse(row.options),
    config: openConfig(box, row),
    templates: row.templates === null ? null : JSON.parse(row.templates),
    headers: headersToSend(openCredentials(box, row)),
    retryDelaysMs: row.retryDelaysMs,
    timeoutMs: row.timeoutMs,
    acknowledge: row.acknowledge,
    healthJudged: row.disableFailureShare !== null && row.acknowledge === null,
    secrets: await validSecrets(db, box, id),
  };
}
