import { z } from 'zod';

/** Ids of validations and exceptions: UUIDs of any version, as in the document; shown in lower case. */
export const uuid = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be a UUID')
  .meta({ format: 'uuid' });

/** Parts of a cursor in lists by arrival. */
export const arrivalKey = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
] as const;
