import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { shownInstant } from '../../../fields.ts';
import { endpointOf, endpointParams as params } from '../frame.ts';
import { type LogLine, logStatus, readLog } from '../logs.ts';
import { inSnakeCase, logQuery, snakePageOf } from '../paging.ts';
import { fltr } from './system.ts';

const Log = z
  .object({
    delivery_id: z
      .string()
      .nullable()
      .meta({ description: 'As sent in `X-FLTR-Delivery`; null before the first attempt.' }),
    event_id: z.string().meta({ description: 'As sent in `id`: the same for every attempt.' }),
    event: z.string(),
    test: z.boolean(),
    status: logStatus,
    response_code: z.int().nullable(),
    response_time_ms: z.number().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    retry_attempt: z.int().nullable().meta({ description: '0 for the first attempt, 3 for the last retry.' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'On the newest line: why the delivery waits or ended as it did.' }),
    next_attempt_at: shownInstant.nullable(),
    payload: z.unknown().meta({ description: 'The body as sent; null before the first attempt.' }),
    response_body: z.string().nullable(),
    attempted_at: shownInstant.nullable(),
    created_at: shownInstant,
  })
  .meta({ id: 'FltrLog' });

/** The log of one webhook: what the document lists under "Webhook Logs", and why a delivery waits. */
export function fltrLogs(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/webhooks/:id/logs',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listFltrLogs',
          summary: 'List delivery attempts, newest deliveries first',
          description: 'Deliveries that were not tried yet have a line too.',
          params,
          querystring: logQuery,
          response: { 200: snakePageOf(Log, 'FltrLogPage') },
        },
      },
      async (request) => {
        const endpoint = await endpointOf(deps, fltr, request, request.params.id);
        return inSnakeCase(await readLog(deps, endpoint, request.query, showLog));
      },
    );
  };
}

function showLog({ attempt, exchange, ...line }: LogLine): z.output<typeof Log> {
  return {
    delivery_id: attempt?.id ?? null,
    event_id: line.eventId,
    event: line.eventType,
    test: line.test,
    status: line.status,
    response_code: attempt?.statusCode ?? null,
    response_time_ms: attempt?.durationMs ?? null,
    error: attempt?.errorCode ? { code: attempt.errorCode, message: attempt.errorMessage ?? '' } : null,
    retry_attempt: attempt?.retry ?? null,
    reason: line.reason,
    next_attempt_at: line.nextAttemptAt,
    payload: exchange === null ? null : JSON.parse(exchange.requestBody),
    response_body: exchange?.responseBody ?? null,
    attempted_at: attempt?.startedAt ?? null,
    created_at: line.createdAt,
  };
}
