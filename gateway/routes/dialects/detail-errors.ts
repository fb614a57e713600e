import { z } from 'zod';
import type { ProblemDocument } from '../../errors.ts';

/** Errors as the web frameworks of Python write them, `{"detail": …}`, for systems whose documents show none. */
export function showDetail({ detail, code, errors, requestId }: ProblemDocument): object {
  return { detail, code, ...(errors && { errors }), ...(requestId !== undefined && { request_id: requestId }) };
}

/** Schema of what `showDetail` returns; `id` names the component. */
export function detailBody(id: string) {
  return z
    .object({
      detail: z.string(),
      code: z.string(),
      errors: z.array(z.object({ field: z.string(), rule: z.string() })).optional(),
      request_id: z.string().optional(),
    })
    .meta({ id });
}
