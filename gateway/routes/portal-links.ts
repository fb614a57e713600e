import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PORTAL_MODES } from '../../store/portal-links.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { idParam, shownInstant } from '../fields.ts';
import { pageOf, pageQuery, readIdCursor, toPage } from '../paging.ts';
import { createPortalLink } from '../portal-link.ts';
import { PortalTheme, themeOf } from '../portal-theme.ts';

const WEEK_SECONDS = 7 * 24 * 3_600;

const NewPortalLink = z
  .strictObject({
    readOnly: z.boolean().optional().meta({ description: 'The portal may be looked at, and nothing changed.' }),
    expiresInSeconds: z
      .int()
      .min(60)
      .max(WEEK_SECONDS)
      .optional()
      .meta({ description: 'How long the link may wait for its one use. Default: an hour.' }),
    // Other schemes could run a script when the way back is clicked.
    returnUrl: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .max(2_048)
      .optional()
      .meta({ description: 'Where the way back leads.' }),
    color: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour as #rrggbb')
      .optional()
      .meta({ description: "Of the page's buttons and links.", examples: ['#0a7d5a'] }),
    mode: z.enum(PORTAL_MODES).optional().meta({ description: "Default: `system`, as the reader's device is." }),
  })
  .meta({ id: 'NewPortalLink' });

const PortalLinkWithUrl = z
  .object({
    id: z.string(),
    url: z.string().meta({ description: 'Shown only this once. Opens the portal for one browser.' }),
    expiresAt: shownInstant,
  })
  .meta({ id: 'PortalLinkWithUrl' });

const PortalLink = z
  .object({
    id: z.string(),
    readOnly: z.boolean(),
    returnUrl: z.string().nullable(),
    theme: PortalTheme,
    expiresAt: shownInstant,
    usedAt: shownInstant.nullable(),
    revokedAt: shownInstant.nullable(),
    createdAt: shownInstant,
  })
  .meta({ id: 'PortalLink' });

/** Links into an organization's portal: create, list, revoke. */
export function portalLinkRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/organizations/:organizationId/portal-links',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'createPortalLink',
          summary: "Create a link into the organization's portal",
          description: 'It opens one session of a day, which may do what a key of the organization may.',
          tags: ['portal'],
          params: z.object({ organizationId: idParam }),
          body: NewPortalLink.nullish(),
          response: { 201: PortalLinkWithUrl },
        },
      },
      async (request, reply) => {
        const { caller, organizationId, body } = request;
        return reply.code(201).send(await createPortalLink(deps, caller, organizationId, body ?? {}));
      },
    );

    app.get(
      '/v1/organizations/:organizationId/portal-links',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'listPortalLinks',
          summary: 'List portal links, newest first',
          tags: ['portal'],
          params: z.object({ organizationId: idParam }),
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(PortalLink, 'PortalLinkPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = { limit: limit + 1, after: readIdCursor(cursor) };
        const rows = await deps.portalAccess.listLinks(request.organizationId, page);
        return toPage(
          rows,
          limit,
          (row) => [row.id],
          ({ options, ...shown }) => ({ ...shown, returnUrl: options.returnUrl ?? null, theme: themeOf(options) }),
        );
      },
    );

    app.delete(
      '/v1/organizations/:organizationId/portal-links/:id',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'revokePortalLink',
          summary: 'Revoke a portal link',
          description: 'It opens nothing any more, and the session that it opened ends at once.',
          tags: ['portal'],
          params: z.object({ organizationId: idParam, id: idParam }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const revoked = await deps.portalAccess.revokeLink(request.organizationId, request.params.id);
        if (!revoked) throw new Problem('not_found', 'There is no link of this id that could be revoked.');
        return reply.code(204).send(null);
      },
    );
  };
}
