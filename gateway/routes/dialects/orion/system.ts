import { z } from 'zod';
import { MASK } from '../../../../domain/delivery/mask.ts';
import { uuidIds } from '../../../../domain/dialects/id-form.ts';
import type { Endpoint } from '../../../../store/endpoints.ts';
import { shownInstant } from '../../../fields.ts';
import { detailBody, showDetail } from '../detail-errors.ts';
import type { DialectSystem } from '../frame.ts';

/** Orion's API. Its document shows neither ids, which are UUIDs here, nor errors. */
export const orion: DialectSystem = {
  dialect: 'orion',
  keyHeader: 'authorization',
  endpointIds: uuidIds('ep'),
  showError: showDetail,
  errorBody: detailBody('OrionError'),
};

/** A webhook as it is read: the document's four fields, header values masked, and what it leaves out. */
export const Webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).meta({ description: 'Values are masked.' }),
    user_id: z.string().nullable(),
    presence_name: z.string().nullable(),
    events: z.array(z.string()).nullable().meta({ description: 'Linked events; null: none is linked by name.' }),
    active: z.boolean().meta({ description: 'Whether it gets events.' }),
    disabled_reason: z.string().nullable().meta({ description: 'Why it is not active; null while it is.' }),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'OrionWebhook' });

/** The answer to a creation. */
export const CreatedWebhook = Webhook.extend({
  secret: z.string().meta({ description: 'Signs the headers of Standard Webhooks. Shown only this once.' }),
}).meta({ id: 'OrionCreatedWebhook' });

/** The webhook that an endpoint is in Orion's words. */
export function showWebhook(endpoint: Endpoint): z.output<typeof Webhook> {
  return {
    id: orion.endpointIds.show(endpoint.id),
    url: endpoint.url,
    headers: endpoint.headerNames.map((name) => ({ name, value: MASK })),
    user_id: endpoint.userId,
    presence_name: endpoint.presenceName,
    events: endpoint.eventTypes,
    active: endpoint.disabledAt === null,
    disabled_reason: endpoint.disabledReason,
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
  };
}
