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
import { CreatedWebhook, flowcerta, showWebhook, target, Webhook } from './system.ts';

/** Fields that are not known are passed over, as a client of the real system expects. */
const NewWebhook = z
  .object({
    url: endpointUrl,
    events: eventListOf(flowcerta.dialect),
    target: target.optional().meta({ description: 'Default: `generic`, the envelope as it is.' }),
    description: endpointSettings.description.nullable(),
    active: z.boolean().optional().meta({ description: 'Default: true.' }),
  })
  .meta({ id: 'FlowcertaNewWebhook' });

const WebhookChange = NewWebhook.partial().meta({ id: 'FlowcertaWebhookChange', description: 'Absent fields stay.' });

/** Flowcerta's webhooks of an organization: create, list, get, change, delete. */
export function flowcertaWebhooks(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const webhooks = webhookResource(deps, {
    system: flowcerta,
    title: 'Flowcerta',
    webhook: Webhook,
    async show(organizationId, endpoints) {
      const ids = endpoints.map(({ id }) => id);
      const previews = await deps.endpoints.secretPreviews(organizationId, ids);
      return endpoints.map((endpoint) => ({
        ...showWebhook(endpoint),
        secret_preview: previews.get(endpoint.id) ?? '',
      }));
    },
  });

  return async (app) => {
    app.post(
      '/api/v1/org-webhooks',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'createFlowcertaWebhook',
          summary: 'Create a webhook',
          headers: creationHeaders,
          body: NewWebhook,
          response: { 201: CreatedWebhook },
        },
      },
      async (request, reply) => {
        const { url, events, target: wanted = 'generic', description, active } = request.body;
        const { endpoint, secret } = await createWebhook(deps, request.organizationId, {
          ...creationDefaults(flowcerta, request),
          url,
          eventTypes: [...new Set(events)],
          options: { target: wanted },
          description: description ?? '',
          disabled: active === false,
        });
        return reply.code(201).send({ ...showWebhook(endpoint), secret: secret.value });
      },
    );

    webhooks.list(app, '/api/v1/org-webhooks');
    webhooks.get(app, '/api/v1/org-webhooks/:id');

    app.patch(
      '/api/v1/org-webhooks/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateFlowcertaWebhook',
          summary: 'Change a webhook',
          description: 'A webhook that is disabled gets events again with `active: true`.',
          params,
          headers: creationHeaders,
          body: WebhookChange,
          response: { 200: Webhook },
        },
      },
      async (request) => {
        const { url, events, target: wanted, description, active } = request.body;
        const makeOwn = takeOver(deps, flowcerta, request);
        const standing = await endpointOf(deps, flowcerta, request, request.params.id);
        const changed = await changeEndpoint(deps, standing, {
          url,
          eventTypes: events && [...new Set(events)],
          options: wanted && { ...standing.options, target: wanted },
          description: description === null ? '' : description,
        });
        const own = await makeOwn(changed);
        return webhooks.showOne(await switchEndpoint(deps, own, active));
      },
    );

    webhooks.delete(app, '/api/v1/org-webhooks/:id');
  };
}
