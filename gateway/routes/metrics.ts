import type { FastifyPluginAsync } from 'fastify';
import type { Access } from '../access.ts';
import type { GatewayDependencies } from '../dependencies.ts';

/** Prometheus text format, version 0.0.4. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What this process has counted, for Prometheus; `access` says who may read it. */
export function metricsRoutes({ metrics }: Pick<GatewayDependencies, 'metrics'>, access: Access): FastifyPluginAsync {
  return async (app) => {
    app.get('/metrics', { config: { access }, schema: { hide: true } }, async (_request, reply) =>
      reply.type(CONTENT_TYPE).send(await metrics()),
    );
  };
}
