import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { checkOrderedExport } from '../auto-export.ts';
import { acknowledgeHeader, modeHeader } from '../creation-headers.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { shownSecret } from '../endpoint-rules.ts';
import {
  Endpoint,
  EndpointPatch,
  EndpointWithSecret,
  endpointDialect,
  NewEndpoint,
  showEndpoint,
} from '../endpoint-schema.ts';
import { DEFAULT_DIALECT, idParam } from '../fields.ts';
import { changeEndpoint, createEndpoint, deleteEndpoint, findEndpoint, knownWire } from '../manage-endpoint.ts';
import { pageOf, pageQuery, readIdCursor, toPage } from '../paging.ts';

const params = z.object({ id: idParam });

/** Endpoints: create, list, get, change, delete. */
export function endpointRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/endpoints',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'createEndpoint',
          summary: 'Create an endpoint',
          tags: ['endpoints'],
          body: NewEndpoint,
          response: { 201: EndpointWithSecret },
        },
      },
      async (request, reply) => {
        const given = request.body;
        const dialect = given.dialect ?? request.caller.dialect ?? DEFAULT_DIALECT;
        await checkOrderedExport(deps, request.organizationId, knownWire(dialect), given.options?.autoExport);
        const { endpoint, secret } = await createEndpoint(deps, request.organizationId, {
          ...given,
          dialect,
          acknowledge: given.acknowledge ?? acknowledgeHeader(request),
          mode: given.mode ?? modeHeader(request),
        });
        return reply.code(201).send({ ...showEndpoint(endpoint), ...shownSecret(secret) });
      },
    );

    app.get(
      '/v1/endpoints',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listEndpoints',
          summary: 'List endpoints, newest first',
          tags: ['endpoints'],
          querystring: z.strictObject({ ...pageQuery, dialect: endpointDialect.optional() }),
          response: { 200: pageOf(Endpoint, 'EndpointPage') },
        },
      },
      async (request) => {
        const { limit, cursor, dialect } = request.query;
        const page = { limit: limit + 1, after: readIdCursor(cursor), dialect: dialect ?? null };
        const rows = await deps.endpoints.list(request.organizationId, page);
        return toPage(rows, limit, (row) => [row.id], showEndpoint);
      },
    );

    app.get(
      '/v1/endpoints/:id',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getEndpoint',
          summary: 'Get an endpoint',
          tags: ['endpoints'],
          params,
          response: { 200: Endpoint },
        },
      },
      async (request) => showEndpoint(await findEndpoint(deps, request.organizationId, request.params.id)),
    );

    app.patch(
      '/v1/endpoints/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateEndpoint',
          summary: 'Change an endpoint',
          description: 'The next attempts follow the new settings, also those of deliveries under way.',
          tags: ['endpoints'],
          params,
          body: EndpointPatch,
          response: { 200: Endpoint },
        },
      },
      async (request) => {
        const { organizationId, body } = request;
        const standing = await findEndpoint(deps, organizationId, request.params.id);
        await checkOrderedExport(deps, organizationId, knownWire(standing.dialect), body.options?.autoExport);
        return showEndpoint(await changeEndpoint(deps, standing, body));
      },
    );

    app.delete(
      '/v1/endpoints/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'deleteEndpoint',
          summary: 'Delete an endpoint',
          description: 'Its pending deliveries are cancelled; what was delivered stays readable.',
          tags: ['endpoints'],
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await deleteEndpoint(deps, { organizationId: request.organizationId, id: request.params.id });
        return reply.code(204).send(null);
      },
    );
  };
}
