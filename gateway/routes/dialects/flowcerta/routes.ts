import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { dialectScope } from '../frame.ts';
import { flowcertaAlertSettings } from './alert-settings.ts';
import { flowcertaExceptions } from './exceptions.ts';
import { flowcerta } from './system.ts';
import { flowcertaValidations } from './validations.ts';
import { flowcertaWebhookCalls } from './webhook-calls.ts';
import { flowcertaWebhooks } from './webhooks.ts';

/** Flowcerta's API, under `/flowcerta`. */
export function flowcertaRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return dialectScope(deps, flowcerta, [
    flowcertaWebhooks,
    flowcertaWebhookCalls,
    flowcertaValidations,
    flowcertaExceptions,
    flowcertaAlertSettings,
  ]);
}
