import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { creationHeaders } from '../../../creation-headers.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { endpointSettings, endpointUrl } from '../../../endpoint-schema.ts';
import { switchEndpoint } from '../../../endpoint-standing.ts';
import { changeEndpoint, createWebhook } from '../../../manage-endpoint.ts';
import { eventListOf } from '../events.ts';
import { creationDefaults, endpointOf, endpointParams as params, takeOver } from '../frame.ts';
import { webhookResource } from '../webhook-resource.ts';
import { CreatedWebhook, fltr, showWebhook, Webhook } from './system.ts';

/** Fields that no document names are passed over, as a client of the real system expects. */
const NewWebhook = z
  .object({
    url: endpointUrl,
    events: eventListOf(fltr.dialect),
    description: endpointSettings.description.nullable(),
    active: z.boolean().optional().meta({ description: 'Default: true.' }),
  })
  .meta({ id: 'FltrNewWebhook' });

const WebhookChange = NewWebhook.partial().meta({ id: 'FltrWebhookChange', description: 'Absent fields stay.' });

/** FLTR's webhooks: create, list, get, change, delete. */
export function fltrWebhooks(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const webhooks = webhookResource(deps, {
    system: fltr,
    title: 'Fltr',
    webhook: Webhook,
    show: async (_, endpoints) => endpoints.map(showWebhook),
  });

  return async (app) => {
    app.post(
      '/v1/webhooks',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'createFltrWebhook',
          summary: 'Create a webhook',
          headers: creationHeaders,
          body: NewWebhook,
          response: { 201: CreatedWebhook },
        },
      },
      async (request, reply) => {
        const { url, events, description, active } = request.body;
        const { endpoint, secret } = await createWebhook(deps, request.organizationId, {
          ...creationDefaults(fltr, request),
          url,
          eventTypes: [...new Set(events)],
          description: description ?? '',
          disabled: active === false,
        });
        // The schema of the answer leaves only the document's fields.
        return reply.code(201).send({ ...showWebhook(endpoint), secret: secret.value });
      },
    );

    webhooks.list(app, '/v1/webhooks');
    webhooks.get(app, '/v1/webhooks/:id');

    app.patch(
      '/v1/webhooks/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateFltrWebhook',
          summary: 'Change a webhook',
          description: 'A webhook that was disabled, also by a rule, gets events again with `active: true`.',
          params,
          headers: creationHeaders,
          body: WebhookChange,
          response: { 200: Webhook },
        },
      },
      async (request) => {
        const { url, events, description, active } = request.body;
        const makeOwn = takeOver(deps, fltr, request);
        const standing = await endpointOf(deps, fltr, request, request.params.id);
        const changed = await changeEndpoint(deps, standing, {
          url,
          eventTypes: events && [...new Set(events)],
          description: description === null ? '' : description,
        });
        const own = await makeOwn(changed);
        return showWebhook(await switchEndpoint(deps, own, active));
      },
    );

    webhooks.delete(app, '/v1/webhooks/:id');
  };
}
