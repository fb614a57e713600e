import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { EXCEPTION_STATUSES } from '../../domain/exceptions/risk-exception.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { shownInstant } from '../fields.ts';
import { pageOf, pageQuery, readCursor, toPage } from '../paging.ts';

const count = z.int();

const Validation = z
  .object({
    validationId: z.string(),
    platform: z.string(),
    fileName: z.string(),
    label: z.string().nullable(),
    passed: z.boolean(),
    score: z.number().meta({ description: '0 to 100.' }),
    enforcementMode: z.string(),
    policyPackSlug: z.string(),
    validatedAt: shownInstant,
    summary: z
      .object({ critical: count, high: count, medium: count, low: count, total: count })
      .meta({ id: 'ValidationSummary', description: 'Findings by severity.' }),
    createdAt: shownInstant.meta({ description: 'When it was received.' }),
  })
  .meta({ id: 'Validation' });

const status = z.enum(EXCEPTION_STATUSES);

const RiskException = z
  .object({
    exceptionId: z.string(),
    ruleId: z.string(),
    fileName: z.string(),
    location: z.string(),
    reason: z.string(),
    requestedByEmail: z.string(),
    status,
    expiresAt: shownInstant,
    createdAt: shownInstant,
    updatedAt: shownInstant,
  })
  .meta({ id: 'RiskException' });

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ARRIVAL_KEY = [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, UUID] as const;

/** What systems have handed in beside events, for people to look at: validations, and exceptions from their rules. */
export function validationRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/validations',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listValidations',
          summary: 'List validations, newest first',
          description: 'Without their findings.',
          tags: ['validations'],
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(Validation, 'ValidationPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = { limit: limit + 1, after: readArrival(cursor) };
        const rows = await deps.validations.list(request.organizationId, page);
        return toPage(
          rows,
          limit,
          (row) => [row.createdAt, row.validationId],
          (row) => row,
        );
      },
    );

    app.get(
      '/v1/exceptions',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listExceptions',
          summary: 'List risk exceptions, newest first',
          tags: ['validations'],
          querystring: z.strictObject({ ...pageQuery, status: status.optional().meta({ description: 'Only those.' }) }),
          response: { 200: pageOf(RiskException, 'RiskExceptionPage') },
        },
      },
      async (request) => {
        const { limit, cursor, status = null } = request.query;
        const page = { limit: limit + 1, after: readArrival(cursor), status };
        const rows = await deps.exceptions.list(request.organizationId, page);
        return toPage(
          rows,
          limit,
          (row) => [row.createdAt, row.exceptionId],
          (row) => row,
        );
      },
    );
  };
}

function readArrival(cursor: string | undefined): { createdAt: string; id: string } | null {
  const [createdAt, id] = readCursor(cursor, ARRIVAL_KEY) ?? [];
  return createdAt === undefined || id === undefined ? null : { createdAt, id };
}
