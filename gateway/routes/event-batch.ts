import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../dependencies.ts';
import { logFault, zodFieldErrors } from '../error-handler.ts';
import { fieldProblem, PROBLEMS, Problem, problemDocument } from '../errors.ts';
import { Accepted, NewEvent } from '../event-schema.ts';
import { ProblemSchema } from '../problem-schema.ts';
import { publish } from '../publishing.ts';

const MAX_EVENTS = 100;
const MAX_BATCH_BYTES = 8 * 1024 * 1024;
const MAX_EVENT_BYTES = 1024 * 1024;

// Checked one by one, since a bad event must not fail its neighbours; the document names the real shape.
const BatchItem = z.unknown().meta({ $ref: '#/components/schemas/NewEventInput' });

const Batch = z.strictObject({ events: z.array(BatchItem).min(1).max(MAX_EVENTS) }).meta({ id: 'EventBatch' });

const BatchResult = z
  .object({ data: z.array(z.union([Accepted, z.object({ error: ProblemSchema })])) })
  .meta({ id: 'EventBatchResult', description: 'One result per event, in the order sent.' });

/** Publishing up to 100 events in a call. */
export function eventBatchRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/events/batch',
      {
        config: { access: 'publish' },
        bodyLimit: MAX_BATCH_BYTES,
        schema: {
          operationId: 'publishEvents',
          summary: 'Publish up to 100 events',
          description: 'Each event is judged on its own. One with an `id` may be sent again without harm.',
          tags: ['events'],
          body: Batch,
          response: { 202: BatchResult },
        },
      },
      async (request, reply) => {
        const publisher = { organizationId: request.organizationId, dialect: request.caller.dialect };
        const publishOne = async (item: unknown) => {
          try {
            const { id } = await publish(deps, publisher, parseItem(item), null);
            return { id };
          } catch (error) {
            if (error instanceof Problem) return { error: problemDocument(error) };
            logFault(request.log, error);
            const problem = new Problem('internal_error', `The log has more under ${request.id}.`);
            return { error: { ...problemDocument(problem), requestId: request.id } };
          }
        };
        return reply.code(202).send({ data: await Promise.all(request.body.events.map(publishOne)) });
      },
    );
  };
}

function parseItem(item: unknown): NewEvent {
  const parsed = NewEvent.safeParse(item);
  if (!parsed.success) throw fieldProblem('validation_failed', zodFieldErrors(parsed.error, []));
  // Bytes are counted only where characters could exceed the limit.
  const text = JSON.stringify(parsed.data.data);
  if (text.length > MAX_EVENT_BYTES / 3 && Buffer.byteLength(text) > MAX_EVENT_BYTES) {
    throw new Problem('payload_too_large', PROBLEMS.payload_too_large.title);
  }
  return parsed.data;
}
