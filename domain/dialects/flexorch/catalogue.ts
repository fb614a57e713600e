import { z } from 'zod';
import type { DialectCatalogue, EventTypeDefinition } from '../catalogue.ts';

const eventTypes: EventTypeDefinition[] = [
  {
    name: 'job.completed',
    description: 'A processing job finishes successfully.',
    schema: z.looseObject({
      job_id: z.string(),
      status: z.string(),
      quality_grade: z.string(),
      pii_findings_count: z.int().nonnegative(),
    }),
    example: { job_id: 'job_abc123', status: 'completed', quality_grade: 'A', pii_findings_count: 2 },
    origin: 'document',
  },
  {
    name: 'job.failed',
    description: 'A processing job fails.',
    schema: z.looseObject({ job_id: z.string(), status: z.string(), error: z.string().optional() }),
    example: { job_id: 'job_abc123', status: 'failed', error: 'The source file could not be read.' },
    origin: 'ours',
  },
  {
    name: 'dataset.ready',
    description: 'A dataset build completes; an automatic export is in the bucket by then.',
    schema: z.looseObject({
      dataset_id: z.string(),
      status: z.string(),
      record_count: z.int().nonnegative().optional(),
    }),
    example: { dataset_id: 'ds_abc123', status: 'ready', record_count: 1200 },
    origin: 'ours',
  },
];

/**
 * FlexOrch's three events; closed. `data` holds the flat body's fields without `event` and `timestamp`.
 * Source: FlexOrch document, "Supported Events" and "Payload".
 */
export const flexorchCatalogue: DialectCatalogue = { dialect: 'flexorch', eventTypes, open: false };
