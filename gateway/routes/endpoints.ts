import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { MASK } from '../../domain/delivery/mask.ts';
import type { DialectWire } from '../../domain/dialects/dialect.ts';
import { wireOf } from '../../domain/dialects/wires.ts';
import { withdrawDeliveries } from '../control.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { checkEndpointUrl, checkHeaders, checkOptions, chooseSecret, shownSecret } from '../endpoint-rules.ts';
import {
  Endpoint,
  EndpointPatch,
  EndpointWithSecret,
  endpointDialect,
  NewEndpoint,
  showEndpoint,
} from '../endpoint-schema.ts';
import { fieldProblem, Problem } from '../errors.ts';
import { DEFAULT_DIALECT, idParam } from '../fields.ts';
import { pageOf, pageQuery, readIdCursor, toPage } from '../paging.ts';

const params = z.object({ id: idParam });

/** Endpoints: create, list, get, change, delete. */
export function endpointRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/endpoints',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'createEndpoint',
          summary: 'Create an endpoint',
          tags: ['endpoints'],
          body: NewEndpoint,
          response: { 201: EndpointWithSecret },
        },
      },
      async (request, reply) => {
        const { secret: wanted, signature, destination: _, ...body } = request.body;
        const dialect = body.dialect ?? request.caller.dialect ?? DEFAULT_DIALECT;
        const wire = knownWire(dialect);
        checkEndpointUrl(body.url, wire, deps.checkUrl);
        const headers = body.headers ?? [];
        const options = body.options ?? {};
        checkHeaders(headers, wire);
        checkOptions(options, wire);
        const secret = chooseSecret(wire, { secret: wanted, signature });
        const created = await deps.endpoints.create(
          request.organizationId,
          {
            url: body.url,
            dialect,
            description: body.description ?? '',
            eventTypes: body.eventTypes ?? null,
            presenceName: body.presenceName ?? null,
            userId: body.userId ?? null,
            options,
            headers,
            retryDelaysMs: body.retryDelaysMs ?? null,
            timeoutMs: body.timeoutMs ?? null,
            maxConcurrency: body.maxConcurrency ?? null,
            // Clients written for a real system can ask by header: its own API ignores it.
            acknowledge: body.acknowledge ?? (request.headers['waybill-acknowledge'] === 'echo' ? 'echo' : null),
            secret,
          },
          wire.limits.maxEndpoints,
        );
        if (created.kind === 'limit_reached') {
          const limit = `${dialect} allows ${wire.limits.maxEndpoints} endpoints per organization`;
          throw new Problem('endpoint_limit_reached', limit);
        }
        return reply.code(201).send({ ...showEndpoint(created.endpoint), ...shownSecret(secret) });
      },
    );

    app.get(
      '/v1/endpoints',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listEndpoints',
          summary: 'List endpoints, newest first',
          tags: ['endpoints'],
          querystring: z.strictObject({ ...pageQuery, dialect: endpointDialect.optional() }),
          response: { 200: pageOf(Endpoint, 'EndpointPage') },
        },
      },
      async (request) => {
        const { limit, cursor, dialect } = request.query;
        const page = { limit: limit + 1, after: readIdCursor(cursor), dialect: dialect ?? null };
        const rows = await deps.endpoints.list(request.organizationId, page);
        return toPage(rows, limit, (row) => [row.id], showEndpoint);
      },
    );

    app.get(
      '/v1/endpoints/:id',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getEndpoint',
          summary: 'Get an endpoint',
          tags: ['endpoints'],
          params,
          response: { 200: Endpoint },
        },
      },
      async (request) => {
        const endpoint = await deps.endpoints.get(request.organizationId, request.params.id);
        if (!endpoint) throw endpointNotFound();
        return showEndpoint(endpoint);
      },
    );

    app.patch(
      '/v1/endpoints/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateEndpoint',
          summary: 'Change an endpoint',
          description: 'The next attempts follow the new settings, also those of deliveries under way.',
          tags: ['endpoints'],
          params,
          body: EndpointPatch,
          response: { 200: Endpoint },
        },
      },
      async (request) => {
        const { organizationId, body } = request;
        const { id } = request.params;
        const standing = await deps.endpoints.get(organizationId, id);
        if (!standing) throw endpointNotFound();
        const wire = knownWire(standing.dialect);
        if (body.url !== undefined) checkEndpointUrl(body.url, wire, deps.checkUrl);
        const headers = body.headers?.map(({ name, value }) => ({ name, value: value === MASK ? null : value }));
        if (headers) checkHeaders(headers, wire);
        if (body.options) checkOptions(body.options, wire);
        const { headers: _, ...settings } = body;
        const updated = await deps.endpoints.update(organizationId, id, {
          ...definedOnly(settings),
          ...(headers && { headers }),
        });
        if (updated.kind === 'unknown_header') {
          throw fieldProblem('validation_failed', [
            { field: 'headers', rule: `no value is stored for ${updated.name}` },
          ]);
        }
        if (updated.kind === 'not_found') throw endpointNotFound();
        return showEndpoint(updated.endpoint);
      },
    );

    app.delete(
      '/v1/endpoints/:id',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'deleteEndpoint',
          summary: 'Delete an endpoint',
          description: 'Its pending deliveries are cancelled; what was delivered stays readable.',
          tags: ['endpoints'],
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        if (!(await deps.endpoints.remove(request.organizationId, id))) throw endpointNotFound();
        await withdrawDeliveries(deps, id, 'endpoint_deleted');
        return reply.code(204).send(null);
      },
    );
  };
}

/** The answer where an endpoint is not the caller's or not at all. */
export function endpointNotFound(): Problem {
  return new Problem('not_found', 'There is no endpoint of this id.');
}

/** The wire of a dialect whose name was checked; throws for a stored one that this version no longer knows. */
export function knownWire(dialect: string): DialectWire {
  const wire = wireOf(dialect);
  if (!wire) throw new Error(`dialect ${dialect} is unknown to this version`);
  return wire;
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the fields that are undefined, which the store would write as null. */
function definedOnly<T extends object>(fields: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}
