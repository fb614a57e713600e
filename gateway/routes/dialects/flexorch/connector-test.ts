import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { S3Target } from '../../../../domain/exports/s3.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { NewConnector, settingsOf } from './connector-schema.ts';
import { connectorNotFound, connectorParams } from './connectors.ts';

const ConnectorTest = z
  .object({
    ok: z.boolean(),
    error: z
      .object({
        code: z.string().meta({ examples: ['wrong_secret_key'] }),
        message: z.string(),
        temporary: z.boolean().meta({ description: 'An export would be tried again; otherwise it would fail.' }),
      })
      .nullable(),
  })
  .meta({ id: 'FlexorchConnectorTest' });

const HOW = 'Begins an upload to the bucket and aborts it, which takes what exports take and leaves nothing behind.';

/** Tries a bucket and its keys out, before or after they are stored, and says what is wrong. */
export function flexorchConnectorTests(deps: GatewayDependencies): FastifyPluginAsyncZod {
  async function test(target: S3Target): Promise<z.output<typeof ConnectorTest>> {
    const result = await deps.s3.check(target);
    if (result.kind === 'ok') return { ok: true, error: null };
    const { kind, code, message } = result;
    return { ok: false, error: { code, message, temporary: kind === 'unavailable' } };
  }

  return async (app) => {
    app.post(
      '/v1/connectors/test',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'testNewFlexorchConnector',
          summary: 'Test a connector before it is created',
          description: HOW,
          body: NewConnector,
          response: { 200: ConnectorTest },
        },
      },
      async (request) => test(settingsOf(request.body, deps.checkUrl)),
    );

    app.post(
      '/v1/connectors/:id/test',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'testFlexorchConnector',
          summary: 'Test a connector',
          description: HOW,
          params: connectorParams,
          response: { 200: ConnectorTest },
        },
      },
      async (request) => {
        const target = await deps.connectors.target(request.organizationId, request.params.id);
        if (!target) throw connectorNotFound();
        return test(target);
      },
    );
  };
}
