import type { FastifyRequest } from 'fastify';
import { PORTAL_SESSION_SECONDS } from '../store/portal-sessions.ts';

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

/**
 * The header that hands a browser its session, or with `null` takes it away. No script can read it, and it comes along from
 * other sites only when a person follows a link.
 */
export function setPortalCookie(value: string | null, secure: boolean): string {
  const maxAge = value === null ? 0 : PORTAL_SESSION_SECONDS;
  const parts = [`${PORTAL_COOKIE}=${value ?? ''}`, `Max-Age=${maxAge}`, 'Path=/', 'HttpOnly', 'SameSite=Lax'];
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}

/**
 * Whether the browser reaches us by HTTPS, which a proxy may end: known by the address that links begin with, or by what the
 * proxy says. A caller who lies about it only changes a cookie of its own.
 */
export function isHttps(request: FastifyRequest, publicUrl: string): boolean {
  return publicUrl.startsWith('https:') || request.headers['x-forwarded-proto'] === 'https';
}
