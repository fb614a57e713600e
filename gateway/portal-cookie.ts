import type { FastifyRequest } from 'fastify';
import { PORTAL_SESSION_SECONDS } from '../store/portal-sessions.ts';
import type { GatewayDependencies } from './dependencies.ts';

/** Cookie that holds a portal session. */
export const PORTAL_COOKIE = 'waybill_portal';

/** The session's cookie in a request; `undefined` when there is none. */
export function portalCookieOf(request: FastifyRequest): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === PORTAL_COOKIE && value) return value;
  }
  return undefined;
}

/** How the browser is to keep the cookie. */
export interface CookieRules {
  /** Sent by HTTPS only. */
  secure: boolean;
  /** Sent from within a frame of another site too, whose every embedder has a jar of its own. */
  embedded: boolean;
}

/**
 * The header that hands a browser its session, or with `null` takes it away. No script can read it, and where the portal is not
 * embedded it comes along from other sites only when a person follows a link.
 */
export function setPortalCookie(value: string | null, { secure, embedded }: CookieRules): string {
  const maxAge = value === null ? 0 : PORTAL_SESSION_SECONDS;
  const parts = [`${PORTAL_COOKIE}=${value ?? ''}`, `Max-Age=${maxAge}`, 'Path=/', 'HttpOnly'];
  // Browsers take a cookie of `SameSite=None` only if it is secure.
  if (embedded) return [...parts, 'SameSite=None', 'Secure', 'Partitioned'].join('; ');
  return [...parts, 'SameSite=Lax', ...(secure ? ['Secure'] : [])].join('; ');
}

/**
 * Secure when the browser reaches us by HTTPS, which a proxy may end: known by the address that links begin with, or by what the proxy
 * says. A caller who lies about it only changes a cookie of its own.
 */
export function cookieRules(
  request: FastifyRequest,
  deps: Pick<GatewayDependencies, 'publicUrl' | 'portalFrameAncestors'>,
): CookieRules {
  const secure = deps.publicUrl().startsWith('https:') || request.headers['x-forwarded-proto'] === 'https';
  return { secure, embedded: deps.portalFrameAncestors.length > 0 };
}
