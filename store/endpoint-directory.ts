import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Db } from './database.ts';
import { endpoints, organizations } from './schema.ts';

/** What matching needs of an endpoint, and whether it takes deliveries now. */
export interface DirectoryEndpoint {
  id: string;
  dialect: string;
  eventTypes: string[] | null;
  presenceName: string | null;
  userId: string | null;
  disabled: boolean;
}

/**
 * Endpoints by organization, kept in memory and read again when the organization's `endpointsVersion` has moved: one cheap
 * look per commit instead of all endpoints, and right with any number of gateways.
 */
export class EndpointDirectory {
  readonly #db: Db;
  readonly #known = new Map<string, { version: number; endpoints: DirectoryEndpoint[] }>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Endpoints of each organization that are not deleted; an unknown organization is absent. */
  async of(organizationIds: readonly string[]): Promise<Map<string, DirectoryEndpoint[]>> {
    const versions = await this.#db
      .select({ id: organizations.id, version: organizations.endpointsVersion })
      .from(organizations)
      .where(inArray(organizations.id, [...new Set(organizationIds)]));
    const found = new Map<string, DirectoryEndpoint[]>();
    for (const { id, version } of versions) {
      let known = this.#known.get(id);
      if (known?.version !== version) {
        known = { version, endpoints: await this.#read(id) };
        this.#known.set(id, known);
      }
      found.set(id, known.endpoints);
    }
    return found;
  }

  async #read(organizationId: string): Promise<DirectoryEndpoint[]> {
    const rows = await this.#db
      .select({
        id: endpoints.id,
        dialect: endpoints.dialect,
        eventTypes: endpoints.eventTypes,
        presenceName: endpoints.presenceName,
        userId: endpoints.userId,
        disabledAt: endpoints.disabledAt,
      })
      .from(endpoints)
      .where(and(eq(endpoints.organizationId, organizationId), isNull(endpoints.deletedAt)));
    return rows.map(({ disabledAt, ...rest }) => ({ ...rest, disabled: disabledAt !== null }));
  }
}
