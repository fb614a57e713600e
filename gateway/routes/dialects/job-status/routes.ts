import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { prefixedIds } from '../../../../domain/dialects/id-form.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { createPortalLink } from '../../../portal-link.ts';
import { detailBody, showDetail } from '../detail-errors.ts';
import { type DialectSystem, dialectScope } from '../frame.ts';

/**
 * The job-status API. Its document says "API key for authentication" and not where, so both usual headers are read; webhooks are
 * managed in the portal, so no endpoint id of it is known but ours.
 */
export const jobStatus: DialectSystem = {
  dialect: 'job-status',
  keyHeader: 'either',
  endpointIds: prefixedIds('ep', 'ep'),
  showError: showDetail,
  errorBody: detailBody('JobStatusError'),
};

const PortalUrl = z
  .object({ url: z.string().meta({ description: 'Opens the portal once, within an hour.' }) })
  .meta({ id: 'JobStatusPortal' });

/** The job-status API, under `/job-status`: its one call. */
export function jobStatusRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return dialectScope(deps, jobStatus, [portal]);
}

function portal(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/webhooks/portal',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'createJobStatusPortalLink',
          summary: 'Get a link into the portal, where webhooks are configured',
          response: { 200: PortalUrl },
        },
      },
      async ({ caller, organizationId }) => {
        const { url } = await createPortalLink(deps, caller, organizationId, { dialect: jobStatus.dialect });
        return { url };
      },
    );
  };
}
