import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { NATIVE_KINDS } from '../../domain/destinations/destination.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { checkConfig, nativeDestination } from '../destination-config.ts';
import { checkEndpointUrl, checkHeaders, checkOptions } from '../endpoint-rules.ts';
import { destinationConfig, endpointDialect, endpointSettings, endpointUrl } from '../endpoint-schema.ts';
import { fieldProblem } from '../errors.ts';
import { DEFAULT_DIALECT, eventTypeName, idParam } from '../fields.ts';
import { findEndpoint, knownWire } from '../manage-endpoint.ts';
import { type KnownSubject, previewNative, previewWebhook } from '../preview.ts';
import { chooseTestEvent, type TestEvent } from '../test-event.ts';

const choice = {
  type: eventTypeName.optional().meta({ description: 'Default: one that the endpoint takes.' }),
  data: z.record(z.string(), z.unknown()).optional().meta({ description: "Default: the type's example." }),
};

const Definition = z
  .strictObject({
    destination: z.enum(['webhook', ...NATIVE_KINDS]).optional(),
    url: endpointUrl.optional(),
    config: destinationConfig.optional(),
    dialect: endpointDialect.optional(),
    headers: endpointSettings.headers,
    options: endpointSettings.options,
    templates: endpointSettings.templates,
    ...choice,
  })
  .meta({ id: 'EndpointPreviewDefinition' });

const Preview = z
  .object({
    event: z.object({ dialect: z.string(), type: z.string(), data: z.record(z.string(), z.unknown()) }),
    requests: z
      .array(
        z.object({
          step: z.string().meta({ description: 'What the request is for.' }),
          method: z.string(),
          url: z.string(),
          headers: z.record(z.string(), z.string()),
          body: z.string(),
        }),
      )
      .meta({
        description: 'In order, secrets masked: if nothing is found that is not remembered, and all is accepted.',
      }),
  })
  .meta({ id: 'EndpointPreview' });

const UNSAVED = 'ep_preview';

/** What an event would cause, without sending anything. */
export function endpointPreviewRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const asEvent = (event: TestEvent, nowMs: number) => {
    return { id: 'evt_preview', occurredAt: new Date(nowMs).toISOString(), ...event };
  };
  const webhook = async (
    organizationId: string,
    endpoint: {
      dialect: string;
      url: string;
      headerNames: string[];
      acknowledge: string | null;
      options: Record<string, unknown>;
    },
    event: TestEvent,
  ) => {
    const nowMs = deps.now();
    const organization = await deps.organizations.get(organizationId);
    const wire = knownWire(endpoint.dialect);
    const about = {
      ...endpoint,
      wire,
      organizationUuid: organization?.uuid ?? '',
      userAgent: `Waybill/${deps.version}`,
    };
    return { event, requests: previewWebhook(about, asEvent(event, nowMs), nowMs) };
  };
  const native = async (endpoint: Parameters<typeof previewNative>[0], event: TestEvent, known: KnownSubject) => {
    const nowMs = deps.now();
    return { event, requests: await previewNative(endpoint, asEvent(event, nowMs), known, nowMs) };
  };

  return async (app) => {
    app.post(
      '/v1/endpoints/:id/preview',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'previewEndpoint',
          summary: 'The exact requests that an event would cause at this endpoint',
          description: 'Nothing is sent or stored.',
          tags: ['endpoints'],
          params: z.object({ id: idParam }),
          body: z.strictObject(choice).nullish(),
          response: { 200: Preview },
        },
      },
      async (request) => {
        const { organizationId } = request;
        const endpoint = await findEndpoint(deps, organizationId, request.params.id);
        const event = await chooseTestEvent(deps, organizationId, endpoint, request.body ?? {});
        if (endpoint.destination === 'webhook') {
          const { basicAuthUsername, headerNames } = endpoint;
          const names = basicAuthUsername === null ? headerNames : [...headerNames, 'authorization'];
          return webhook(organizationId, { ...endpoint, headerNames: names }, event);
        }
        const config = (await deps.endpoints.config(organizationId, endpoint.id)) ?? { plain: {}, secret: {} };
        return native({ ...endpoint, config }, event, deps.subjects.read);
      },
    );

    app.post(
      '/v1/endpoints/preview',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'previewEndpointDefinition',
          summary: 'The exact requests that an event would cause at an endpoint that is not saved',
          description: 'Nothing is sent or stored.',
          tags: ['endpoints'],
          body: Definition,
          response: { 200: Preview },
        },
      },
      async (request) => {
        const { organizationId, body, caller } = request;
        const { destination = 'webhook', url, headers = [], options = {}, templates = null } = body;
        const dialect = body.dialect ?? caller.dialect ?? DEFAULT_DIALECT;
        const event = await chooseTestEvent(deps, organizationId, { dialect, eventTypes: null }, body);
        if (destination !== 'webhook') {
          const { config } = checkConfig(deps, nativeDestination(destination), body.config ?? {});
          const nothing = () => Promise.resolve({ remote: null, lastOccurredAt: null });
          return native({ id: UNSAVED, destination, config, templates }, event, nothing);
        }
        if (url === undefined) throw fieldProblem('validation_failed', [{ field: 'url', rule: 'is required' }]);
        const wire = knownWire(dialect);
        checkEndpointUrl(url, wire, deps.checkUrl);
        checkHeaders(headers, wire);
        checkOptions(options, wire);
        const headerNames = headers.map(({ name }) => name);
        return webhook(organizationId, { dialect, url, options, headerNames, acknowledge: null }, event);
      },
    );
  };
}
