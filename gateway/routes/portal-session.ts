import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PortalSession as StoredSession } from '../../store/portal-sessions.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { shownInstant } from '../fields.ts';
import { isHttps, setPortalCookie } from '../portal-cookie.ts';

const PortalSession = z
  .object({
    organizationId: z.string(),
    name: z.string().meta({ description: "The organization's." }),
    readOnly: z.boolean(),
    returnUrl: z.string().nullable(),
    dialect: z.string().nullable().meta({ description: 'Of endpoints and events that name none.' }),
    expiresAt: shownInstant,
  })
  .meta({ id: 'PortalSession' });

/**
 * Sessions of the portal's page: opened with a link's token, shown, ended. Only the POST uses a token up: whoever merely looks at
 * a link's address, as mail scanners and chat previews do, leaves it good.
 */
export function portalSessionRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const show = async ({ organizationId, readOnly, options, expiresAt }: StoredSession) => {
    const name = (await deps.organizations.get(organizationId))?.name ?? '';
    const { returnUrl = null, dialect = null } = options;
    return { organizationId, name, readOnly, returnUrl, dialect, expiresAt };
  };
  return async (app) => {
    app.post(
      '/portal/api/session',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'openPortalSession',
          summary: 'Exchange the token of a link for a session',
          description: 'The answer sets the cookie of the session, which lasts a day. A token works once.',
          tags: ['portal'],
          body: z.strictObject({ token: z.string() }).meta({ id: 'PortalToken' }),
          response: { 200: PortalSession },
        },
      },
      async (request, reply) => {
        const result = await deps.portalAccess.exchange(request.body.token);
        if (result.kind === 'refused') {
          const { why, linkId } = result;
          request.log.warn({ why, linkId }, 'a portal link was refused');
          // One answer for all: a stranger with a guess learns nothing from it.
          throw new Problem('portal_access_refused', 'The link is not valid, or not any more.');
        }
        reply.header('set-cookie', setPortalCookie(result.cookie, isHttps(request, deps.publicUrl())));
        return show(result.session);
      },
    );

    app.get(
      '/portal/api/session',
      {
        config: { access: 'session' },
        schema: {
          operationId: 'getPortalSession',
          summary: 'Whose portal the session is in',
          tags: ['portal'],
          response: { 200: PortalSession },
        },
      },
      async (request) => show(sessionOf(request.portalSession)),
    );

    app.delete(
      '/portal/api/session',
      {
        config: { access: 'session' },
        schema: {
          operationId: 'endPortalSession',
          summary: 'End the session',
          tags: ['portal'],
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await deps.portalAccess.endSession(sessionOf(request.portalSession).id);
        reply.header('set-cookie', setPortalCookie(null, isHttps(request, deps.publicUrl())));
        return reply.code(204).send(null);
      },
    );
  };
}

/** The session that the route's access has made sure of. */
function sessionOf(session: StoredSession | null): StoredSession {
  if (session === null) throw new Error('a route of access "session" was called without one');
  return session;
}
