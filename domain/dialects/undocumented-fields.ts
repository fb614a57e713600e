import { z } from 'zod';
import type { EventTypeDefinition } from './catalogue.ts';

/**
 * Names of the fields of `data` that a system's document does not show for this type, its own level only. Empty where the
 * payload is ours: what a document leaves open cannot be exceeded.
 */
export function undocumentedFields(definition: EventTypeDefinition, data: Readonly<Record<string, unknown>>): string[] {
  const { schema, example, origin } = definition;
  if (origin !== 'document') return [];
  const named = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const known = new Set([...named, ...Object.keys(example)]);
  return Object.keys(data).filter((name) => !known.has(name));
}
