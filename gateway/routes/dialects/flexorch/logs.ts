import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { RecordedExchange } from '../../../../domain/delivery/types.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { shownInstant } from '../../../fields.ts';
import { endpointOf, endpointParams as params } from '../frame.ts';
import { type LogLine, logStatus, readLog } from '../logs.ts';
import { inSnakeCase, logQuery, snakePageOf } from '../paging.ts';
import { flexorch } from './system.ts';

const headers = z.record(z.string(), z.string());

const Log = z
  .object({
    id: z.string().nullable().meta({ description: 'Of the attempt; null for a delivery that was not tried yet.' }),
    delivery_id: z.string().meta({ description: 'The same for every attempt of a delivery.' }),
    event_id: z.string(),
    event: z.string(),
    test: z.boolean(),
    status: logStatus,
    attempt: z.int().nullable().meta({ description: 'From 1.' }),
    retry: z.int().nullable().meta({ description: '0: no retry.' }),
    request: z.object({ method: z.string(), url: z.string(), headers, body: z.string() }).nullable(),
    response: z
      .object({
        status: z.int(),
        headers,
        body: z.string().meta({ description: 'The first 64 KiB.' }),
        body_encoding: z.enum(['utf8', 'base64']),
        body_truncated: z.boolean(),
      })
      .nullable()
      .meta({ description: 'Null where there was none.' }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    duration_ms: z.number().nullable(),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'On the newest line: why the delivery waits or ended as it did.' }),
    next_attempt_at: shownInstant.nullable(),
    attempted_at: shownInstant.nullable(),
    created_at: shownInstant,
  })
  .meta({ id: 'FlexorchLog' });

/** The log of one webhook, as in "Settings, Webhooks, Logs": request and response of each attempt. */
export function flexorchLogs(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/webhooks/:id/logs',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listFlexorchLogs',
          summary: 'List delivery attempts, newest deliveries first',
          description: 'Deliveries that were not tried yet have a line too.',
          params,
          querystring: logQuery,
          response: { 200: snakePageOf(Log, 'FlexorchLogPage') },
        },
      },
      async (request) => {
        const endpoint = await endpointOf(deps, flexorch, request, request.params.id);
        return inSnakeCase(await readLog(deps, endpoint, request.query, showLog));
      },
    );
  };
}

function showLog({ attempt, exchange, ...line }: LogLine): z.output<typeof Log> {
  return {
    id: attempt?.id ?? null,
    delivery_id: line.deliveryId,
    event_id: line.eventId,
    event: line.eventType,
    test: line.test,
    status: line.status,
    attempt: attempt?.number ?? null,
    retry: attempt?.retry ?? null,
    request: exchange && {
      method: exchange.method,
      url: exchange.url,
      headers: exchange.requestHeaders,
      body: exchange.requestBody,
    },
    response: exchange && showResponse(exchange),
    error: attempt?.errorCode ? { code: attempt.errorCode, message: attempt.errorMessage ?? '' } : null,
    duration_ms: attempt?.durationMs ?? null,
    reason: line.reason,
    next_attempt_at: line.nextAttemptAt,
    attempted_at: attempt?.startedAt ?? null,
    created_at: line.createdAt,
  };
}

function showResponse(exchange: RecordedExchange): z.output<typeof Log>['response'] {
  if (exchange.status === null) return null;
  return {
    status: exchange.status,
    headers: exchange.responseHeaders ?? {},
    body: exchange.responseBody ?? '',
    body_encoding: exchange.responseEncoding,
    body_truncated: exchange.responseTruncated,
  };
}
