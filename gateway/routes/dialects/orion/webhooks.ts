import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { creationHeaders } from '../../../creation-headers.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { endpointSettings, endpointUrl } from '../../../endpoint-schema.ts';
import { switchEndpoint } from '../../../endpoint-standing.ts';
import { changeEndpoint, createWebhook, type EndpointChange } from '../../../manage-endpoint.ts';
import { creationDefaults, endpointOf, endpointParams as params, takeOver } from '../frame.ts';
import { type WebhookResource, webhookResource } from '../webhook-resource.ts';
import { CreatedWebhook, orion, showWebhook, Webhook } from './system.ts';

/** Fields that are not known are passed over, as a client of the real system expects: also those of an answer, sent back. */
const NewWebhook = z
  .object({
    url: endpointUrl,
    headers: endpointSettings.headers.nullish(),
    user_id: endpointSettings.userId,
    presence_name: endpointSettings.presenceName,
    events: endpointSettings.eventTypes.meta({
      description: 'Events to link by name; with neither these nor `presence_name` it gets every event.',
    }),
  })
  .meta({ id: 'OrionNewWebhook' });

const WebhookChange = NewWebhook.partial()
  .extend({ active: z.boolean().optional() })
  .meta({ id: 'OrionWebhookChange', description: 'Absent fields stay.' });

type Given = z.output<typeof WebhookChange>;
type Resource = WebhookResource<typeof Webhook>;

/** What a request says, in our words; null takes a setting away. */
function toChange({ url, headers, user_id: userId, presence_name: presenceName, events }: Given): EndpointChange {
  return { url, headers: headers === null ? [] : headers, userId, presenceName, eventTypes: events };
}

/** Orion's webhooks: create, list, get, change, replace, delete. */
export function orionWebhooks(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const webhooks = webhookResource(deps, {
    system: orion,
    title: 'Orion',
    webhook: Webhook,
    show: async (_, endpoints) => endpoints.map(showWebhook),
  });

  return async (app) => {
    // The root of a prefix is served with and without a slash at the end: the document writes it with one.
    app.register(allWebhooks(deps, webhooks), { prefix: '/v1alpha/webhooks' });
    app.register(oneWebhook(deps, webhooks), { prefix: '/v1alpha/webhooks/:id' });
  };
}

function allWebhooks(deps: GatewayDependencies, webhooks: Resource): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'createOrionWebhook',
          summary: 'Create a webhook',
          headers: creationHeaders,
          body: NewWebhook,
          response: { 201: CreatedWebhook },
        },
      },
      async (request, reply) => {
        const { url } = request.body;
        const { endpoint, secret } = await createWebhook(deps, request.organizationId, {
          ...toChange(request.body),
          ...creationDefaults(orion, request),
          url,
        });
        return reply.code(201).send({ ...showWebhook(endpoint), secret: secret.value });
      },
    );

    webhooks.list(app, '/');
  };
}

function oneWebhook(deps: GatewayDependencies, webhooks: Resource): FastifyPluginAsyncZod {
  return async (app) => {
    webhooks.get(app, '/');

    app.patch(
      '/',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateOrionWebhook',
          summary: 'Change a webhook',
          description: 'A header value sent back masked keeps the stored one.',
          params,
          headers: creationHeaders,
          body: WebhookChange,
          response: { 200: Webhook },
        },
      },
      async (request) => {
        const makeOwn = takeOver(deps, orion, request);
        const standing = await endpointOf(deps, orion, request, request.params.id);
        const changed = await changeEndpoint(deps, standing, toChange(request.body));
        const own = await makeOwn(changed);
        return showWebhook(await switchEndpoint(deps, own, request.body.active));
      },
    );

    app.put(
      '/',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'replaceOrionWebhook',
          summary: 'Replace the settings of a webhook',
          description: 'What is absent is taken away. A header value sent back masked keeps the stored one.',
          params,
          body: NewWebhook,
          response: { 200: Webhook },
        },
      },
      async (request) => {
        const standing = await endpointOf(deps, orion, request, request.params.id);
        const nothing = { headers: null, user_id: null, presence_name: null, events: null };
        return showWebhook(await changeEndpoint(deps, standing, toChange({ ...nothing, ...request.body })));
      },
    );

    webhooks.delete(app, '/');
  };
}
