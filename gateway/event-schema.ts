import { z } from 'zod';
import { dialectName, eventTypeName, ID, instant, line } from './fields.ts';

/** An event as it is published; `data` of closed dialects is checked against the catalogue afterwards. */
export const NewEvent = z
  .strictObject({
    type: eventTypeName,
    data: z.record(z.string(), z.unknown()).meta({ description: 'What happened; an object.' }),
    dialect: dialectName.optional().meta({ description: "Default: the key's dialect, else `standard`." }),
    id: z
      .string()
      .regex(ID, 'must be 1 to 64 letters, digits, _ or -')
      .optional()
      .meta({ description: 'Id of the event, unique in the organization. The same again is answered with 200.' }),
    occurredAt: instant.optional().meta({ description: 'Default: now.' }),
    presenceName: line(256).optional().meta({ description: 'Matches endpoints of this presence name.' }),
    userId: line(256).optional().meta({ description: 'Only endpoints of this user, or of none, match.' }),
    to: z
      .array(z.string().regex(ID))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Ids of the endpoints that alone get it, whatever they subscribe to.' }),
  })
  .meta({ id: 'NewEvent' });
export type NewEvent = z.output<typeof NewEvent>;

export const Accepted = z.object({ id: z.string().meta({ description: 'Id of the event.' }) }).meta({ id: 'Accepted' });

/** Visible ASCII, so that it reads the same in every log. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters');

/** The header of publishing calls. */
export const publishHeaders = z.object({
  'idempotency-key': idempotencyKey.optional().meta({
    description: 'Names this call: the same again is answered with the first result.',
  }),
});
