import { z } from 'zod';
import type { EventTypeDefinition } from '../domain/dialects/catalogue.ts';
import { catalogueOf, eventTypeOf } from '../domain/dialects/catalogues.ts';
import { DIALECT_NAMES } from '../domain/dialects/wires.ts';
import type { RegisteredEventType } from '../store/event-types.ts';

/** An event type as the API shows it. */
export interface ShownEventType {
  dialect: string;
  name: string;
  description: string;
  schema: Record<string, unknown> | null;
  example: Record<string, unknown> | null;
  origin: 'built_in' | 'registered';
  /** Null for built-in ones. */
  createdAt: string | null;
  updatedAt: string | null;
}

/** The catalogues' event types; `dialect` null: of every dialect. */
export function builtInEventTypes(dialect: string | null): ShownEventType[] {
  return (dialect === null ? DIALECT_NAMES : [dialect]).flatMap((name) =>
    (catalogueOf(name)?.eventTypes ?? []).map((type) => showBuiltIn(name, type)),
  );
}

/** One of them, or undefined. */
export function builtInEventType(dialect: string, name: string): ShownEventType | undefined {
  const type = eventTypeOf(dialect, name);
  return type && showBuiltIn(dialect, type);
}

/** A registered type, its stored texts parsed. */
export function showRegistered(type: RegisteredEventType): ShownEventType {
  return { ...type, schema: parsed(type.schema), example: parsed(type.example), origin: 'registered' };
}

const shown = new Map<EventTypeDefinition, ShownEventType>();

function showBuiltIn(dialect: string, type: EventTypeDefinition): ShownEventType {
  let value = shown.get(type);
  if (!value) {
    const { name, description, example } = type;
    const schema = z.toJSONSchema(type.schema, { unrepresentable: 'any', io: 'input' }) as Record<string, unknown>;
    value = { dialect, name, description, schema, example, origin: 'built_in', createdAt: null, updatedAt: null };
    shown.set(type, value);
  }
  return value;
}

function parsed(text: string | null): Record<string, unknown> | null {
  return text === null ? null : JSON.parse(text);
}
