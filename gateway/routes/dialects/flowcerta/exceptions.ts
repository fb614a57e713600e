import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { EXCEPTION_STATUSES } from '../../../../domain/exceptions/risk-exception.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { Problem } from '../../../errors.ts';
import { instant, line, shownInstant, toUtc, wholeText } from '../../../fields.ts';
import { readCursor, toPage } from '../../../paging.ts';
import { inSnakeCase, listQuery, snakePageOf } from '../paging.ts';
import { arrivalKey, uuid } from './fields.ts';

const status = z.enum(EXCEPTION_STATUSES);

/** Lines are allowed; of control characters only their ends and tabs. */
const reason = wholeText(4_000)
  .min(1)
  .regex(/^[\P{Cc}\n\r\t]*$/u, 'must not contain control characters');

const fields = {
  ruleId: line(256),
  fileName: line(1_024).meta({ description: 'The workflow file.' }),
  location: line(2_048),
  reason,
  requestedByEmail: z.email().max(254),
};

const ReplacedException = z
  .object({
    ...fields,
    expiresAt: instant,
    status: status.default('requested').meta({ description: 'Approved ones are warned of, and expire.' }),
  })
  .meta({ id: 'FlowcertaExceptionReplacement' });

const NewException = ReplacedException.extend({
  exceptionId: uuid.optional().meta({ description: 'Default: a new one. The one of this id is replaced.' }),
}).meta({ id: 'FlowcertaNewException' });

const Exception = z
  .object({
    exceptionId: z.string(),
    ...fields,
    status,
    expiresAt: shownInstant,
    createdAt: shownInstant,
    updatedAt: shownInstant,
  })
  .meta({ id: 'FlowcertaException' });

const params = z.object({ exceptionId: uuid });

/** Flowcerta's risk exceptions: create or replace, list, get, delete. Ours: the document only shows their event. */
export function flowcertaExceptions(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const put = (organizationId: string, exceptionId: string, body: z.output<typeof ReplacedException>) => {
    const { ruleId, fileName, location, reason, requestedByEmail, status, expiresAt } = body;
    const exception = { exceptionId, ruleId, fileName, location, reason, requestedByEmail, status };
    return deps.exceptions.put(organizationId, { ...exception, expiresAt: toUtc(expiresAt) });
  };

  return async (app) => {
    app.post(
      '/api/v1/exceptions',
      {
        config: { access: 'publish' },
        schema: {
          operationId: 'createFlowcertaException',
          summary: 'Create an exception, or replace the one of its id',
          body: NewException,
          response: { 200: Exception, 201: Exception },
        },
      },
      async (request, reply) => {
        const { exceptionId = randomUUID(), ...body } = request.body;
        const { exception, created } = await put(request.organizationId, exceptionId, body);
        return reply.code(created ? 201 : 200).send(exception);
      },
    );

    app.put(
      '/api/v1/exceptions/:exceptionId',
      {
        config: { access: 'publish' },
        schema: {
          operationId: 'putFlowcertaException',
          summary: 'Create or replace an exception',
          description: 'A later `expiresAt` renews it: it is warned of again.',
          params,
          body: ReplacedException,
          response: { 200: Exception, 201: Exception },
        },
      },
      async (request, reply) => {
        const { exception, created } = await put(request.organizationId, request.params.exceptionId, request.body);
        return reply.code(created ? 201 : 200).send(exception);
      },
    );

    app.get(
      '/api/v1/exceptions',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listFlowcertaExceptions',
          summary: 'List exceptions, newest first',
          querystring: listQuery.extend({ status: status.optional().meta({ description: 'Only those.' }) }),
          response: { 200: snakePageOf(Exception, 'FlowcertaExceptionPage') },
        },
      },
      async (request) => {
        const { limit, cursor, status } = request.query;
        const [createdAt, id] = readCursor(cursor, arrivalKey) ?? [];
        const after = createdAt === undefined || id === undefined ? null : { createdAt, id };
        const page = { limit: limit + 1, after, status: status ?? null };
        const rows = await deps.exceptions.list(request.organizationId, page);
        return inSnakeCase(
          toPage(
            rows,
            limit,
            (row) => [row.createdAt, row.exceptionId],
            (row) => row,
          ),
        );
      },
    );

    app.get(
      '/api/v1/exceptions/:exceptionId',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getFlowcertaException',
          summary: 'Get an exception',
          params,
          response: { 200: Exception },
        },
      },
      async (request) => {
        const exception = await deps.exceptions.get(request.organizationId, request.params.exceptionId);
        if (!exception) throw exceptionNotFound();
        return exception;
      },
    );

    app.delete(
      '/api/v1/exceptions/:exceptionId',
      {
        config: { access: 'publish' },
        schema: {
          operationId: 'deleteFlowcertaException',
          summary: 'Delete an exception',
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const removed = await deps.exceptions.remove(request.organizationId, request.params.exceptionId);
        if (!removed) throw exceptionNotFound();
        return reply.code(204).send(null);
      },
    );
  };
}

function exceptionNotFound(): Problem {
  return new Problem('not_found', 'There is no exception of this id.');
}
