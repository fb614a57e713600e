import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ReceivedRequest } from '../../domain/dialects/dialect.ts';
import type { ReceiptOutcome } from '../../store/receipt-table.ts';
import type { ReceivingSource } from '../../store/sources.ts';
import type { PublishResult } from '../../store/types.ts';
import { judgeArrival } from '../arrival.ts';
import { isOpenDialect } from '../check-data.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { PROBLEMS, Problem, type ProblemCode, problemDocument } from '../errors.ts';
import { knownWire } from '../manage-endpoint.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The source whose address was called; null on other routes, and for an unknown address. */
    source: ReceivingSource | null;
  }
}

/** Path of a source's address. The token in it is a capability: it belongs in no log. */
export function inboundPath(token: string): string {
  return `/in/${token}`;
}

type Refused = Exclude<ReceiptOutcome, 'accepted' | 'repeated' | 'unlogged'>;

/** What a stranger is told of each refusal: a status, and nothing of the check. */
const ANSWERS: Record<Refused, ProblemCode> = {
  unverified: 'webhook_refused',
  malformed: 'bad_request',
  too_large: 'payload_too_large',
  unsupported_media_type: 'unsupported_media_type',
};

/**
 * Receives what systems send to their sources. The address is looked up before anything of the body is read; what becomes of an
 * arrival stands in the source's log, and the answer tells no more than its status.
 */
export function inboundRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    // Signatures are over the bytes as they came.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.decorateRequest('source', null);

    app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
      const refusal = request.source === null ? undefined : refusalOf(error, request);
      if (refusal === undefined) throw error;
      return refuse(request, reply, refusal.outcome, refusal.reason, declaredBytes(request));
    });

    app.post(
      inboundPath(':token'),
      {
        config: { access: 'public' },
        schema: { hide: true },
        onRequest: async (request) => {
          request.source = await deps.sources.byToken((request.params as { token: string }).token);
          // The very answer to a path that does not exist.
          if (request.source === null) {
            throw new Problem('not_found', 'There is no such path, or not with this method.');
          }
        },
      },
      async (request, reply) => {
        const source = request.source as ReceivingSource;
        // Without content type and body Fastify calls no parser.
        if (!Buffer.isBuffer(request.body)) return refuse(request, reply, 'unsupported_media_type', 'no body', 0);
        const arrival = { headers: request.headers as ReceivedRequest['headers'], body: request.body };
        const rules = isOpenDialect(source.dialect) ? await deps.eventTypes.publishRules(source.organizationId) : null;
        const judged = judgeArrival(source, knownWire(source.dialect), arrival, rules, deps.now());
        const bodyBytes = request.body.length;
        if (judged.kind === 'refused') return refuse(request, reply, judged.outcome, judged.reason, bodyBytes);
        const result = await deps.publish(judged.item);
        const { eventId, repeated, reason } = publishedAs(result, judged.reason);
        log(source, {
          outcome: repeated ? 'repeated' : 'accepted',
          reason,
          sourceEventId: judged.item.source.eventId,
          eventId,
          bodyBytes,
        });
        return reply.code(repeated ? 200 : 202).send({ id: eventId });
      },
    );

    function log(source: ReceivingSource, receipt: LoggedReceipt): void {
      deps.receipts.add({ sourceId: source.id, receivedAt: new Date(deps.now()).toISOString(), ...receipt });
    }

    function refuse(
      request: FastifyRequest,
      reply: FastifyReply,
      outcome: Refused,
      reason: string,
      bodyBytes: number,
    ): FastifyReply {
      log(request.source as ReceivingSource, { outcome, reason, sourceEventId: null, eventId: null, bodyBytes });
      const code = ANSWERS[outcome];
      const { status, title } = PROBLEMS[code];
      return reply
        .code(status)
        .type('application/problem+json')
        .send(JSON.stringify(problemDocument(new Problem(code, title))));
    }
  };
}

type LoggedReceipt = Omit<Parameters<GatewayDependencies['receipts']['add']>[0], 'sourceId' | 'receivedAt'>;

/** The first event's id where the same was published before. */
function publishedAs(
  result: PublishResult,
  oddity: string | null,
): { eventId: string; repeated: boolean; reason: string | null } {
  if (result.kind === 'created') return { eventId: result.eventId, repeated: false, reason: oddity };
  if (result.kind !== 'repeated') throw new Error(`an arrival cannot be published: ${result.kind}`);
  const reason = result.differs ? 'another body under the same id: the first one stands' : null;
  return { eventId: result.eventId, repeated: true, reason };
}

/** What Fastify refused before the handler; `undefined` for a fault of ours. */
function refusalOf(
  error: FastifyError | Problem,
  request: FastifyRequest,
): { outcome: Refused; reason: string } | undefined {
  switch ((error as FastifyError).statusCode) {
    case 415:
      return {
        outcome: 'unsupported_media_type',
        reason: `Content-Type is ${request.headers['content-type'] ?? 'missing'}`,
      };
    case 413:
      return { outcome: 'too_large', reason: 'the body exceeds 1 MiB' };
    case 400:
      return { outcome: 'malformed', reason: 'the body was cut off, or is not as long as declared' };
    default:
      return undefined;
  }
}

function declaredBytes(request: FastifyRequest): number {
  const length = Number(request.headers['content-length']);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}
