import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { creationHeaders } from '../../../creation-headers.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { endpointSettings, endpointUrl } from '../../../endpoint-schema.ts';
import { switchEndpoint } from '../../../endpoint-standing.ts';
import { changeEndpoint, createWebhook, deleteEndpoint } from '../../../manage-endpoint.ts';
import { readIdCursor, toPage } from '../../../paging.ts';
import { eventListOf } from '../events.ts';
import { creationDefaults, endpointOf, endpointParams as params } from '../frame.ts';
import { inSnakeCase, listQuery, snakePageOf } from '../paging.ts';
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

    app.get(
      '/v1/webhooks',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listFltrWebhooks',
          summary: 'List webhooks, newest first',
          querystring: listQuery,
          response: { 200: snakePageOf(Webhook, 'FltrWebhookPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = { limit: limit + 1, after: readIdCursor(cursor), dialect: fltr.dialect, destination: 'webhook' };
        const rows = await deps.endpoints.list(request.organizationId, page);
        return inSnakeCase(toPage(rows, limit, (row) => [row.id], showWebhook));
      },
    );

    app.get(
      '/v1/webhooks/:id',
      {
        config: { access: 'read' },
        schema: { operationId: 'getFltrWebhook', summary: 'Get a webhook', params, response: { 200: Webhook } },
      },
      async (request) => showWebhook(await endpointOf(deps, fltr, request, request.params.id)),
    );

    app.patch(
      '/v1/webhooks/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateFltrWebhook',
          summary: 'Change a webhook',
          description: 'A webhook that was disabled, also by a rule, gets events again with `active: true`.',
          params,
          body: WebhookChange,
          response: { 200: Webhook },
        },
      },
      async (request) => {
        const { url, events, description, active } = request.body;
        const standing = await endpointOf(deps, fltr, request, request.params.id);
        const changed = await changeEndpoint(deps, standing, {
          url,
          eventTypes: events && [...new Set(events)],
          description: description === null ? '' : description,
        });
        return showWebhook(await switchEndpoint(deps, changed, active));
      },
    );

    app.delete(
      '/v1/webhooks/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'deleteFltrWebhook',
          summary: 'Delete a webhook',
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await deleteEndpoint(deps, await endpointOf(deps, fltr, request, request.params.id));
        return reply.code(204).send(null);
      },
    );
  };
}
