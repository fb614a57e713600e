import { and, desc, eq, lt } from 'drizzle-orm';
import type { FieldChange } from '../domain/activity/changes.ts';
import { type Actor, currentActor } from './actor.ts';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { activity } from './schema.ts';

/** Everything that is written down, as `<kind of thing>.<what was done>`. */
export const ACTIONS = [
  'organization.created',
  'organization.updated',
  'api_key.created',
  'api_key.revoked',
  'portal_link.created',
  'portal_link.revoked',
  'endpoint.created',
  'endpoint.updated',
  'endpoint.deleted',
  'endpoint.enabled',
  'endpoint.disabled',
  'endpoint.paused',
  'endpoint.resumed',
  'endpoint.secret_rotated',
  'endpoint.replayed',
  'event_type.created',
  'event_type.updated',
  'event_type.deleted',
  'source.created',
  'source.updated',
  'source.address_rotated',
  'source.deleted',
  'delivery.resent',
  'delivery.retried',
  'delivery.cancelled',
] as const;
export type Action = (typeof ACTIONS)[number];

/** A change to be written down. */
export interface Deed {
  organizationId: string;
  action: Action;
  /** What it was done to; its kind is the first part of the action. `name`: as people know it, null: it has none. */
  subject: { id: string; name: string | null };
  changes?: readonly FieldChange[];
}

/** A change as it was written down. */
export interface ActivityEntry {
  id: string;
  /** ISO. */
  at: string;
  actor: Actor;
  action: Action;
  subject: { kind: string; id: string; name: string | null };
  changes: FieldChange[];
}

export type ActivityReader = ReturnType<typeof createActivityReader>;

/** Writes down who did what, in the transaction that does it. */
export async function writeDown(tx: Pick<Db, 'insert'>, deeds: readonly Deed[]): Promise<void> {
  if (deeds.length === 0) return;
  const actor = currentActor();
  await tx.insert(activity).values(
    deeds.map(({ organizationId, action, subject, changes = [] }) => ({
      id: newId('act'),
      organizationId,
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      action,
      subjectKind: kindOf(action),
      subjectId: subject.id,
      subjectName: subject.name,
      changes: JSON.stringify(changes),
    })),
  );
}

function kindOf(action: Action): string {
  return action.slice(0, action.indexOf('.'));
}

/** Reads what was written down. */
export function createActivityReader(db: Db) {
  return {
    /** Newest first, those before the id `after`. */
    async list(organizationId: string, page: { limit: number; after: string | null }): Promise<ActivityEntry[]> {
      const before = page.after === null ? undefined : lt(activity.id, page.after);
      const rows = await db
        .select()
        .from(activity)
        .where(and(eq(activity.organizationId, organizationId), before))
        .orderBy(desc(activity.id))
        .limit(page.limit);
      return rows.map((row) => ({
        id: row.id,
        at: row.at,
        actor: { kind: row.actorKind as Actor['kind'], id: row.actorId, name: row.actorName },
        action: row.action as Action,
        subject: { kind: row.subjectKind, id: row.subjectId, name: row.subjectName },
        changes: JSON.parse(row.changes),
      }));
    },
  };
}
