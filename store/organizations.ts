import { randomUUID } from 'node:crypto';
import { desc, eq, lt } from 'drizzle-orm';
import { changesBetween } from '../domain/activity/changes.ts';
import { writeDown } from './activity.ts';
import { type ApiKey, insertApiKey, SCOPES } from './api-keys.ts';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { organizations } from './schema.ts';

/** A tenant as the API shows it. */
export interface Organization {
  id: string;
  /** Stable for its life; Flowcerta's `orgId`. */
  uuid: string;
  name: string;
  /** `true`: the dialect `standard` takes only event types that are registered. */
  rejectUnknownEventTypes: boolean;
  /** `true`: its endpoints may listen to the operational events of every organization. */
  watchesInstallation: boolean;
  /** ISO. */
  createdAt: string;
}

/** What may be changed of an organization; absent fields stay. */
export type OrganizationPatch = Partial<Pick<Organization, 'name' | 'rejectUnknownEventTypes' | 'watchesInstallation'>>;

export type OrganizationStore = ReturnType<typeof createOrganizationStore>;

const PATCHED = { shown: ['name', 'rejectUnknownEventTypes', 'watchesInstallation'], named: [] } as const;

const columns = {
  id: organizations.id,
  uuid: organizations.uuid,
  name: organizations.name,
  rejectUnknownEventTypes: organizations.rejectUnknownEventTypes,
  watchesInstallation: organizations.watchesInstallation,
  createdAt: organizations.createdAt,
};

/** Organizations. They are never deleted, so what was once seen to exist is remembered. */
export function createOrganizationStore(db: Db) {
  const seen = new Set<string>();

  async function get(id: string): Promise<Organization | null> {
    const [row] = await db.select(columns).from(organizations).where(eq(organizations.id, id));
    return row ?? null;
  }

  return {
    get,

    /** Creates it together with a first API key of all scopes, whose `secret` is not to be had again. */
    async create(
      name: string,
      watchesInstallation = false,
    ): Promise<{ organization: Organization; key: ApiKey; secret: string }> {
      return db.transaction(async (tx) => {
        const values = { id: newId('org'), uuid: randomUUID(), name, watchesInstallation };
        const [organization] = await tx.insert(organizations).values(values).returning(columns);
        if (!organization) throw new Error('insert into organizations returned no row');
        const created = await insertApiKey(tx, values.id, { name: 'first key', scopes: [...SCOPES], dialect: null });
        await writeDown(tx, [
          { organizationId: values.id, action: 'organization.created', subject: { id: values.id, name } },
        ]);
        return { organization, ...created };
      });
    },

    /** Newest first, those before the id `after`. */
    async list(page: { limit: number; after: string | null }): Promise<Organization[]> {
      const before = page.after === null ? undefined : lt(organizations.id, page.after);
      return db.select(columns).from(organizations).where(before).orderBy(desc(organizations.id)).limit(page.limit);
    },

    /** `null` when there is no such organization. An empty patch changes nothing. */
    async update(id: string, patch: OrganizationPatch): Promise<Organization | null> {
      if (Object.keys(patch).length === 0) return get(id);
      return db.transaction(async (tx) => {
        const [standing] = await tx.select(columns).from(organizations).where(eq(organizations.id, id)).for('update');
        const [row] = await tx.update(organizations).set(patch).where(eq(organizations.id, id)).returning(columns);
        if (!standing || !row) return null;
        const changes = changesBetween(standing, row, PATCHED);
        const deed = { organizationId: id, subject: { id, name: row.name }, changes };
        if (changes.length > 0) await writeDown(tx, [{ ...deed, action: 'organization.updated' }]);
        return row;
      });
    },

    async exists(id: string): Promise<boolean> {
      if (seen.has(id)) return true;
      const found = (await get(id)) !== null;
      if (found) seen.add(id);
      return found;
    },
  };
}
