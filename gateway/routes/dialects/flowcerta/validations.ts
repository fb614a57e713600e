import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { Problem } from '../../../errors.ts';
import { readCursor, toPage } from '../../../paging.ts';
import { inSnakeCase, listQuery, snakePageOf } from '../paging.ts';
import { arrivalKey, uuid } from './fields.ts';
import { NewValidation, Result, toHandedIn, Validation } from './validation-schema.ts';

const MAX_VALIDATION_BYTES = 10 * 1024 * 1024;

/** Flowcerta's validations: posted whole, read as full result, listed. Posting and listing are ours: the document only reads. */
export function flowcertaValidations(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/v1/validations',
      {
        config: { access: 'publish' },
        bodyLimit: MAX_VALIDATION_BYTES,
        schema: {
          operationId: 'postFlowcertaValidation',
          summary: 'Hand in the result of a validation',
          description:
            'Publishes `validation.completed` with its top 10 findings, and `validation.below_threshold` where the score is under the threshold of the alert settings.',
          body: NewValidation,
          response: { 200: Validation, 201: Validation },
        },
      },
      async (request, reply) => {
        const added = await deps.validations.add(request.organizationId, toHandedIn(request.body, deps.now()));
        if (added.kind === 'conflict') {
          throw new Problem('idempotency_conflict', 'This validationId was used before for another result.', [
            { field: 'validationId', rule: 'must not be used again with other content' },
          ]);
        }
        return reply.code(added.kind === 'stored' ? 201 : 200).send(added.validation);
      },
    );

    app.get(
      '/api/v1/validations',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listFlowcertaValidations',
          summary: 'List validations, newest first',
          description: 'Without their findings.',
          querystring: listQuery,
          response: { 200: snakePageOf(Validation, 'FlowcertaValidationPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const [createdAt, id] = readCursor(cursor, arrivalKey) ?? [];
        const after = createdAt === undefined || id === undefined ? null : { createdAt, id };
        const rows = await deps.validations.list(request.organizationId, { limit: limit + 1, after });
        return inSnakeCase(
          toPage(
            rows,
            limit,
            (row) => [row.createdAt, row.validationId],
            (row) => row,
          ),
        );
      },
    );

    app.get(
      '/api/v1/results/:validationId',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getFlowcertaResult',
          summary: 'Get the full result of a validation',
          description: 'With every finding, as it was handed in.',
          params: z.object({ validationId: uuid }),
          response: { 200: Result },
        },
      },
      async (request, reply) => {
        const result = await deps.validations.result(request.organizationId, request.params.validationId);
        if (result === null) throw new Problem('not_found', 'There is no validation of this id.');
        // Kept as the text of the answer: parsing and checking megabytes again would say nothing new.
        return reply.type('application/json; charset=utf-8').send(result as never);
      },
    );
  };
}
