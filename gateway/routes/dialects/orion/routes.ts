import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { dialectScope } from '../frame.ts';
import { orion } from './system.ts';
import { orionWebhooks } from './webhooks.ts';

/** Orion's API, under `/orion`. */
export function orionRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return dialectScope(deps, orion, [orionWebhooks]);
}
