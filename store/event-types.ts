import { and, eq, sql } from 'drizzle-orm';
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
      const { description, schema, example } = type;
      const [row] = await db
        .insert(eventTypes)
        .values({ organizationId, ...type })
        .onConflictDoUpdate({
          target: [eventTypes.organizationId, eventTypes.dialect, eventTypes.name],
          set: { description, schema, example, updatedAt: sql`now()` },
        })
        .returning({ ...columns, created: sql<boolean>`xmax = 0` });
      if (!row) throw new Error('upsert into event_types returned no row');
      cache.delete(organizationId);
      const { created, ...eventType } = row;
      return { eventType, created };
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
      const rows = await db
        .delete(eventTypes)
        .where(keyed(organizationId, dialect, name))
        .returning({ name: eventTypes.name });
      cache.delete(organizationId);
      return rows.length > 0;
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

function keyed(organizationId: string, dialect: string, name: string) {
  return and(eq(eventTypes.organizationId, organizationId), eq(eventTypes.dialect, dialect), eq(eventTypes.name, name));
}
