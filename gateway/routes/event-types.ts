import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventTypeOf } from '../../domain/dialects/catalogues.ts';
import { isOpenDialect, reservedType } from '../check-data.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { fieldProblem, Problem } from '../errors.ts';
import { builtInEventType, builtInEventTypes, showRegistered } from '../event-types.ts';
import { DEFAULT_DIALECT, dialectName, eventTypeName, lines, shownInstant } from '../fields.ts';
import { checkAgainstSchema, checkSchema } from '../json-schema.ts';
import { pageOf, pageQuery, readCursor, toPage } from '../paging.ts';

const MAX_TEXT_BYTES = 64 * 1024;

const jsonObject = z.record(z.string(), z.unknown());

const EventType = z
  .object({
    dialect: z.string(),
    name: z.string(),
    description: z.string(),
    schema: jsonObject.nullable().meta({ description: 'JSON Schema of `data`; null accepts any object.' }),
    example: jsonObject.nullable(),
    origin: z.enum(['built_in', 'registered']),
    createdAt: shownInstant.nullable(),
    updatedAt: shownInstant.nullable(),
  })
  .meta({ id: 'EventType' });

const EventTypeBody = z
  .strictObject({
    description: lines(1_024).optional(),
    schema: jsonObject.nullish().meta({ description: 'JSON Schema 2020-12, or draft-07 where `$schema` says so.' }),
    example: jsonObject.nullish().meta({ description: 'Must satisfy the schema.' }),
  })
  .meta({ id: 'EventTypeDefinition' });

const inDialect = z.strictObject({ dialect: dialectName.default(DEFAULT_DIALECT) });
const params = z.object({ name: eventTypeName });

/** Event types: the dialects' own, and those an organization registers in open dialects. */
export function eventTypeRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.put(
      '/v1/event-types/:name',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'putEventType',
          summary: 'Register or replace an event type',
          description: 'From then on `data` of this type is checked. Only in open dialects.',
          tags: ['event types'],
          params,
          querystring: inDialect,
          body: EventTypeBody,
          response: { 200: EventType, 201: EventType },
        },
      },
      async (request, reply) => {
        const { dialect } = request.query;
        if (!isOpenDialect(dialect)) throw refused('dialect', `${dialect} has a fixed catalogue`);
        if (eventTypeOf(dialect, request.params.name)?.reserved) throw reservedType('name');
        const { description = '', schema, example } = request.body;
        const type = { dialect, name: request.params.name, description, schema: text(schema), example: text(example) };
        checkDefinition(type.schema, type.example, example);
        const { eventType, created } = await deps.eventTypes.put(request.organizationId, type);
        return reply.code(created ? 201 : 200).send(showRegistered(eventType));
      },
    );

    app.get(
      '/v1/event-types',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listEventTypes',
          summary: 'List event types, built-in and registered, by dialect and name',
          tags: ['event types'],
          querystring: z.strictObject({ ...pageQuery, dialect: dialectName.optional() }),
          response: { 200: pageOf(EventType, 'EventTypePage') },
        },
      },
      async (request) => {
        const { limit, cursor, dialect } = request.query;
        const [after = ''] = readCursor(cursor, [/^[a-z-]+:[A-Za-z0-9_.-]+$/]) ?? [];
        const registered = (await deps.eventTypes.list(request.organizationId, dialect ?? null)).map(showRegistered);
        // A registered type of the same name takes the built-in one's place.
        const all = new Map([...builtInEventTypes(dialect ?? null), ...registered].map((type) => [keyOf(type), type]));
        const rows = [...all.values()]
          .filter((type) => keyOf(type) > after)
          .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
        return toPage(
          rows,
          limit,
          (type) => [keyOf(type)],
          (type) => type,
        );
      },
    );

    app.get(
      '/v1/event-types/:name',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getEventType',
          summary: 'Get an event type',
          tags: ['event types'],
          params,
          querystring: inDialect,
          response: { 200: EventType },
        },
      },
      async (request) => {
        const { dialect } = request.query;
        const { name } = request.params;
        const registered = await deps.eventTypes.get(request.organizationId, dialect, name);
        const type = registered ? showRegistered(registered) : builtInEventType(dialect, name);
        if (!type) throw notFound();
        return type;
      },
    );

    app.delete(
      '/v1/event-types/:name',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'deleteEventType',
          summary: 'Remove a registered event type',
          description: 'Its data is no longer checked; published events stay.',
          tags: ['event types'],
          params,
          querystring: inDialect,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const removed = await deps.eventTypes.remove(
          request.organizationId,
          request.query.dialect,
          request.params.name,
        );
        if (!removed) throw notFound();
        return reply.code(204).send(null);
      },
    );
  };
}

function keyOf(type: { dialect: string; name: string }): string {
  return `${type.dialect}:${type.name}`;
}

function text(value: Record<string, unknown> | null | undefined): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function checkDefinition(schema: string | null, example: string | null, exampleValue: unknown): void {
  for (const [field, json] of [
    ['schema', schema],
    ['example', example],
  ] as const) {
    if (json !== null && Buffer.byteLength(json) > MAX_TEXT_BYTES) {
      throw refused(field, `must not exceed ${MAX_TEXT_BYTES} bytes`);
    }
  }
  if (schema === null) return;
  const rule = checkSchema(schema);
  if (rule !== undefined) throw refused('schema', rule);
  const [fault] = example === null ? [] : checkAgainstSchema(schema, exampleValue, example.length);
  if (fault) throw refused(fault.field.replace(/^data/, 'example'), fault.rule);
}

function refused(field: string, rule: string): Problem {
  return fieldProblem('validation_failed', [{ field, rule }]);
}

function notFound(): Problem {
  return new Problem('not_found', 'There is no such event type in this dialect.');
}
