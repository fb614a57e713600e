import type { z } from 'zod';

/** One event type of a dialect: schema of `data`, an example that satisfies it, and whose words they are. */
export interface EventTypeDefinition {
  name: string;
  description: string;
  /** Checks `data`; unknown extra fields are kept. */
  schema: z.ZodType<Record<string, unknown>>;
  example: Record<string, unknown>;
  /** `document`: field for field from the system's document. `ours`: the document shows no payload. */
  origin: 'document' | 'ours';
  /** Raised by Waybill alone: publishing it is refused. */
  reserved?: true;
}

/** The catalogue half of a dialect; apart from `wire.ts`, because n8n's scanner refuses zod. */
export interface DialectCatalogue {
  dialect: string;
  eventTypes: readonly EventTypeDefinition[];
  /** `true`: types outside the catalogue are accepted unchecked (standard, orion). */
  open: boolean;
}
