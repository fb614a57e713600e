import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PortalSession as StoredSession } from '../../store/portal-sessions.ts';
import { equalsSecret } from '../access.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { shownInstant } from '../fields.ts';
import { cookieRules, setPortalCookie } from '../portal-cookie.ts';
import { PortalTheme, themeOf } from '../portal-theme.ts';
import { createTries } from '../tries.ts';

const PortalSession = z
  .object({
    kind: z.enum(['customer', 'operator']).meta({
      description: '`operator`: opened with the admin key, for every organization.',
    }),
    organizationId: z.string().nullable().meta({ description: "Null: an operator's." }),
    name: z.string().nullable().meta({ description: "The organization's." }),
    readOnly: z.boolean(),
    returnUrl: z.string().nullable(),
    theme: PortalTheme,
    dialect: z.string().nullable().meta({ description: 'Of endpoints and events that name none.' }),
    expiresAt: shownInstant,
  })
  .meta({ id: 'PortalSession' });

/** Wrong admin keys that one address may try. */
const WRONG_KEYS = { limit: 10, windowMs: 60_000 };

/**
 * Sessions of the portal's page: opened with a link's token or the admin key, shown, ended. Only the POST uses a token up: whoever
 * merely looks at a link's address, as mail scanners and chat previews do, leaves it good.
 */
export function portalSessionRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const adminKey = Buffer.from(deps.adminKey);
  const tries = createTries({ ...WRONG_KEYS, now: () => deps.now() });
  const show = async ({ kind, organizationId, readOnly, options, expiresAt }: StoredSession) => {
    const name = organizationId === null ? null : ((await deps.organizations.get(organizationId))?.name ?? '');
    const { returnUrl = null, dialect = null } = options;
    return { kind, organizationId, name, readOnly, returnUrl, theme: themeOf(options), dialect, expiresAt };
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
        reply.header('set-cookie', setPortalCookie(result.cookie, cookieRules(request, deps)));
        return show(result.session);
      },
    );

    app.post(
      '/portal/api/operator-session',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'openOperatorSession',
          summary: 'Exchange the admin key for a session',
          description:
            'The answer sets the cookie of the session, which lasts a day, or until it is ended or another admin key is configured. It may do what the admin key may; the header `Waybill-Organization` names the organization.',
          tags: ['portal'],
          body: z.strictObject({ adminKey: z.string() }).meta({ id: 'OperatorKey' }),
          response: { 200: PortalSession },
        },
      },
      async (request, reply) => {
        if (!tries.mayTry(request.ip)) {
          throw new Problem('too_many_tries', 'Too many wrong admin keys came from this address in the last minute.');
        }
        if (!equalsSecret(request.body.adminKey, adminKey)) {
          tries.wasWrong(request.ip);
          request.log.warn('a wrong admin key was tried in the portal');
          throw new Problem('portal_access_refused', 'This is not the admin key.');
        }
        const { cookie, session } = await deps.portalAccess.openOperatorSession(deps.adminKey);
        reply.header('set-cookie', setPortalCookie(cookie, cookieRules(request, deps)));
        return show(session);
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
        reply.header('set-cookie', setPortalCookie(null, cookieRules(request, deps)));
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
