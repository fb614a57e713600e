import { z } from 'zod';
import type { DialectCatalogue, EventTypeDefinition } from '../catalogue.ts';

const eventTypes: EventTypeDefinition[] = [
  {
    name: 'job.completed',
    description: 'An analysis job completes.',
    // All optional: the document names the occasion and no field, so nothing may be refused for lacking one of ours.
    schema: z.looseObject({ job_id: z.string().optional(), status: z.string().optional() }),
    example: { job_id: 'job_abc123', status: 'completed', presence_name: 'job-notifications' },
    origin: 'ours',
  },
];

/** Orion's document lists no types ("such as when analysis jobs complete"): one is built in, any other passes unchecked. */
export const orionCatalogue: DialectCatalogue = { dialect: 'orion', eventTypes, open: true };
