import { z } from 'zod';

/** A problem as answers show it, see `docs/errors.md`. */
export const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'The contract; the texts may improve.' }),
    detail: z.string(),
    errors: z
      .array(z.object({ field: z.string(), rule: z.string() }))
      .readonly()
      .optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });
