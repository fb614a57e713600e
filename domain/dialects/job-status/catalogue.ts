import { z } from 'zod';
import type { DialectCatalogue, EventTypeDefinition } from '../catalogue.ts';

/** The document names five types and shows no payload: these are ours, in the manner of its job routes. */
const eventTypes: EventTypeDefinition[] = [
  {
    name: 'job.created',
    description: 'New async job created.',
    schema: z.looseObject({ job_id: z.string(), status: z.string() }),
    example: { job_id: 'job_abc123', status: 'created', created_at: '2024-01-15T10:29:00Z' },
    origin: 'ours',
  },
  {
    name: 'job.processing',
    description: 'Job started processing.',
    schema: z.looseObject({ job_id: z.string(), status: z.string() }),
    example: { job_id: 'job_abc123', status: 'processing', started_at: '2024-01-15T10:29:05Z' },
    origin: 'ours',
  },
  {
    name: 'job.completed',
    description: 'Job completed successfully.',
    schema: z.looseObject({ job_id: z.string(), status: z.string() }),
    example: { job_id: 'job_abc123', status: 'completed', completed_at: '2024-01-15T10:30:00Z' },
    origin: 'ours',
  },
  {
    name: 'job.failed',
    description: 'Job failed with error.',
    schema: z.looseObject({
      job_id: z.string(),
      status: z.string(),
      error: z.looseObject({ code: z.string(), message: z.string() }),
    }),
    example: {
      job_id: 'job_abc123',
      status: 'failed',
      error: { code: 'input_unreadable', message: 'The input file could not be read.' },
    },
    origin: 'ours',
  },
  {
    name: 'job.cancelled',
    description: 'Job was cancelled.',
    schema: z.looseObject({ job_id: z.string(), status: z.string() }),
    example: { job_id: 'job_abc123', status: 'cancelled', cancelled_at: '2024-01-15T10:29:30Z' },
    origin: 'ours',
  },
];

/** The five job events; closed. Source: job-status document, "Event Types". */
export const jobStatusCatalogue: DialectCatalogue = { dialect: 'job-status', eventTypes, open: false };
