import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { installAccess } from './access.ts';
import { installBodyTimeout } from './body-timeout.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { installErrorHandler, refuseUnreadable } from './error-handler.ts';
import { installJsonBody } from './json-body.ts';
import { installOpenApi } from './openapi.ts';
import { portalPageRoutes } from './portal-page.ts';
import { activityRoutes } from './routes/activity.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { deliveryControlRoutes } from './routes/delivery-control.ts';
import { deliveryStreamRoutes } from './routes/delivery-stream.ts';
import { destinationRoutes } from './routes/destinations.ts';
import { flexorchRoutes } from './routes/dialects/flexorch/routes.ts';
import { flowcertaRoutes } from './routes/dialects/flowcerta/routes.ts';
import { fltrRoutes } from './routes/dialects/fltr/routes.ts';
import { jobStatusRoutes } from './routes/dialects/job-status/routes.ts';
import { orionRoutes } from './routes/dialects/orion/routes.ts';
import { endpointPreviewRoutes } from './routes/endpoint-preview.ts';
import { endpointStateRoutes } from './routes/endpoint-state.ts';
import { endpointTestRoutes } from './routes/endpoint-test.ts';
import { endpointRoutes } from './routes/endpoints.ts';
import { eventBatchRoutes } from './routes/event-batch.ts';
import { eventTypeRoutes } from './routes/event-types.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { inboundRoutes } from './routes/inbound.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { portalLinkRoutes } from './routes/portal-links.ts';
import { portalSessionRoutes } from './routes/portal-session.ts';
import { replayRoutes } from './routes/replay.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { sourceRoutes } from './routes/sources.ts';
import { statsRoutes } from './routes/stats.ts';
import { validationRoutes } from './routes/validations.ts';
import { installSecurityHeaders } from './security-headers.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** The headers of a request must have arrived within this time, and then its body: slow senders must not hold connections. */
const ARRIVAL_TIMEOUT_MS = 30_000;

/**
 * The HTTP surface, ready to be listened with or injected into. Rejects on `ready()` if a route declares no access.
 * Requests are not logged one by one: at thousands a second that would cost more than serving them.
 */
export function buildGateway(deps: GatewayDependencies): FastifyInstance {
  const app = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    http: { headersTimeout: ARRIVAL_TIMEOUT_MS },
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    frameworkErrors: refuseUnreadable,
    routerOptions: { maxParamLength: 200 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  installErrorHandler(app);
  installBodyTimeout(app, ARRIVAL_TIMEOUT_MS);
  installJsonBody(app);
  installSecurityHeaders(app);
  installAccess(app, deps);
  installOpenApi(app, deps.version);
  for (const routes of [
    healthRoutes,
    organizationRoutes,
    apiKeyRoutes,
    portalLinkRoutes,
    portalSessionRoutes,
    portalPageRoutes,
    endpointRoutes,
    endpointStateRoutes,
    endpointTestRoutes,
    endpointPreviewRoutes,
    destinationRoutes,
    replayRoutes,
    eventTypeRoutes,
    eventRoutes,
    eventBatchRoutes,
    deliveryRoutes,
    deliveryStreamRoutes,
    deliveryControlRoutes,
    activityRoutes,
    statsRoutes,
    validationRoutes,
    scheduleRoutes,
    sourceRoutes,
    inboundRoutes,
    flexorchRoutes,
    orionRoutes,
    fltrRoutes,
    jobStatusRoutes,
    flowcertaRoutes,
  ]) {
    app.register(routes(deps));
  }
  app.register(metricsRoutes(deps, 'admin'));
  return app;
}
