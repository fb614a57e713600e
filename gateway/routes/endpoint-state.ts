import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../dependencies.ts';
import { shownSecret } from '../endpoint-rules.ts';
import { Endpoint, EndpointWithSecret, secretSettings, showEndpoint } from '../endpoint-schema.ts';
import { disableEndpoint, enableEndpoint, rotateSecret } from '../endpoint-standing.ts';
import { idParam } from '../fields.ts';
import { findEndpoint } from '../manage-endpoint.ts';

const params = z.object({ id: idParam });

const DAY_SECONDS = 24 * 3_600;
const MAX_OVERLAP_SECONDS = 7 * DAY_SECONDS;

const Rotation = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_SECONDS)
      .optional()
      .meta({ description: 'How long the old secret signs along; 0: not at all. Default: one day.' }),
    ...secretSettings,
  })
  .meta({ id: 'SecretRotation' });

/** What changes an endpoint's standing: its secret, and whether it takes events. */
export function endpointStateRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/endpoints/:id/rotate-secret',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'rotateEndpointSecret',
          summary: 'Give an endpoint a new secret',
          description: 'Both secrets sign until the overlap ends, where the dialect can carry two signatures.',
          tags: ['endpoints'],
          params,
          body: Rotation.nullish(),
          response: { 200: EndpointWithSecret },
        },
      },
      async (request) => {
        const { overlapSeconds = DAY_SECONDS, ...choice } = request.body ?? {};
        const standing = await findEndpoint(deps, request.organizationId, request.params.id);
        const { endpoint, secret } = await rotateSecret(deps, standing, choice, overlapSeconds);
        return { ...showEndpoint(endpoint), ...shownSecret(secret) };
      },
    );

    app.post(
      '/v1/endpoints/:id/disable',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'disableEndpoint',
          summary: 'Disable an endpoint',
          description: 'Pending deliveries are cancelled, and those of events to come: a replay can bring them later.',
          tags: ['endpoints'],
          params,
          response: { 200: Endpoint },
        },
      },
      async (request) => {
        const standing = await findEndpoint(deps, request.organizationId, request.params.id);
        return showEndpoint(await disableEndpoint(deps, standing));
      },
    );

    app.post(
      '/v1/endpoints/:id/enable',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'enableEndpoint',
          summary: 'Enable an endpoint',
          description: 'It gets events from now on; what was cancelled meanwhile comes by a replay.',
          tags: ['endpoints'],
          params,
          response: { 200: Endpoint },
        },
      },
      async (request) => {
        const standing = await findEndpoint(deps, request.organizationId, request.params.id);
        return showEndpoint(await enableEndpoint(deps, standing));
      },
    );
  };
}
