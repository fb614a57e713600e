import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { dialectScope } from '../frame.ts';
import { flexorchConnectorTests } from './connector-test.ts';
import { flexorchConnectors } from './connectors.ts';
import { flexorchDatasets } from './datasets.ts';
import { flexorchLogs } from './logs.ts';
import { flexorch } from './system.ts';
import { flexorchWebhooks } from './webhooks.ts';

/** FlexOrch's API, under `/flexorch`. */
export function flexorchRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return dialectScope(deps, flexorch, [
    flexorchWebhooks,
    flexorchLogs,
    flexorchConnectors,
    flexorchConnectorTests,
    flexorchDatasets,
  ]);
}
