import { createHash } from 'node:crypto';
import { OPERATIONAL_DIALECT, type OperationalType } from '../domain/delivery/operational.ts';
import type { OperationalFacts } from '../domain/dialects/standard/operational.ts';
import type { Db } from './database.ts';
import type { DirectoryOrganization, EndpointDirectory } from './endpoint-directory.ts';
import { insertGroup, type Planned, planEvent } from './publish.ts';

/** Something that happened to an organization, to be told as an operational event. */
export type Occurrence = { [T in OperationalType]: OccurrenceOf<T> }[OperationalType];

interface OccurrenceOf<T extends OperationalType> {
  organizationId: string;
  type: T;
  /** Tells it from every other occurrence of its type: the same again is written once. */
  key: string;
  facts: OperationalFacts<T>;
}

/** Inside its transaction: writes the events and deliveries of what happened, for whoever listens. */
export type Raise = (occurrences: readonly Occurrence[]) => Promise<void>;

/** Organizations with endpoints that name an operational event type; empty when nobody listens. */
export type Audience = readonly DirectoryOrganization[];

export type Operational = ReturnType<typeof createOperational>;

/**
 * Operational events, written in the transaction of what they tell, so that they stand and fall with it. Nothing is written
 * where nobody listens. `onCommitted` is called after a commit that left deliveries waiting, `onWritten` with how many were
 * written.
 */
export function createOperational(
  db: Db,
  directory: EndpointDirectory,
  options: { onCommitted: (deliveries: number) => void; onWritten: (deliveries: number) => void },
) {
  /** Who would hear of what happens to these organizations: their own endpoints and those of watching organizations. */
  async function audienceOf(organizationIds: readonly string[]): Promise<Audience> {
    const organizations = await directory.withWatching(organizationIds);
    const isHeard = organizations.some((organization) => organization.listening.length > 0);
    return isHeard ? organizations : [];
  }

  return {
    audienceOf,

    /** Runs `work` in a transaction and afterwards has the dispatcher woken for what it raised. */
    async transaction<T>(audience: Audience, work: (tx: Db, raise: Raise) => Promise<T>): Promise<T> {
      const raised: Planned[] = [];
      const result = await db.transaction((tx) =>
        work(tx, async (occurrences) => {
          const planned = occurrences.flatMap((occurrence) => plan(occurrence, audience));
          if (planned.length > 0) await insertGroup(tx, planned);
          raised.push(...planned);
        }),
      );
      const deliveries = raised.flatMap((p) => p.deliveries);
      const waiting = deliveries.filter((d) => !d.disabled).length;
      if (waiting > 0) options.onCommitted(waiting);
      if (deliveries.length > 0) options.onWritten(deliveries.length);
      return result;
    },
  };
}

/** One event for each organization in which an endpoint takes it: the one it happened to, and those that watch. */
function plan(occurrence: Occurrence, audience: Audience): Planned[] {
  const affected = audience.find((organization) => organization.id === occurrence.organizationId);
  if (!affected) return [];
  const item = {
    dialect: OPERATIONAL_DIALECT,
    type: occurrence.type,
    id: eventIdOf(occurrence),
    data: JSON.stringify({ organization: { id: affected.id, name: affected.name }, ...occurrence.facts }),
    occurredAt: new Date().toISOString(),
    idempotencyKey: null,
    fingerprint: '',
    presenceName: null,
    userId: null,
    to: null,
  };
  return audience
    .filter((organization) => organization === affected || organization.watches)
    .map(({ id, listening }) => planEvent({ ...item, organizationId: id }, listening))
    .filter((planned) => planned.deliveries.length > 0);
}

/** The same for the same occurrence, whoever writes it and how often; also in the copies of watching organizations. */
function eventIdOf({ type, key }: Occurrence): string {
  return `evt_${createHash('sha256').update(`${type} ${key}`).digest('hex').slice(0, 32)}`;
}
