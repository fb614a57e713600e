import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../dependencies.ts';
import { fieldProblem, Problem } from '../errors.ts';
import { idParam, instant, toUtc } from '../fields.ts';
import { findEndpoint } from '../manage-endpoint.ts';

const Replay = z
  .strictObject({
    since: instant.meta({ description: 'Events published at this time or later.' }),
    until: instant.optional().meta({ description: 'Events published before this time. Default: now.' }),
    include: z
      .array(z.enum(['failed', 'cancelled', 'missing']))
      .min(1)
      .max(3)
      .meta({ description: '`missing`: matching events that never got a delivery to this endpoint.' }),
    dryRun: z.boolean().optional().meta({ description: 'Counts only.' }),
  })
  .meta({ id: 'Replay' });

const ReplayProgress = z
  .object({ pending: z.int(), delivered: z.int(), failed: z.int(), cancelled: z.int() })
  .meta({ id: 'ReplayProgress', description: 'Deliveries by their status.' });

const ReplayResult = z
  .object({
    matched: z.object({ failed: z.int(), cancelled: z.int(), missing: z.int() }),
    replayed: z.int().meta({ description: 'Deliveries now waiting again; 0 for a dry run.' }),
  })
  .meta({ id: 'ReplayResult' });

/** Bringing an endpoint what it missed. */
export function replayRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/endpoints/:id/replay',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'replayEndpoint',
          summary: 'Deliver again what failed, was cancelled or is missing',
          tags: ['endpoints'],
          params: z.object({ id: idParam }),
          body: Replay,
          response: { 200: ReplayResult },
        },
      },
      async (request) => {
        const { organizationId } = request;
        const { since, until } = spanOf(request.body, deps.now());
        const endpoint = await findEndpoint(deps, organizationId, request.params.id);
        const dryRun = request.body.dryRun ?? false;
        const disabled = endpoint.disabledAt !== null;
        if (disabled && !dryRun) throw new Problem('endpoint_disabled', 'A replay would be cancelled at once.');
        const include = [...new Set(request.body.include)];
        const matched = await deps.replay({
          organizationId,
          endpoint: { ...endpoint, disabled },
          since,
          until,
          include,
          dryRun,
        });
        return { matched, replayed: dryRun ? 0 : matched.failed + matched.cancelled + matched.missing };
      },
    );

    app.get(
      '/v1/endpoints/:id/replay-progress',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getReplayProgress',
          summary: 'How far a replay has come',
          description:
            "Counts the endpoint's deliveries of the events in the replay's time. A replay makes them `pending`; it is done when none is any more. While the replay itself still runs, `pending` rises.",
          tags: ['endpoints'],
          params: z.object({ id: idParam }),
          querystring: z.strictObject({
            since: instant.meta({ description: "The replay's." }),
            until: instant.optional().meta({ description: "The replay's. Default: now." }),
          }),
          response: { 200: ReplayProgress },
        },
      },
      async (request) => {
        const { organizationId, query } = request;
        const { id: endpointId } = await findEndpoint(deps, organizationId, request.params.id);
        const { since, until } = spanOf(query, deps.now());
        return deps.replayProgress({ organizationId, endpointId, since, until });
      },
    );
  };
}

/** In UTC; throws a problem for a time that ends before it begins. */
function spanOf(given: { since: string; until?: string | undefined }, nowMs: number): { since: string; until: string } {
  const since = toUtc(given.since);
  const until = given.until === undefined ? new Date(nowMs).toISOString() : toUtc(given.until);
  if (since >= until) throw fieldProblem('validation_failed', [{ field: 'since', rule: 'must lie before until' }]);
  return { since, until };
}
