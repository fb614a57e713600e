import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Endpoint } from '../../../store/endpoints.ts';
import type { GatewayDependencies } from '../../dependencies.ts';
import { deleteEndpoint } from '../../manage-endpoint.ts';
import { readIdCursor, toPage } from '../../paging.ts';
import { type DialectSystem, endpointOf, endpointParams as params } from './frame.ts';
import { inSnakeCase, listQuery, snakePageOf } from './paging.ts';

/** How one system shows its webhooks. */
export interface WebhookLook<Webhook extends z.ZodType> {
  system: DialectSystem;
  /** The system in the names of operations and components: `Fltr` makes `listFltrWebhooks` and `FltrWebhookPage`. */
  title: string;
  /** Schema of a webhook as it is read. */
  webhook: Webhook;
  /** The webhooks that an organization's endpoints are in the system's words, in the same order. */
  show(organizationId: string, endpoints: readonly Endpoint[]): Promise<z.output<Webhook>[]>;
}

type App = Parameters<FastifyPluginAsyncZod>[0];

/** The routes that the webhooks of every system have. Each is mounted by itself, at the path in the system's document. */
export interface WebhookResource<Webhook extends z.ZodType> {
  list(app: App, path: string): void;
  /** The path, or the prefix of `app`, has the parameter `id`. */
  get(app: App, path: string): void;
  /** The path, or the prefix of `app`, has the parameter `id`. */
  delete(app: App, path: string): void;
  /** What `get` answers with, for the system's other routes. */
  showOne(endpoint: Endpoint): Promise<z.output<Webhook>>;
}

/**
 * A system's webhooks: the caller's endpoints of its dialect with the destination `webhook`. All others are missing in the list,
 * and 404 by `endpointOf`.
 */
export function webhookResource<Webhook extends z.ZodType>(
  deps: GatewayDependencies,
  look: WebhookLook<Webhook>,
): WebhookResource<Webhook> {
  return {
    list: (app, path) => mountList(app, path, deps, look),
    get: (app, path) => mountGet(app, path, deps, look),
    delete: (app, path) => mountDelete(app, path, deps, look),
    showOne: (endpoint) => showOne(look, endpoint),
  };
}

async function showOne<Webhook extends z.ZodType>(
  { show }: WebhookLook<Webhook>,
  endpoint: Endpoint,
): Promise<z.output<Webhook>> {
  const [shown] = await show(endpoint.organizationId, [endpoint]);
  return shown as z.output<Webhook>;
}

function mountList<Webhook extends z.ZodType>(
  app: App,
  path: string,
  deps: GatewayDependencies,
  { system: { dialect }, title, webhook, show }: WebhookLook<Webhook>,
): void {
  app.get(
    path,
    {
      config: { access: 'read' },
      schema: {
        operationId: `list${title}Webhooks`,
        summary: 'List webhooks, newest first',
        querystring: listQuery,
        response: { 200: snakePageOf(webhook, `${title}WebhookPage`) },
      },
    },
    async ({ organizationId, query: { limit, cursor } }) => {
      const page = { limit: limit + 1, after: readIdCursor(cursor), dialect, destination: 'webhook' };
      const rows = await deps.endpoints.list(organizationId, page);
      const { data, nextCursor } = toPage(
        rows,
        limit,
        (row) => [row.id],
        (row) => row,
      );
      return inSnakeCase({ data: await show(organizationId, data), nextCursor });
    },
  );
}

function mountGet<Webhook extends z.ZodType>(
  app: App,
  path: string,
  deps: GatewayDependencies,
  look: WebhookLook<Webhook>,
): void {
  const { system, title } = look;
  // Fastify cannot tell what a schema answers with while it is generic; that `show` fits it is in the type of the look.
  const webhook: z.ZodType = look.webhook;
  app.get(
    path,
    {
      config: { access: 'read' },
      schema: { operationId: `get${title}Webhook`, summary: 'Get a webhook', params, response: { 200: webhook } },
    },
    async (request) => showOne(look, await endpointOf(deps, system, request, request.params.id)),
  );
}

function mountDelete<Webhook extends z.ZodType>(
  app: App,
  path: string,
  deps: GatewayDependencies,
  { system, title }: WebhookLook<Webhook>,
): void {
  app.delete(
    path,
    {
      config: { access: 'manage' },
      schema: {
        operationId: `delete${title}Webhook`,
        summary: 'Delete a webhook',
        params,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await deleteEndpoint(deps, await endpointOf(deps, system, request, request.params.id));
      return reply.code(204).send(null);
    },
  );
}
