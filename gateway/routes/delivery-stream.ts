import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { StoredDelivery } from '../../store/read-deliveries.ts';
import { isStillAllowed } from '../access.ts';
import { createDeliveryFeed, type FeedNews } from '../delivery-feed.ts';
import { Delivery, deliveryStatus, showDelivery } from '../delivery-schema.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { logFault } from '../error-handler.ts';
import { Problem } from '../errors.ts';
import { openEventStream } from '../event-stream.ts';
import { eventTypeName, ID } from '../fields.ts';

const MOST_STREAMS = 500;
const MOST_OF_ORGANIZATION = 50;
/** How long a stream may outlive its session or key. */
const CHECK_MS = 5_000;
/** Proxies close what is silent for longer. */
const COMMENT_EVERY_CHECKS = 3;
/** Deliveries that a stream remembers to have sent. */
const MOST_SENT = 1_000;

interface OpenStream {
  organizationId: string;
  end(): void;
}

const filterId = z.string().regex(ID).optional();

const Query = z.strictObject({
  endpointId: filterId,
  status: deliveryStatus.optional(),
  type: eventTypeName.optional(),
  organizationId: filterId.meta({ description: 'In place of the header `Waybill-Organization`.' }),
});

/** Deliveries as they come and change. */
export function deliveryStreamRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    const feed = createDeliveryFeed(deps.deliveries, (error) => logFault(deps.logger, error, 'the feed of deliveries'));
    const open = new Set<OpenStream>();
    // A stream would hold up the stop of the server for as long as somebody looks at it.
    app.addHook('preClose', async () => {
      for (const { end } of open) end();
    });

    const takeSlot = (organizationId: string): OpenStream => {
      const own = [...open].filter((stream) => stream.organizationId === organizationId).length;
      if (open.size >= MOST_STREAMS || own >= MOST_OF_ORGANIZATION) {
        throw new Problem('too_many_streams', `There are ${own} of this organization, and ${open.size} in all.`);
      }
      const slot: OpenStream = { organizationId, end: () => undefined };
      open.add(slot);
      return slot;
    };

    app.get(
      '/v1/deliveries/stream',
      {
        config: { access: 'read', organizationInQuery: true },
        exposeHeadRoute: false,
        schema: {
          operationId: 'streamDeliveries',
          summary: 'Deliveries as they come and change',
          description: `Server-sent events. \`delivery\`: one that is new or has changed, as the list shows it; one that was sent is sent again when it does not fit the filter any more. \`reset\`: more has happened than is sent, read the list anew. Watched are the newest 100, and older ones that were pending. Read the list once the stream is open, so that nothing falls in between. After a break, with \`Last-Event-ID\`, the newest that fit are sent again as they are now. It ends with the session or key.`,
          tags: ['deliveries'],
          querystring: Query,
          headers: z.object({ 'last-event-id': z.string().regex(ID).optional() }),
          response: {
            200: { description: 'Server-sent events.', content: { 'text/event-stream': { schema: Delivery } } },
          },
        },
      },
      async (request, reply) => {
        const { organizationId, query } = request;
        const slot = takeSlot(organizationId);
        const sent = new Set<string>();
        const isWanted = (row: StoredDelivery) => sent.has(row.id) || fits(row, query);
        const early: FeedNews[] = [];
        let tell = (news: FeedNews): void => void early.push(news);
        const leave = await feed
          .follow(organizationId, request.headers['last-event-id'] ?? null, (news) => tell(news))
          .catch((error: unknown) => {
            open.delete(slot);
            throw error;
          });

        const stream = openEventStream(reply);
        slot.end = stream.end;
        tell = ({ changed, newest, isPartial }) => {
          const wanted = changed.filter(isWanted);
          for (const row of wanted) {
            remember(sent, row.id);
            stream.send({ event: 'delivery', id: newest, data: showDelivery(row, deps.workflowLink) });
          }
          if (isPartial) stream.send({ event: 'reset', id: newest, data: {} });
          // Tells the browser how far it has come.
          else if (wanted.length === 0) stream.send({ id: newest });
        };
        for (const news of early) tell(news);

        let checks = 0;
        const check = async () => {
          if (!(await isStillAllowed(request, deps))) stream.end();
          else if (++checks % COMMENT_EVERY_CHECKS === 0) stream.comment('still here');
        };
        const timer = setInterval(
          () => check().catch((error) => logFault(deps.logger, error, 'a stream of deliveries')),
          CHECK_MS,
        );
        stream.onEnd(() => {
          clearInterval(timer);
          open.delete(slot);
          leave();
        });
      },
    );
  };
}

function fits(row: StoredDelivery, { endpointId, status, type }: z.output<typeof Query>): boolean {
  return (
    (endpointId === undefined || row.endpointId === endpointId) &&
    (status === undefined || row.status === status) &&
    (type === undefined || row.eventType === type)
  );
}

function remember(sent: Set<string>, id: string): void {
  sent.delete(id);
  sent.add(id);
  const [oldest] = sent;
  if (sent.size > MOST_SENT && oldest !== undefined) sent.delete(oldest);
}
