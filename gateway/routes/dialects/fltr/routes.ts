import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { dialectScope } from '../frame.ts';
import { fltrLogs } from './logs.ts';
import { fltr } from './system.ts';
import { fltrWebhookCalls } from './webhook-calls.ts';
import { fltrWebhooks } from './webhooks.ts';

/** FLTR's API, under `/fltr`. */
export function fltrRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return dialectScope(deps, fltr, [fltrWebhooks, fltrWebhookCalls, fltrLogs]);
}
