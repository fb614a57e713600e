import type { FieldChange } from '../domain/activity/changes.ts';
import { OPERATIONAL_DIALECT, type OperationalType } from '../domain/delivery/operational.ts';
import type { OperationalFacts } from '../domain/dialects/standard/operational.ts';
import { writeDown } from './activity.ts';
import type { Db } from './database.ts';
import type { DirectoryOrganization, EndpointDirectory } from './endpoint-directory.ts';
import { deedsOf } from './occurrence-deeds.ts';
import { type Outbox, planOwnEvent } from './outbox.ts';
import type { Planned } from './publish.ts';

/** Something that happened to an organization, to be told as an operational event. */
export type Occurrence = { [T in OperationalType]: OccurrenceOf<T> }[OperationalType];

interface OccurrenceOf<T extends OperationalType> {
  organizationId: string;
  type: T;
  /** Tells it from every other occurrence of its type: the same again is written once. */
  key: string;
  facts: OperationalFacts<T>;
  /** What a change of settings did to which field, for the activity log. */
  changes?: FieldChange[];
}

/** Inside its transaction: writes the events and deliveries of what happened, for whoever listens, and the activity log. */
export type Raise = (occurrences: readonly Occurrence[]) => Promise<void>;

/** Organizations with endpoints that name an operational event type; empty when nobody listens. */
export type Audience = readonly DirectoryOrganization[];

export type Operational = ReturnType<typeof createOperational>;

/**
 * Operational events, written in the transaction of what they tell, so that they stand and fall with it. No event is written where
 * nobody listens.
 */
export function createOperational(outbox: Outbox, directory: EndpointDirectory) {
  /** Who would hear of what happens to these organizations: their own endpoints and those of watching organizations. */
  async function audienceOf(organizationIds: readonly string[]): Promise<Audience> {
    const organizations = await directory.withWatching(organizationIds);
    const isHeard = organizations.some((organization) => organization.listening.length > 0);
    return isHeard ? organizations : [];
  }

  return {
    audienceOf,

    /** Runs `work` in a transaction of the outbox. */
    transaction<T>(audience: Audience, work: (tx: Db, raise: Raise) => Promise<T>): Promise<T> {
      return outbox.transaction((tx, write) =>
        work(tx, async (occurrences) => {
          await writeDown(tx, occurrences.flatMap(deedsOf));
          await write(occurrences.flatMap((occurrence) => plan(occurrence, audience)));
        }),
      );
    },
  };
}

/** One event for each organization in which an endpoint takes it: the one it happened to, and those that watch. */
function plan(occurrence: Occurrence, audience: Audience): Planned[] {
  const affected = audience.find((organization) => organization.id === occurrence.organizationId);
  if (!affected) return [];
  const event = {
    dialect: OPERATIONAL_DIALECT,
    type: occurrence.type,
    key: occurrence.key,
    data: { organization: { id: affected.id, name: affected.name }, ...occurrence.facts },
    occurredAt: new Date().toISOString(),
  };
  return audience
    .filter((organization) => organization === affected || organization.watches)
    .map(({ id, listening }) => planOwnEvent({ ...event, organizationId: id }, listening))
    .filter((planned) => planned.deliveries.length > 0);
}
