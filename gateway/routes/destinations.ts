import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { configSchema } from '../../domain/destinations/config-schema.ts';
import { mergeConfig } from '../../domain/destinations/config-secrets.ts';
import { type Destination, NATIVE_KINDS } from '../../domain/destinations/destination.ts';
import { DESTINATIONS } from '../../domain/destinations/destinations.ts';
import { hurryRefused } from '../control.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { loadOptions, verifyConfig } from '../destination-calls.ts';
import { checkConfig, checkUnfinished, nativeDestination, withStored } from '../destination-config.ts';
import { destinationConfig } from '../endpoint-schema.ts';
import { fieldProblem } from '../errors.ts';
import { idParam, line } from '../fields.ts';
import { findEndpoint } from '../manage-endpoint.ts';

const option = z.object({ value: z.string(), label: z.string() }).meta({ id: 'FieldOption' });

const Field = z
  .object({
    name: z.string(),
    label: z.string(),
    kind: z.enum(['text', 'secret', 'url', 'select', 'boolean', 'number', 'list', 'map']),
    required: z.boolean(),
    secret: z.boolean().meta({ description: 'Encrypted at rest, and shown masked.' }),
    help: z.string(),
    options: z.array(option).optional().meta({ description: 'Of a `select`; of a `map` the names it may have.' }),
    loads: z.boolean().optional().meta({ description: 'Values can be listed by the options call.' }),
    when: z
      .object({ field: z.string(), in: z.array(z.string()) })
      .optional()
      .meta({ description: 'Only asked for while that field has one of these values.' }),
    default: z.union([z.string(), z.boolean(), z.number()]).optional(),
    maxLength: z.int().optional(),
    placeholder: z.string().optional(),
  })
  .meta({ id: 'DestinationField' });

const DestinationKind = z
  .object({
    kind: z.enum(['webhook', ...NATIVE_KINDS]),
    title: z.string(),
    summary: z.string(),
    fields: z
      .array(Field)
      .meta({ description: 'Of `config`; empty for webhooks, which have `url`, `headers` and so on.' }),
    schema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of `config`.' }),
  })
  .meta({ id: 'Destination' });

const WEBHOOK: z.output<typeof DestinationKind> = {
  kind: 'webhook',
  title: 'Webhook',
  summary: 'Sends a signed HTTP request to an address of yours.',
  fields: [],
  schema: {},
};

const CheckResult = z
  .object({
    ok: z.boolean(),
    found: z.array(z.string()).meta({ description: 'What was seen, in words.' }),
    faults: z.array(z.object({ field: z.string(), rule: z.string() })),
    resumed: z.boolean().meta({ description: 'The endpoint was paused, and goes on.' }),
  })
  .meta({ id: 'DestinationCheck' });

const kindParams = z.object({ kind: z.enum(NATIVE_KINDS) });
const optionsPage = z.object({ data: z.array(option) }).meta({ id: 'FieldOptions' });

/** Native destinations described, checked and asked for values to pick. */
export function destinationRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  /** What a saved endpoint has, with what a form has changed so far. */
  async function configOf(
    organizationId: string,
    kind: string,
    endpointId?: string,
    given: Record<string, unknown> = {},
  ) {
    if (endpointId === undefined) return mergeConfig({}, given);
    const endpoint = await findEndpoint(deps, organizationId, endpointId);
    if (endpoint.destination !== kind) {
      throw fieldProblem('validation_failed', [{ field: 'endpointId', rule: `is not a ${kind} endpoint` }]);
    }
    const stored = await deps.endpoints.config(organizationId, endpointId);
    return withStored(nativeDestination(kind), stored ?? { plain: {}, secret: {} }, given);
  }

  return async (app) => {
    app.get(
      '/v1/destinations',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listDestinations',
          summary: 'What kinds of destination there are, and the fields of each',
          tags: ['destinations'],
          response: { 200: z.object({ data: z.array(DestinationKind) }) },
        },
      },
      async () => ({ data: [WEBHOOK, ...DESTINATIONS.map(describe)] }),
    );

    app.get(
      '/v1/destinations/:kind/options',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'listDestinationOptions',
          summary: 'Values to pick for a field of a saved endpoint',
          description: 'Channels, projects, issue types, tables …, asked of the vendor now.',
          tags: ['destinations'],
          params: kindParams,
          querystring: z.strictObject({ field: line(64), endpointId: idParam }),
          response: { 200: optionsPage },
        },
      },
      async (request) => {
        const { kind } = request.params;
        const { field, endpointId } = request.query;
        const config = await configOf(request.organizationId, kind, endpointId);
        return { data: await loadOptions(deps, nativeDestination(kind), field, config) };
      },
    );

    app.post(
      '/v1/destinations/:kind/options',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'loadDestinationOptions',
          summary: 'Values to pick for a field, with a configuration that is not saved',
          description: 'A POST, since credentials must not stand in an address.',
          tags: ['destinations'],
          params: kindParams,
          body: z.strictObject({
            field: line(64),
            config: destinationConfig.optional(),
            endpointId: idParam.optional().meta({ description: 'Fills in what `config` leaves out or shows masked.' }),
          }),
          response: { 200: optionsPage },
        },
      },
      async (request) => {
        const { kind } = request.params;
        const { field, endpointId, config: given } = request.body;
        const config = await configOf(request.organizationId, kind, endpointId, given);
        const destination = nativeDestination(kind);
        checkUnfinished(deps, destination, config);
        return { data: await loadOptions(deps, destination, field, config) };
      },
    );

    app.post(
      '/v1/destinations/:kind/check',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'checkDestination',
          summary: 'Check a configuration that is not saved, with read-only calls',
          tags: ['destinations'],
          params: kindParams,
          body: z.strictObject({ config: destinationConfig }),
          response: { 200: CheckResult },
        },
      },
      async (request) => {
        const { destination, full } = checkConfig(deps, nativeDestination(request.params.kind), request.body.config);
        return { ...(await verifyConfig(deps, destination, full)), resumed: false };
      },
    );

    app.post(
      '/v1/endpoints/:id/check',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'checkEndpoint',
          summary: 'Check the configuration of a native destination, with read-only calls',
          description: 'A paused endpoint goes on when nothing is wrong any more.',
          tags: ['endpoints'],
          params: z.object({ id: idParam }),
          response: { 200: CheckResult },
        },
      },
      async (request) => {
        const { organizationId } = request;
        const endpoint = await findEndpoint(deps, organizationId, request.params.id);
        if (endpoint.destination === 'webhook') {
          throw fieldProblem('validation_failed', [
            { field: 'id', rule: 'is a webhook: send it a test event instead' },
          ]);
        }
        const destination = nativeDestination(endpoint.destination);
        const stored = await configOf(organizationId, endpoint.destination, endpoint.id);
        const result = await verifyConfig(deps, destination, checkConfig(deps, destination, stored).full);
        const resumed = result.ok && (await deps.endpoints.resume(organizationId, endpoint.id));
        if (resumed) await hurryRefused(deps, endpoint.id);
        return { ...result, resumed };
      },
    );
  };
}

function describe({ kind, title, summary, fields }: Destination): z.output<typeof DestinationKind> {
  return {
    kind,
    title,
    summary,
    fields: fields.map((field) => ({
      ...field,
      options: field.options && [...field.options],
      when: field.when && { field: field.when.field, in: [...field.when.in] },
    })),
    schema: z.toJSONSchema(configSchema(fields)),
  };
}
