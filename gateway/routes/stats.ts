import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../dependencies.ts';
import { idParam, shownInstant } from '../fields.ts';
import { findEndpoint } from '../manage-endpoint.ts';
import { pageOf, pageQuery, readIdCursor, toPage } from '../paging.ts';

const latency = z.int().nullable().meta({
  description: 'In milliseconds, of a sample of the attempts; null where there were none.',
});

const EndpointStats = z
  .object({
    endpointId: z.string(),
    delivered: z.int().meta({ description: 'Attempts of the last 24 hours that ended so; tests are left out.' }),
    failed: z.int(),
    latencyP50Ms: latency,
    latencyP95Ms: latency,
    hours: z
      .array(
        z
          .object({ startsAt: shownInstant, delivered: z.int(), failed: z.int(), latencyP50Ms: latency })
          .meta({ id: 'EndpointHour' }),
      )
      .meta({ description: '24, oldest first; the last one is under way.' }),
  })
  .meta({ id: 'EndpointStats' });

const span = z
  .object({
    startsAt: shownInstant,
    published: z.int().meta({ description: 'Events accepted.' }),
    delivered: z.int().meta({ description: 'Attempts that ended so.' }),
    failed: z.int(),
  })
  .meta({ id: 'ThroughputSpan' });

const InstallationStats = z
  .object({
    hours: z.array(span).meta({ description: '24, oldest first; the last one is under way.' }),
    minutes: z.array(span).meta({ description: '60, likewise.' }),
    waiting: z.int().meta({ description: 'Deliveries that no workflow has yet, counted up to 100,000.' }),
    oldestWaitingAt: shownInstant.nullable().meta({
      description: 'Since when the one that has been due longest is due; null: none is.',
    }),
  })
  .meta({ id: 'InstallationStats' });

/** Figures for charts: how endpoints fare, and how much goes through the installation. */
export function statsRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/stats/endpoints',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listEndpointStats',
          summary: 'How endpoints fared in the last 24 hours',
          description: 'In the order and the pages of `GET /v1/endpoints`, with the same `limit` and `cursor`.',
          tags: ['statistics'],
          querystring: z.strictObject({
            ...pageQuery,
            endpointId: idParam.optional().meta({ description: 'Only this one.' }),
          }),
          response: { 200: pageOf(EndpointStats, 'EndpointStatsPage') },
        },
      },
      async (request) => {
        const { organizationId } = request;
        const { limit, cursor, endpointId } = request.query;
        const page = { limit: limit + 1, after: readIdCursor(cursor), dialect: null };
        const endpoints =
          endpointId === undefined
            ? await deps.endpoints.list(organizationId, page)
            : [await findEndpoint(deps, organizationId, endpointId)];
        const listed = toPage(
          endpoints,
          limit,
          (row) => [row.id],
          (row) => row.id,
        );
        return { ...listed, data: await deps.endpointStats(organizationId, listed.data) };
      },
    );

    app.get(
      '/v1/stats/installation',
      {
        config: { access: 'admin' },
        schema: {
          operationId: 'getInstallationStats',
          summary: 'How much goes through the installation',
          tags: ['statistics'],
          response: { 200: InstallationStats },
        },
      },
      async () => deps.installationStats(),
    );
  };
}
