import { and, eq, sql } from 'drizzle-orm';
import { changesBetween } from '../domain/activity/changes.ts';
import { writeDown } from './activity.ts';
import type { Db } from './database.ts';
import { eventTypes, organizations } from './schema.ts';

/** An event type that an organization registered. */
export interface RegisteredEventType {
  dialect: string;
  name: string;
  description: string;
  /** JSON Schema of `data` as JSON text; null accepts anything. */
  schema: string | null;
  /** Example of `data` as JSON text. */
  example: string | null;
  createdAt: string;
  updatedAt: string;
}

export type NewEventType = Pick<RegisteredEventType, 'dialect' | 'name' | 'description' | 'schema' | 'example'>;

/** What publishing needs of an organization. */
export interface PublishRules {
  rejectUnknownEventTypes: boolean;
  /** JSON Schema text by `eventTypeKey`; null accepts anything. */
  schemas: ReadonlyMap<string, string | null>;
}

export type EventTypeStore = ReturnType<typeof createEventTypeStore>;

/** How long another process's change may go unnoticed, in milliseconds. */
const CACHE_MS = 2_000;
const CACHE_ENTRIES = 1_000;

const DEFINITION = { shown: ['description'], named: ['schema', 'example'] } as const;

const columns = {
  dialect: eventTypes.dialect,
  name: eventTypes.name,
  description: eventTypes.description,
  schema: eventTypes.schema,
  example: eventTypes.example,
  createdAt: eventTypes.createdAt,
  updatedAt: eventTypes.updatedAt,
};

/** Key of an event type within an organization. */
export function eventTypeKey(dialect: string, name: string): string {
  return `${dialect}:${name}`;
}

/** Registered event types, with a short memory of each organization's rules: every publish asks for them. */
export function createEventTypeStore(db: Db) {
  const cache = new Map<string, { rules: Promise<PublishRules>; readAt: number }>();

  async function read(organizationId: string): Promise<PublishRules> {
    const [organization] = await db
      .select({ rejectUnknownEventTypes: organizations.rejectUnknownEventTypes })
      .from(organizations)
      .where(eq(organizations.id, organizationId));
    const rows = await db
      .select({ dialect: eventTypes.dialect, name: eventTypes.name, schema: eventTypes.schema })
      .from(eventTypes)
      .where(eq(eventTypes.organizationId, organizationId));
    return {
      rejectUnknownEventTypes: organization?.rejectUnknownEventTypes ?? false,
      schemas: new Map(rows.map((row) => [eventTypeKey(row.dialect, row.name), row.schema])),
    };
  }

  return {
    /** Adds it or replaces what was registered under its dialect and name. */
    async put(
      organizationId: string,
      type: NewEventType,
    ): Promise<{ eventType: RegisteredEventType; created: boolean }> {
      const { dialect, name, description, schema, example } = type;
      const result = await db.transaction(async (tx) => {
        const [standing] = await tx
          .select(columns)
          .from(eventTypes)
          .where(keyed(organizationId, dialect, name))
          .for('update');
        const [row] = await tx
          .insert(eventTypes)
          .values({ organizationId, ...type })
          .onConflictDoUpdate({
            target: [eventTypes.organizationId, eventTypes.dialect, eventTypes.name],
            set: { description, schema, example, updatedAt: sql`now()` },
          })
          .returning({ ...columns, created: sql<boolean>`xmax = 0` });
        if (!row) throw new Error('upsert into event_types returned no row');
        const { created, ...eventType } = row;
        const action = created ? 'event_type.created' : 'event_type.updated';
        const changes = standing ? changesBetween(standing, eventType, DEFINITION) : [];
        await writeDown(tx, [{ organizationId, action, subject: subjectOf(dialect, name), changes }]);
        return { eventType, created };
      });
      cache.delete(organizationId);
      return result;
    },

    /** All of an organization's, in no order; `dialect` null: of every dialect. */
    list(organizationId: string, dialect: string | null): Promise<RegisteredEventType[]> {
      const inDialect = dialect === null ? undefined : eq(eventTypes.dialect, dialect);
      return db
        .select(columns)
        .from(eventTypes)
        .where(and(eq(eventTypes.organizationId, organizationId), inDialect));
    },

    async get(organizationId: string, dialect: string, name: string): Promise<RegisteredEventType | null> {
      const [row] = await db
        .select(columns)
        .from(eventTypes)
        .where(keyed(organizationId, dialect, name));
      return row ?? null;
    },

    /** `false` when there was none. */
    async remove(organizationId: string, dialect: string, name: string): Promise<boolean> {
      const removed = await db.transaction(async (tx) => {
        const rows = await tx
          .delete(eventTypes)
          .where(keyed(organizationId, dialect, name))
          .returning({ name: eventTypes.name });
        const deed = { organizationId, action: 'event_type.deleted' as const, subject: subjectOf(dialect, name) };
        await writeDown(tx, rows.length > 0 ? [deed] : []);
        return rows.length > 0;
      });
      cache.delete(organizationId);
      return removed;
    },

    /** At most two seconds old; changes made through this process are seen at once. */
    publishRules(organizationId: string): Promise<PublishRules> {
      const known = cache.get(organizationId);
      if (known && performance.now() - known.readAt < CACHE_MS) return known.rules;
      if (cache.size >= CACHE_ENTRIES) cache.clear();
      const rules = read(organizationId);
      cache.set(organizationId, { rules, readAt: performance.now() });
      rules.catch(() => cache.delete(organizationId));
      return rules;
    },

    /** To be called when the organization's own settings have changed. */
    forget(organizationId: string): void {
      cache.delete(organizationId);
    },
  };
}

function subjectOf(dialect: string, name: string) {
  return { id: eventTypeKey(dialect, name), name };
}

function keyed(organizationId: string, dialect: string, name: string) {
  return and(eq(eventTypes.organizationId, organizationId), eq(eventTypes.dialect, dialect), eq(eventTypes.name, name));
}
