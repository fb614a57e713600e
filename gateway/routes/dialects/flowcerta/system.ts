import { z } from 'zod';
import { uuidIds } from '../../../../domain/dialects/id-form.ts';
import type { Endpoint } from '../../../../store/endpoints.ts';
import { shownInstant } from '../../../fields.ts';
import { subscribedEvents } from '../events.ts';
import type { DialectSystem } from '../frame.ts';

/** Flowcerta's API. Its ids are UUIDs, like those in its payloads. No document shows an error of it: their look is ours. */
export const flowcerta: DialectSystem = {
  dialect: 'flowcerta',
  keyHeader: 'authorization',
  endpointIds: uuidIds('ep'),
  showError: ({ detail, code, errors, requestId }) => ({
    error: detail,
    code,
    ...(errors && { details: errors }),
    ...(requestId !== undefined && { request_id: requestId }),
  }),
  errorBody: z
    .object({
      error: z.string(),
      code: z.string(),
      details: z.array(z.object({ field: z.string(), rule: z.string() })).optional(),
      request_id: z.string().optional(),
    })
    .meta({ id: 'FlowcertaError' }),
};

/** How the body of a webhook's requests is formatted. */
export const target = z.enum(['generic', 'slack', 'teams']);

const shared = {
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  target,
  description: z.string(),
  active: z.boolean(),
  disabled_reason: z.string().nullable().meta({ description: 'Why it is not active; null while it is.' }),
  created_at: shownInstant,
  updated_at: shownInstant,
};

/** A webhook as it is read. */
export const Webhook = z
  .object({ ...shared, secret_preview: z.string().meta({ description: 'The last characters of the secret.' }) })
  .meta({ id: 'FlowcertaWebhook' });

/** The answer to a creation: with the secret in place of the preview. */
export const CreatedWebhook = z
  .object({ ...shared, secret: z.string().meta({ description: 'Shown only this once.' }) })
  .meta({ id: 'FlowcertaCreatedWebhook' });

/** The webhook that an endpoint is in Flowcerta's words, but for its secret. */
export function showWebhook(endpoint: Endpoint): Omit<z.output<typeof CreatedWebhook>, 'secret'> {
  return {
    id: flowcerta.endpointIds.show(endpoint.id),
    url: endpoint.url,
    events: subscribedEvents(endpoint),
    target: target.catch('generic').parse(endpoint.options.target),
    description: endpoint.description,
    active: endpoint.disabledAt === null,
    disabled_reason: endpoint.disabledReason,
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
  };
}
