import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { creationHeaders } from '../../../creation-headers.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { endpointUrl } from '../../../endpoint-schema.ts';
import { rotateSecret, switchEndpoint } from '../../../endpoint-standing.ts';
import { changeEndpoint, createWebhook, knownWire } from '../../../manage-endpoint.ts';
import { eventListOf, subscribedEvents } from '../events.ts';
import { creationDefaults, endpointOf, endpointParams as params, takeOver } from '../frame.ts';
import { webhookResource } from '../webhook-resource.ts';
import { autoExportOf, checkAutoExport, optionsOf, WantedAutoExport } from './auto-export.ts';
import { CreatedWebhook, flexorch, showWebhook, Webhook } from './system.ts';

const secret = z.string().superRefine((text, ctx) => {
  const rule = knownWire(flexorch.dialect).secret.check(text);
  if (rule !== undefined) ctx.addIssue({ code: 'custom', message: rule });
});

/** Fields that no document names are passed over, as a client of the real system expects. */
const NewWebhook = z
  .object({
    url: endpointUrl,
    events: eventListOf(flexorch.dialect),
    secret: secret.nullish().meta({ description: 'Default: a fresh one, which the answer shows.' }),
    auto_export: WantedAutoExport.nullish().meta({ description: 'Takes `dataset.ready` among the events.' }),
    active: z.boolean().optional().meta({ description: 'Default: true.' }),
  })
  .meta({ id: 'FlexorchNewWebhook' });

const WebhookChange = NewWebhook.partial()
  .extend({ secret: secret.optional().meta({ description: 'Signs from the next attempt on.' }) })
  .meta({ id: 'FlexorchWebhookChange', description: 'Absent fields stay; `auto_export: null` takes it away.' });

/** FlexOrch's webhooks: register, list, get, change, delete. */
export function flexorchWebhooks(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const webhooks = webhookResource(deps, {
    system: flexorch,
    title: 'Flexorch',
    webhook: Webhook,
    show: async (_, endpoints) => endpoints.map(showWebhook),
  });

  return async (app) => {
    app.post(
      '/v1/webhooks',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'createFlexorchWebhook',
          summary: 'Register a webhook',
          headers: creationHeaders,
          body: NewWebhook,
          response: { 201: CreatedWebhook },
        },
      },
      async (request, reply) => {
        const { url, events, auto_export: autoExport, active } = request.body;
        const defaults = creationDefaults(flexorch, request);
        const options = optionsOf(autoExport ?? null);
        await checkAutoExport(deps, request.organizationId, options.autoExport ?? null, events);
        const { endpoint, secret } = await createWebhook(deps, request.organizationId, {
          ...defaults,
          url,
          secret: request.body.secret ?? defaults.secret,
          eventTypes: [...new Set(events)],
          options: { ...options },
          disabled: active === false,
        });
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
          operationId: 'updateFlexorchWebhook',
          summary: 'Change a webhook',
          params,
          headers: creationHeaders,
          body: WebhookChange,
          response: { 200: Webhook },
        },
      },
      async (request) => {
        const { url, events, secret, auto_export: autoExport, active } = request.body;
        const makeOwn = takeOver(deps, flexorch, request);
        const standing = await endpointOf(deps, flexorch, request, request.params.id);
        const options = autoExport === undefined ? undefined : optionsOf(autoExport);
        if (options || events) {
          const after = options ? (options.autoExport ?? null) : autoExportOf(standing.options);
          await checkAutoExport(deps, standing.organizationId, after, events ?? subscribedEvents(standing));
        }
        const changed = await changeEndpoint(deps, standing, {
          url,
          eventTypes: events && [...new Set(events)],
          options: options && { ...options },
        });
        const rotated = secret === undefined ? changed : (await rotateSecret(deps, changed, { secret }, 0)).endpoint;
        const own = await makeOwn(rotated);
        return showWebhook(await switchEndpoint(deps, own, active));
      },
    );

    webhooks.delete(app, '/v1/webhooks/:id');
  };
}
