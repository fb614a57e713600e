import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { shownInstant } from '../fields.ts';

const Schedule = z
  .object({
    id: z.string(),
    workflowType: z.string(),
    timeZone: z.string().meta({ description: 'IANA name; the hour stands in the id.' }),
    note: z.string().meta({ description: 'What it is for, or what an operator wrote in its place.' }),
    paused: z.boolean(),
    nextRunAt: shownInstant.nullable(),
    lastRunAt: shownInstant.nullable().meta({ description: 'When the last run was begun; null: never.' }),
    lastWorkflowId: z.string().nullable(),
  })
  .meta({ id: 'Schedule' });

/** The daily work of the installation, with the admin key. */
export function scheduleRoutes({ schedules }: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/schedules',
      {
        config: { access: 'admin' },
        schema: {
          operationId: 'listSchedules',
          summary: 'List the schedules of the daily work',
          description: 'As Temporal lists them, a moment behind.',
          tags: ['schedules'],
          response: { 200: z.object({ data: z.array(Schedule) }).meta({ id: 'ScheduleList' }) },
        },
      },
      async () => ({ data: await answered(schedules.list()) }),
    );

    app.post(
      '/v1/schedules/:scheduleId/run',
      {
        config: { access: 'admin' },
        schema: {
          operationId: 'runSchedule',
          summary: 'Begin a run now',
          description: 'Also while it is paused; nothing is begun while a run of it is under way.',
          tags: ['schedules'],
          params: z.object({ scheduleId: z.string().max(100) }),
          response: { 202: z.object({ id: z.string() }).meta({ id: 'ScheduleRun' }) },
        },
      },
      async (request, reply) => {
        const { scheduleId: id } = request.params;
        if (!(await answered(schedules.trigger(id))))
          throw new Problem('not_found', 'There is no schedule of this id.');
        return reply.code(202).send({ id });
      },
    );
  };
}

async function answered<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch {
    throw new Problem('temporal_unavailable', 'Temporal does not answer.');
  }
}
