import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { basicAuthHeader } from '../../domain/delivery/basic-auth.ts';
import { Exchange } from '../delivery-schema.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { checkAuthorization, checkEndpointUrl, checkHeaders, checkOptions, chooseSecret } from '../endpoint-rules.ts';
import { endpointDialect, endpointSettings, endpointUrl, secretSettings } from '../endpoint-schema.ts';
import { Accepted } from '../event-schema.ts';
import { DEFAULT_DIALECT, eventTypeName, idParam } from '../fields.ts';
import { findEndpoint, knownWire } from '../manage-endpoint.ts';
import { chooseTestEvent, publishTestEvent } from '../test-event.ts';
import { sendTrial } from '../trial.ts';

const choice = {
  type: eventTypeName.optional().meta({ description: 'Default: one that the endpoint takes.' }),
  data: z.record(z.string(), z.unknown()).optional().meta({ description: "Default: the type's example." }),
};

const Trial = z
  .strictObject({
    url: endpointUrl,
    dialect: endpointDialect.optional(),
    headers: endpointSettings.headers,
    basicAuth: endpointSettings.basicAuth,
    options: endpointSettings.options,
    timeoutMs: endpointSettings.timeoutMs,
    ...secretSettings,
    ...choice,
  })
  .meta({ id: 'EndpointTrial' });

const TrialResult = z
  .object({ delivered: z.boolean().meta({ description: 'Whether the answer was a 2xx.' }), exchange: Exchange })
  .meta({ id: 'EndpointTrialResult' });

/** Test events: one to a saved endpoint, through the whole house; one to an unsaved definition, at once. */
export function endpointTestRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/endpoints/:id/test',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'testEndpoint',
          summary: 'Publish a test event to this endpoint only',
          description: 'The event is delivered like any other; its deliveries tell what came of it.',
          tags: ['endpoints'],
          params: z.object({ id: idParam }),
          body: z.strictObject(choice).nullish(),
          response: { 202: Accepted },
        },
      },
      async (request, reply) => {
        const endpoint = await findEndpoint(deps, request.organizationId, request.params.id);
        const { id } = await publishTestEvent(deps, endpoint, request.body ?? {});
        return reply.code(202).send({ id });
      },
    );

    app.post(
      '/v1/endpoints/test',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'testEndpointDefinition',
          summary: 'Send a test event to an endpoint that is not saved',
          description: 'Sent once, at once, signed with the given or a throwaway secret; nothing is stored.',
          tags: ['endpoints'],
          body: Trial,
          response: { 200: TrialResult },
        },
      },
      async (request) => {
        const { body, organizationId, caller } = request;
        const dialect = body.dialect ?? caller.dialect ?? DEFAULT_DIALECT;
        const wire = knownWire(dialect);
        const headers = body.headers ?? [];
        const options = body.options ?? {};
        checkEndpointUrl(body.url, wire, deps.checkUrl);
        checkHeaders(headers, wire);
        checkAuthorization(headers, body.basicAuth);
        checkOptions(options, wire);
        const secret = chooseSecret(wire, body);
        const organization = await deps.organizations.get(organizationId);
        const event = await chooseTestEvent(deps, organizationId, { dialect, eventTypes: null }, body);
        const timeoutMs = body.timeoutMs ?? wire.timeoutMs;
        const organizationUuid = organization?.uuid ?? '';
        const secretHeaders = [...headers, ...(body.basicAuth ? [basicAuthHeader(body.basicAuth)] : [])];
        const trial = { wire, url: body.url, secret, headers: secretHeaders, timeoutMs, options, organizationUuid };
        const exchange = await sendTrial(deps, trial, event);
        return { delivered: exchange.status !== null && exchange.status >= 200 && exchange.status < 300, exchange };
      },
    );
  };
}
