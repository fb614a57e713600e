import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { UNMATCHED } from '../../domain/delivery/unmatched.ts';
import type { SearchPosition } from '../../store/search-deliveries.ts';
import { Attempt, Delivery, deliveryStatus, showAttempt, showDelivery } from '../delivery-schema.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { eventTypeName, ID, idParam, instant, line, toUtc } from '../fields.ts';
import { encodeCursor, pageFields, pageOf, pageQuery, readCursor, readIdCursor, toPage } from '../paging.ts';

const filterId = z.string().regex(ID).optional();

const DeliveryPage = z
  .object({
    ...pageFields(Delivery),
    unmatched: z.enum(UNMATCHED).nullable().meta({
      description:
        'With `eventId` and no deliveries: why the event has none. `no_endpoint` takes its type, or the filters of those that do left it out. Else null.',
    }),
  })
  .meta({ id: 'DeliveryPage' });

/** Reading deliveries and their attempts. */
export function deliveryRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/deliveries',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listDeliveries',
          summary: 'List deliveries, newest first',
          description:
            'With `text`, the payloads of the newest 10,000 that the other filters leave are looked through. A page may then hold less than `limit`, or nothing, and yet have a `nextCursor`: the search goes on there.',
          tags: ['deliveries'],
          querystring: z.strictObject({
            ...pageQuery,
            endpointId: filterId,
            eventId: filterId,
            status: deliveryStatus.optional(),
            type: eventTypeName.optional(),
            since: instant.optional().meta({ description: 'Created at this time or later.' }),
            until: instant.optional().meta({ description: 'Created before this time.' }),
            text: line(200).optional().meta({ description: 'In the payload, in upper or lower case.' }),
          }),
          response: { 200: DeliveryPage },
        },
      },
      async (request) => {
        const { limit, cursor, endpointId, eventId, status, type, since, until, text } = request.query;
        const filter = {
          endpointId: endpointId ?? null,
          eventId: eventId ?? null,
          status: status ?? null,
          eventType: type ?? null,
          since: since === undefined ? null : toUtc(since),
          until: until === undefined ? null : toUtc(until),
        };
        if (text !== undefined) {
          const after = readSearchCursor(cursor);
          const found = await deps.searchDeliveries(request.organizationId, filter, text, { limit, after });
          return {
            data: found.rows.map((row) => showDelivery(row, deps.workflowLink)),
            nextCursor: found.next && encodeCursor([found.next.id, String(found.next.searched)]),
            unmatched: null,
          };
        }
        const page = { limit: limit + 1, after: readIdCursor(cursor) };
        const rows = await deps.deliveries.list(request.organizationId, filter, page);
        const shown = toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => showDelivery(row, deps.workflowLink),
        );
        const isEmpty = eventId !== undefined && rows.length === 0;
        return { ...shown, unmatched: isEmpty ? await deps.events.unmatched(request.organizationId, eventId) : null };
      },
    );

    app.get(
      '/v1/deliveries/:id',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getDelivery',
          summary: 'Get a delivery',
          tags: ['deliveries'],
          params: z.object({ id: idParam }),
          response: { 200: Delivery },
        },
      },
      async (request) => {
        const row = await deps.deliveries.get(request.organizationId, request.params.id);
        if (!row) throw new Problem('not_found', 'There is no delivery of this id.');
        return showDelivery(row, deps.workflowLink);
      },
    );

    app.get(
      '/v1/deliveries/:id/attempts',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listAttempts',
          summary: 'List the attempts of a delivery, oldest first, one under way last',
          tags: ['deliveries'],
          params: z.object({ id: idParam }),
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(Attempt, 'AttemptPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const after = Number(readCursor(cursor, [/^\d{1,9}$/])?.[0] ?? 0);
        const page = { limit: limit + 1, after };
        const rows = await deps.deliveries.attempts(request.organizationId, request.params.id, page);
        if (!rows) throw new Problem('not_found', 'There is no delivery of this id.');
        return toPage(rows, limit, (row) => [String(row.number)], showAttempt);
      },
    );
  };
}

function readSearchCursor(cursor: string | undefined): SearchPosition | null {
  const [id, searched] = readCursor(cursor, [ID, /^\d{1,5}$/]) ?? [];
  return id === undefined ? null : { id, searched: Number(searched) };
}
