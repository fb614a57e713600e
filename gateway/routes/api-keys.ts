import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SCOPES } from '../../store/api-keys.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { dialectName, idParam, line, shownInstant } from '../fields.ts';
import { pageOf, pageQuery, readIdCursor, toPage } from '../paging.ts';

const scope = z.enum(SCOPES);

const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().meta({ description: 'First characters, to tell keys apart.' }),
    scopes: z.array(scope),
    dialect: z.string().nullable().meta({ description: 'Of events and endpoints that name none.' }),
    createdAt: shownInstant,
  })
  .meta({ id: 'ApiKey' });

const NewApiKey = z
  .strictObject({
    name: line(256),
    scopes: z.array(scope).min(1).max(SCOPES.length).optional().meta({ description: 'Default: all the caller has.' }),
    dialect: dialectName.optional(),
  })
  .meta({ id: 'NewApiKey' });

const ApiKeyWithSecret = ApiKey.extend({
  key: z.string().meta({ description: 'Shown only this once.' }),
}).meta({ id: 'ApiKeyWithSecret' });

/** API keys of an organization: create, list, revoke. */
export function apiKeyRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/organizations/:organizationId/api-keys',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'createApiKey',
          summary: 'Create an API key',
          tags: ['API keys'],
          params: z.object({ organizationId: idParam }),
          body: NewApiKey,
          response: { 201: ApiKeyWithSecret },
        },
      },
      async (request, reply) => {
        const { name, dialect } = request.body;
        const scopes = [...new Set(request.body.scopes ?? request.caller.scopes)];
        const lacking = scopes.find((wanted) => !request.caller.scopes.has(wanted));
        if (lacking !== undefined) {
          throw new Problem('missing_scope', `A key cannot give the scope ${lacking}, which it has not itself.`);
        }
        const created = await deps.apiKeys.create(request.organizationId, { name, scopes, dialect: dialect ?? null });
        return reply.code(201).send({ ...created.key, key: created.secret });
      },
    );

    app.get(
      '/v1/organizations/:organizationId/api-keys',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'listApiKeys',
          summary: 'List API keys that are not revoked, newest first',
          tags: ['API keys'],
          params: z.object({ organizationId: idParam }),
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(ApiKey, 'ApiKeyPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = { limit: limit + 1, after: readIdCursor(cursor) };
        const rows = await deps.apiKeys.list(request.organizationId, page);
        return toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => row,
        );
      },
    );

    app.delete(
      '/v1/organizations/:organizationId/api-keys/:id',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'revokeApiKey',
          summary: 'Revoke an API key',
          tags: ['API keys'],
          params: z.object({ organizationId: idParam, id: idParam }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const revoked = await deps.apiKeys.revoke(request.organizationId, request.params.id);
        if (!revoked) throw new Problem('not_found', 'There is no key of this id that could be revoked.');
        return reply.code(204).send(null);
      },
    );
  };
}
