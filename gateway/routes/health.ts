import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../dependencies.ts';

const Readiness = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    missing: z.array(z.enum(['store', 'temporal'])),
  })
  .meta({ id: 'Readiness' });

/** Whether the process is alive, and whether what it needs answers. */
export function healthRoutes(deps: Pick<GatewayDependencies, 'readiness'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/health/live',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getLiveness',
          summary: 'Whether the process answers',
          tags: ['health'],
          response: { 200: z.object({ status: z.literal('live') }).meta({ id: 'Liveness' }) },
        },
      },
      async () => ({ status: 'live' as const }),
    );

    app.get(
      '/health/ready',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getReadiness',
          summary: 'Whether store and Temporal answer',
          description: 'Publishing needs the store only: without Temporal events are accepted and wait.',
          tags: ['health'],
          response: { 200: Readiness, 503: Readiness },
        },
      },
      async (_request, reply) => {
        const answers = await deps.readiness();
        const missing = (['store', 'temporal'] as const).filter((part) => !answers[part]);
        const ready = missing.length === 0;
        return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready', missing });
      },
    );
  };
}
