import { z } from 'zod';
import { inWholeSeconds } from '../../../../domain/dialects/document-time.ts';
import { prefixedIds } from '../../../../domain/dialects/id-form.ts';
import type { Endpoint } from '../../../../store/endpoints.ts';
import { shownInstant } from '../../../fields.ts';
import { detailBody, showDetail } from '../detail-errors.ts';
import { subscribedEvents } from '../events.ts';
import type { DialectSystem } from '../frame.ts';
import { ShownAutoExport, showAutoExport } from './auto-export.ts';

/** FlexOrch's API. Its document shows no error; its receivers are in Python, so they look like that language's frameworks'. */
export const flexorch: DialectSystem = {
  dialect: 'flexorch',
  keyHeader: 'x-api-key',
  endpointIds: prefixedIds('ep', 'wh'),
  showError: showDetail,
  errorBody: detailBody('FlexorchError'),
};

/** A webhook as it is read (ours: the document shows no answer). */
export const Webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    auto_export: ShownAutoExport.nullable(),
    active: z.boolean(),
    disabled_reason: z.string().nullable().meta({ description: 'Why it is not active; null while it is.' }),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'FlexorchWebhook' });

/** The answer to a creation. */
export const CreatedWebhook = Webhook.extend({
  secret: z.string().meta({ description: 'Yours, or the one generated. Shown only this once.' }),
}).meta({ id: 'FlexorchCreatedWebhook' });

/** The webhook that an endpoint is in FlexOrch's words. */
export function showWebhook(endpoint: Endpoint): z.output<typeof Webhook> {
  return {
    id: flexorch.endpointIds.show(endpoint.id),
    url: endpoint.url,
    events: subscribedEvents(endpoint),
    auto_export: showAutoExport(endpoint.options),
    active: endpoint.disabledAt === null,
    disabled_reason: endpoint.disabledReason,
    created_at: inWholeSeconds(endpoint.createdAt),
    updated_at: inWholeSeconds(endpoint.updatedAt),
  };
}
