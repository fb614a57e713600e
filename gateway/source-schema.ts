import { z } from 'zod';
import { MASK } from '../domain/delivery/mask.ts';
import { RECEIPT_OUTCOMES } from '../store/receipt-table.ts';
import type { Source as StoredSource } from '../store/sources.ts';
import { dialectName, line, shownInstant } from './fields.ts';

const DAY_SECONDS = 24 * 3_600;
const MAX_OVERLAP_SECONDS = 7 * DAY_SECONDS;
/** How long the old secret is accepted along with a new one, unless the caller says otherwise. */
export const DEFAULT_OVERLAP_SECONDS = DAY_SECONDS;

const secret = z.string().min(1).max(512);
const headers = z
  .array(z.strictObject({ name: z.string().min(1).max(256), value: z.string().min(1).max(8_192) }))
  .max(100)
  .meta({ description: 'Every request must carry all of them; only where the dialect has receivers check headers.' });

export const NewSource = z
  .strictObject({
    dialect: dialectName.optional().meta({ description: "Default: the key's dialect, else `standard`." }),
    name: line(256).optional().meta({ description: 'For people.' }),
    secret: secret.optional().meta({
      description:
        'What the sender signs with. May come later: some systems make it when they are given the address. Until then ' +
        'everything is refused.',
    }),
    headers: headers.optional(),
  })
  .meta({ id: 'NewSource' });

export const SourcePatch = z
  .strictObject({
    name: line(256).optional(),
    secret: secret.nullish().meta({ description: 'The secret from now on; null takes all away.' }),
    overlapSeconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).optional().meta({
      description: 'How long the old secret is accepted along with a new one; 0: not at all. Default: one day.',
    }),
    headers: headers.optional(),
  })
  .meta({ id: 'SourcePatch', description: `Absent fields stay. A header value of ${MASK} keeps the stored one.` });

export const Source = z
  .object({
    id: z.string(),
    dialect: z.string(),
    name: z.string(),
    hasSecret: z.boolean(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).meta({ description: 'Values are masked.' }),
    createdAt: shownInstant,
  })
  .meta({ id: 'Source' });

export const SourceWithAddress = Source.extend({
  address: z.string().meta({
    description: 'Where the sender posts. Shown only this once: whoever knows it can send to it.',
  }),
}).meta({ id: 'SourceWithAddress' });

export const receiptOutcome = z.enum(RECEIPT_OUTCOMES);

export const Receipt = z
  .object({
    id: z.string(),
    outcome: receiptOutcome,
    reason: z.string().nullable().meta({ description: 'Which check failed, or what was odd.' }),
    sourceEventId: z.string().nullable().meta({ description: "The sender's id of the event, or what stands for one." }),
    eventId: z.string().nullable(),
    flag: z.string().nullable().meta({ description: "The event's flag." }),
    bodyBytes: z.int().meta({ description: 'As declared where the body was not read.' }),
    receivedAt: shownInstant,
  })
  .meta({ id: 'Receipt', description: 'An arrival at a source.' });

/** A source as the API shows it: header values masked, neither secret nor token. */
export function showSource({
  id,
  dialect,
  name,
  hasSecret,
  headerNames,
  createdAt,
}: StoredSource): z.output<typeof Source> {
  return { id, dialect, name, hasSecret, headers: headerNames.map((name) => ({ name, value: MASK })), createdAt };
}
