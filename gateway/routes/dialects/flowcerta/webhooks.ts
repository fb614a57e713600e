import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Endpoint } from '../../../../store/endpoints.ts';
import { creationHeaders } from '../../../creation-headers.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { endpointSettings, endpointUrl } from '../../../endpoint-schema.ts';
import { switchEndpoint } from '../../../endpoint-standing.ts';
import { changeEndpoint, createWebhook, deleteEndpoint } from '../../../manage-endpoint.ts';
import { readIdCursor, toPage } from '../../../paging.ts';
import { eventListOf } from '../events.ts';
import { creationDefaults, endpointOf, endpointParams as params } from '../frame.ts';
import { inSnakeCase, listQuery, snakePageOf } from '../paging.ts';
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
  const show = async (organizationId: string, endpoints: readonly Endpoint[]) => {
    const ids = endpoints.map(({ id }) => id);
    const previews = await deps.endpoints.secretPreviews(organizationId, ids);
    return endpoints.map((endpoint) => ({ ...showWebhook(endpoint), secret_preview: previews.get(endpoint.id) ?? '' }));
  };
  const showOne = async (endpoint: Endpoint) =>
    (await show(endpoint.organizationId, [endpoint]))[0] as z.output<typeof Webhook>;

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

    app.get(
      '/api/v1/org-webhooks',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listFlowcertaWebhooks',
          summary: 'List webhooks, newest first',
          querystring: listQuery,
          response: { 200: snakePageOf(Webhook, 'FlowcertaWebhookPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = {
          limit: limit + 1,
          after: readIdCursor(cursor),
          dialect: flowcerta.dialect,
          destination: 'webhook',
        };
        const rows = await deps.endpoints.list(request.organizationId, page);
        const { data, nextCursor } = toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => row,
        );
        return inSnakeCase({ data: await show(request.organizationId, data), nextCursor });
      },
    );

    app.get(
      '/api/v1/org-webhooks/:id',
      {
        config: { access: 'read' },
        schema: { operationId: 'getFlowcertaWebhook', summary: 'Get a webhook', params, response: { 200: Webhook } },
      },
      async (request) => showOne(await endpointOf(deps, flowcerta, request, request.params.id)),
    );

    app.patch(
      '/api/v1/org-webhooks/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateFlowcertaWebhook',
          summary: 'Change a webhook',
          description: 'A webhook that is disabled gets events again with `active: true`.',
          params,
          body: WebhookChange,
          response: { 200: Webhook },
        },
      },
      async (request) => {
        const { url, events, target: wanted, description, active } = request.body;
        const standing = await endpointOf(deps, flowcerta, request, request.params.id);
        const changed = await changeEndpoint(deps, standing, {
          url,
          eventTypes: events && [...new Set(events)],
          options: wanted && { ...standing.options, target: wanted },
          description: description === null ? '' : description,
        });
        return showOne(await switchEndpoint(deps, changed, active));
      },
    );

    app.delete(
      '/api/v1/org-webhooks/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'deleteFlowcertaWebhook',
          summary: 'Delete a webhook',
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await deleteEndpoint(deps, await endpointOf(deps, flowcerta, request, request.params.id));
        return reply.code(204).send(null);
      },
    );
  };
}
