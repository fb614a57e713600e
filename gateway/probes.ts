import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { GatewayDependencies } from './dependencies.ts';
import { installErrorHandler } from './error-handler.ts';
import { healthRoutes } from './routes/health.ts';

/** What a worker tells whoever watches over it: health, by the gateway's own routes. Nothing else is served. */
export function buildProbes(
  deps: Pick<GatewayDependencies, 'readiness'> & { logger: FastifyBaseLogger },
): FastifyInstance {
  const app = fastify({ loggerInstance: deps.logger, forceCloseConnections: 'idle' });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  installErrorHandler(app);
  app.register(healthRoutes(deps));
  return app;
}
