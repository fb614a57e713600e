import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { Problem } from '../../../errors.ts';
import { readCursor, toPage } from '../../../paging.ts';
import { inSnakeCase, listQuery, snakePageOf } from '../paging.ts';
import { Connector, ConnectorChange, changesOf, NewConnector, settingsOf, showConnector } from './connector-schema.ts';
import { flexorch } from './system.ts';

/** Highest number that the store's integers hold. */
const MAX_NUMBER = 2_147_483_647;

/** The number of a connector in a path; of any other form it is a 404. */
export const connectorParams = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number)
    .refine((number) => number <= MAX_NUMBER),
});

/** FlexOrch's connectors (ours: the document only names them): create, list, get, change, delete. */
export function flexorchConnectors(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/connectors',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'createFlexorchConnector',
          summary: 'Create a connector',
          description:
            'A bucket on an S3-compatible server, with keys that may write to it. The keys are not shown again.',
          body: NewConnector,
          response: { 201: Connector },
        },
      },
      async (request, reply) => {
        const settings = settingsOf(request.body, deps.checkUrl);
        const connector = await deps.connectors.create(request.organizationId, settings);
        return reply.code(201).send(showConnector(connector));
      },
    );

    app.get(
      '/v1/connectors',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listFlexorchConnectors',
          summary: 'List connectors, by id',
          querystring: listQuery,
          response: { 200: snakePageOf(Connector, 'FlexorchConnectorPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const [after = '0'] = readCursor(cursor, [/^\d{1,9}$/]) ?? [];
        const rows = await deps.connectors.list(request.organizationId, { limit: limit + 1, after: Number(after) });
        return inSnakeCase(toPage(rows, limit, (row) => [String(row.number)], showConnector));
      },
    );

    app.get(
      '/v1/connectors/:id',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getFlexorchConnector',
          summary: 'Get a connector',
          params: connectorParams,
          response: { 200: Connector },
        },
      },
      async (request) => {
        const connector = await deps.connectors.get(request.organizationId, request.params.id);
        if (!connector) throw connectorNotFound();
        return showConnector(connector);
      },
    );

    app.patch(
      '/v1/connectors/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateFlexorchConnector',
          summary: 'Change a connector',
          params: connectorParams,
          body: ConnectorChange,
          response: { 200: Connector },
        },
      },
      async (request) => {
        const { organizationId, body, params } = request;
        const standing = await deps.connectors.get(organizationId, params.id);
        if (!standing) throw connectorNotFound();
        const changes = changesOf(body, standing, deps.checkUrl);
        const changed = await deps.connectors.update(organizationId, params.id, changes);
        if (!changed) throw connectorNotFound();
        return showConnector(changed);
      },
    );

    app.delete(
      '/v1/connectors/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'deleteFlexorchConnector',
          summary: 'Delete a connector',
          description: 'Refused while a webhook exports to it. Its id is not given again.',
          params: connectorParams,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const removed = await deps.connectors.remove(request.organizationId, request.params.id);
        if (removed.kind === 'not_found') throw connectorNotFound();
        if (removed.kind === 'in_use') {
          const user = flexorch.endpointIds.show(removed.endpointId);
          throw new Problem('connector_in_use', `The webhook ${user} exports to it.`);
        }
        return reply.code(204).send(null);
      },
    );
  };
}

/** The answer where a connector is not the caller's or not at all. */
export function connectorNotFound(): Problem {
  return new Problem('not_found', 'There is no connector of this id.');
}
