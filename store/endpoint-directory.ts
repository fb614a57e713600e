import { and, eq, inArray, isNull, or, type SQL } from 'drizzle-orm';
import type { EndpointFilter } from '../domain/delivery/filter.ts';
import { matchesEndpoint } from '../domain/delivery/match-endpoint.ts';
import { OPERATIONAL_DIALECT, OPERATIONAL_TYPES } from '../domain/delivery/operational.ts';
import type { Db } from './database.ts';
import { endpoints, organizations } from './schema.ts';

/** What matching needs of an endpoint, and whether it takes deliveries now. */
export interface DirectoryEndpoint {
  id: string;
  dialect: string;
  eventTypes: string[] | null;
  presenceName: string | null;
  userId: string | null;
  /** Conditions on what it would get by all of these; null: none. */
  filter: EndpointFilter | null;
  disabled: boolean;
}

/** An organization as raising operational events needs it. */
export interface DirectoryOrganization {
  id: string;
  name: string;
  /** Gets the operational events of every organization. */
  watches: boolean;
  /** Its endpoints that name an operational event type. */
  listening: DirectoryEndpoint[];
}

interface Known {
  version: number;
  endpoints: DirectoryEndpoint[];
  listening: DirectoryEndpoint[];
}

/**
 * Endpoints by organization, kept in memory and read again when the organization's `endpointsVersion` has moved: one cheap
 * look per commit instead of all endpoints, and right with any number of gateways. Not for use inside a transaction that
 * changes endpoints: what it would keep could be rolled back.
 */
export class EndpointDirectory {
  readonly #db: Db;
  readonly #known = new Map<string, Known>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Endpoints of each organization that are not deleted; an unknown organization is absent. */
  async of(organizationIds: readonly string[]): Promise<Map<string, DirectoryEndpoint[]>> {
    const rows = await this.#db
      .select({ id: organizations.id, version: organizations.endpointsVersion })
      .from(organizations)
      .where(named(organizationIds));
    const found = new Map<string, DirectoryEndpoint[]>();
    for (const { id, version } of rows) found.set(id, (await this.#at(id, version)).endpoints);
    return found;
  }

  /** The given organizations and those that watch the installation. */
  async withWatching(organizationIds: readonly string[]): Promise<DirectoryOrganization[]> {
    const rows = await this.#db
      .select({
        id: organizations.id,
        version: organizations.endpointsVersion,
        name: organizations.name,
        watches: organizations.watchesInstallation,
      })
      .from(organizations)
      .where(or(named(organizationIds), organizations.watchesInstallation));
    const found: DirectoryOrganization[] = [];
    for (const { id, version, name, watches } of rows) {
      found.push({ id, name, watches, listening: (await this.#at(id, version)).listening });
    }
    return found;
  }

  async #at(organizationId: string, version: number): Promise<Known> {
    let known = this.#known.get(organizationId);
    if (known?.version !== version) {
      const read = await this.#read(organizationId);
      known = { version, endpoints: read, listening: read.filter(isListening) };
      this.#known.set(organizationId, known);
    }
    return known;
  }

  async #read(organizationId: string): Promise<DirectoryEndpoint[]> {
    const rows = await this.#db
      .select({
        id: endpoints.id,
        dialect: endpoints.dialect,
        eventTypes: endpoints.eventTypes,
        presenceName: endpoints.presenceName,
        userId: endpoints.userId,
        filter: endpoints.filter,
        disabledAt: endpoints.disabledAt,
      })
      .from(endpoints)
      .where(and(eq(endpoints.organizationId, organizationId), isNull(endpoints.deletedAt)));
    return rows.map(({ disabledAt, filter, ...rest }) => ({
      ...rest,
      filter: filter === null ? null : JSON.parse(filter),
      disabled: disabledAt !== null,
    }));
  }
}

function named(organizationIds: readonly string[]): SQL {
  return inArray(organizations.id, [...new Set(organizationIds)]);
}

function isListening(endpoint: DirectoryEndpoint): boolean {
  return OPERATIONAL_TYPES.some((type) => matchesEndpoint({ dialect: OPERATIONAL_DIALECT, type }, endpoint));
}
