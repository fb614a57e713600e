import { z } from 'zod';
import { inWholeSeconds } from '../../../../domain/dialects/document-time.ts';
import { prefixedIds } from '../../../../domain/dialects/id-form.ts';
import type { Endpoint } from '../../../../store/endpoints.ts';
import { shownInstant } from '../../../fields.ts';
import { subscribedEvents } from '../events.ts';
import type { DialectSystem } from '../frame.ts';

/**
 * FLTR's API. No document shows an error of it: they look like the `error` in its `document.processing_failed` event.
 */
export const fltr: DialectSystem = {
  dialect: 'fltr',
  keyHeader: 'authorization',
  endpointIds: prefixedIds('ep', 'wh'),
  showError: ({ code, title, detail, errors, requestId }) => ({
    error: {
      code,
      message: title,
      details: errors ? errors.map(({ field, rule }) => `${field}: ${rule}`).join('; ') : detail,
      ...(requestId !== undefined && { request_id: requestId }),
    },
  }),
  errorBody: z
    .object({
      error: z.object({
        code: z.string(),
        message: z.string(),
        details: z.string(),
        request_id: z.string().optional(),
      }),
    })
    .meta({ id: 'FltrError' }),
};

/** The answer to a creation: the fields of the document's example, no more, in its order. */
export const CreatedWebhook = z
  .object({
    webhook_id: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    secret: z.string().meta({ description: 'Shown only this once.' }),
    created_at: shownInstant,
    active: z.boolean(),
  })
  .meta({ id: 'FltrCreatedWebhook' });

/** A webhook as it is read: without its secret, with what the document's example leaves out. */
export const Webhook = z
  .object({
    webhook_id: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    description: z.string(),
    created_at: shownInstant,
    active: z.boolean(),
    disabled_reason: z.string().nullable().meta({ description: 'Why it is not active; null while it is.' }),
  })
  .meta({ id: 'FltrWebhook' });

/** The webhook that an endpoint is in FLTR's words. */
export function showWebhook(endpoint: Endpoint): z.output<typeof Webhook> {
  return {
    webhook_id: fltr.endpointIds.show(endpoint.id),
    url: endpoint.url,
    events: subscribedEvents(endpoint),
    description: endpoint.description,
    created_at: inWholeSeconds(endpoint.createdAt),
    active: endpoint.disabledAt === null,
    disabled_reason: endpoint.disabledReason,
  };
}
