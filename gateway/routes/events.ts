import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { UNMATCHED } from '../../domain/delivery/unmatched.ts';
import { Delivery, showDelivery } from '../delivery-schema.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { Accepted, NewEvent, publishHeaders } from '../event-schema.ts';
import { dialectName, eventTypeName, ID, idParam, instant, shownInstant, toUtc } from '../fields.ts';
import { pageOf, pageQuery, readCursor, toPage } from '../paging.ts';
import { publish } from '../publishing.ts';

const EventSummary = z
  .object({
    id: z.string(),
    dialect: z.string(),
    type: z.string(),
    presenceName: z.string().nullable(),
    userId: z.string().nullable(),
    test: z.boolean().meta({ description: 'Published to try an endpoint out.' }),
    sourceId: z.string().nullable().meta({ description: 'The source it came in by; null: published by this API.' }),
    sourceEventId: z.string().nullable().meta({ description: "The sender's id of it, or what stands for one." }),
    flag: z.string().nullable().meta({
      description:
        'What is odd about it, though a source accepted it: `unknown_type`, `schema_mismatch`, `extra_fields`.',
    }),
    unmatched: z.enum(UNMATCHED).nullable().meta({
      description:
        'Why it has no delivery: `no_endpoint` takes its type, or the filters of those that do left it out. Null: it has.',
    }),
    occurredAt: shownInstant,
    createdAt: shownInstant,
  })
  .meta({ id: 'EventSummary' });

const Event = EventSummary.extend({
  data: z.record(z.string(), z.unknown()),
  deliveries: z.array(Delivery),
  deliveriesCursor: z.string().nullable().meta({
    description: 'Not null if there are more: pass it to `GET /v1/deliveries?eventId=`.',
  }),
}).meta({ id: 'Event' });

const DELIVERIES_SHOWN = 100;

/** Events: publishing one, and reading what was published. */
export function eventRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/events',
      {
        config: { access: 'publish' },
        schema: {
          operationId: 'publishEvent',
          summary: 'Publish an event',
          description: '202 means committed: it will be delivered. 200 repeats the first answer.',
          tags: ['events'],
          headers: publishHeaders,
          body: NewEvent,
          response: { 200: Accepted, 202: Accepted },
        },
      },
      async (request, reply) => {
        const publisher = { organizationId: request.organizationId, dialect: request.caller.dialect };
        const { id, repeated } = await publish(
          deps,
          publisher,
          request.body,
          request.headers['idempotency-key'] ?? null,
        );
        return reply.code(repeated ? 200 : 202).send({ id });
      },
    );

    app.get(
      '/v1/events',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listEvents',
          summary: 'List events, newest first',
          tags: ['events'],
          querystring: z.strictObject({
            ...pageQuery,
            dialect: dialectName.optional(),
            type: eventTypeName.optional(),
            unmatched: z.literal('true').optional().meta({ description: 'Only those that were delivered to nobody.' }),
            since: instant.optional(),
            until: instant.optional(),
          }),
          response: { 200: pageOf(EventSummary, 'EventPage') },
        },
      },
      async (request) => {
        const { limit, cursor, dialect, type, unmatched, since, until } = request.query;
        const [createdAt, id] = readCursor(cursor, [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, ID]) ?? [];
        const after = createdAt === undefined || id === undefined ? null : { createdAt, id };
        const filter = {
          dialect: dialect ?? null,
          type: type ?? null,
          unmatched: unmatched !== undefined,
          since: since === undefined ? null : toUtc(since),
          until: until === undefined ? null : toUtc(until),
        };
        const rows = await deps.events.list(request.organizationId, filter, { limit: limit + 1, after });
        return toPage(
          rows,
          limit,
          (row) => [row.createdAt, row.id],
          (row) => row,
        );
      },
    );

    app.get(
      '/v1/events/:id',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getEvent',
          summary: 'Get an event with its deliveries',
          tags: ['events'],
          params: z.object({ id: idParam }),
          response: { 200: Event },
        },
      },
      async (request) => {
        const { organizationId } = request;
        const event = await deps.events.get(organizationId, request.params.id);
        if (!event) throw new Problem('not_found', 'There is no event of this id.');
        const filter = { endpointId: null, eventId: event.id, status: null, eventType: null, since: null, until: null };
        const rows = await deps.deliveries.list(organizationId, filter, { limit: DELIVERIES_SHOWN + 1, after: null });
        const page = toPage(
          rows,
          DELIVERIES_SHOWN,
          (row) => [row.id],
          (row) => showDelivery(row, deps.workflowLink),
        );
        const data = JSON.parse(event.data) as Record<string, unknown>;
        return { ...event, data, deliveries: page.data, deliveriesCursor: page.nextCursor };
      },
    );
  };
}
