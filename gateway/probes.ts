import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { GatewayDependencies } from './dependencies.ts';
import { installErrorHandler } from './error-handler.ts';
import { healthRoutes } from './routes/health.ts';
import { metricsRoutes } from './routes/metrics.ts';

/** What a worker tells whoever watches over it: health and metrics, by the gateway's own routes. Nothing else is served, and nobody is asked for a key. */
export function buildProbes(
  deps: Pick<GatewayDependencies, 'readiness' | 'metrics'> & { logger: FastifyBaseLogger },
): FastifyInstance {
  const app = fastify({ loggerInstance: deps.logger, forceCloseConnections: 'idle' });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  installErrorHandler(app);
  app.register(healthRoutes(deps));
  app.register(metricsRoutes(deps, 'public'));
  return app;
}
