import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ACTIONS } from '../../store/activity.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { shownInstant } from '../fields.ts';
import { pageOf, pageQuery, readIdCursor, toPage } from '../paging.ts';

const value = z.unknown().optional();

const ActivityEntry = z
  .object({
    id: z.string(),
    at: shownInstant,
    actor: z
      .object({
        kind: z.enum(['admin', 'key', 'session', 'system']).meta({
          description: '`session`: somebody in the portal; `system`: Waybill by itself.',
        }),
        id: z.string().nullable().meta({ description: 'Of the key or the portal session.' }),
        name: z.string().nullable().meta({ description: "The key's, at that time." }),
      })
      .meta({ id: 'Actor' }),
    action: z.enum(ACTIONS),
    subject: z
      .object({
        kind: z.string().meta({ description: 'The first part of the action.' }),
        id: z.string(),
        name: z.string().nullable(),
      })
      .meta({ id: 'ActivitySubject' }),
    changes: z
      .array(
        z
          .object({
            field: z.string(),
            from: value.meta({ description: 'Absent where it is secret, or nothing was there.' }),
            to: value,
          })
          .meta({ id: 'FieldChange' }),
      )
      .meta({ description: 'Of secrets only the name of the field.' }),
  })
  .meta({ id: 'ActivityEntry', description: 'Who changed what.' });

/** What was changed in an organization, and by whom. */
export function activityRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/activity',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listActivity',
          summary: 'List who changed what, newest first',
          tags: ['activity'],
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(ActivityEntry, 'ActivityPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = { limit: limit + 1, after: readIdCursor(cursor) };
        const rows = await deps.activity.list(request.organizationId, page);
        return toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => row,
        );
      },
    );
  };
}
