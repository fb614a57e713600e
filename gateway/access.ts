import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Actor, actAs } from '../store/actor.ts';
import { SCOPES, type Scope } from '../store/api-keys.ts';
import type { PortalSession } from '../store/portal-sessions.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { Problem } from './errors.ts';
import { portalCookieOf } from './portal-cookie.ts';

/**
 * Who may call a route: anyone, the admin key only, a portal session only, or whoever has the scope: the admin key, API keys,
 * and below `/v1` portal sessions.
 */
export type Access = 'public' | 'admin' | 'session' | Scope;

/**
 * Who calls. `admin`: the admin key, or a session that was opened with it. `dialect` is the default of the key or the session, null for
 * the admin key and where there is none.
 */
export interface Caller {
  admin: boolean;
  actor: Actor;
  scopes: ReadonlySet<Scope>;
  dialect: string | null;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Where keys are given: `X-API-KEY`, or there or as bearer. Absent: `Authorization: Bearer <key>`. */
    keyHeader?: 'x-api-key' | 'either';
    /** Not for customers' portal sessions, whatever their scopes: what the call makes would outlive them. */
    keysOnly?: boolean;
    /** The query's `organizationId` does as well as the header: for what a browser asks for without headers of ours. */
    organizationInQuery?: boolean;
  }
  interface FastifyRequest {
    caller: Caller;
    /** The organization the call is about; empty on public and admin routes. */
    organizationId: string;
    /** The portal session that calls; null for a key. */
    portalSession: PortalSession | null;
  }
}

/** Routes that other packages add, without a config of ours: the reference page and its script. */
export const REFERENCE_PREFIX = '/docs';

const ADMIN: Actor = { kind: 'admin', id: null, name: null };
const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES);
const READ_ONLY: ReadonlySet<Scope> = new Set(['read']);

/** Header of the portal's own page on calls that change something: other sites cannot set it, though the cookie comes along. */
const PORTAL_HEADER = 'waybill-portal';

/**
 * One hook decides for every route, by the access it declares; a route that declares none fails when the app is built.
 * The organization is the key's or the session's own; with the admin key that of the path, else of the header
 * `Waybill-Organization`. A key goes before a session.
 */
export function installAccess(app: FastifyInstance, deps: GatewayDependencies): void {
  const adminKey = Buffer.from(deps.adminKey);
  app.decorateRequest('caller', null as unknown as Caller);
  app.decorateRequest('organizationId', '');
  app.decorateRequest('portalSession', null);

  app.addHook('onRoute', (route) => {
    if (route.config?.access !== undefined) return;
    if (!route.url.startsWith(REFERENCE_PREFIX)) {
      throw new Error(`route ${String(route.method)} ${route.url} declares no access`);
    }
    route.config = { ...route.config, access: 'public' };
  });

  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    // Without a route there is no access: the answer is a 404.
    if (access === undefined || access === 'public') return;
    const own = await enter(request, access, adminKey, deps);
    if (access === 'session') return;
    if (access === 'admin') {
      if (!request.caller.admin) throw new Problem('missing_scope', 'This call takes the admin key.');
      return;
    }
    if (!request.caller.scopes.has(access)) {
      const who = request.portalSession ? 'read-only portal session' : 'key';
      throw new Problem('missing_scope', `The ${who} lacks the scope ${access}.`);
    }
    request.organizationId = await organizationOf(request, own, deps);
  });

  // The handler and all it calls run as the caller. Entered only now: a body that is read on the way would lose it.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.caller) actAs(request.caller.actor, done);
    else done();
  });
}

/** Whether the key or session that the call came with is still good; for answers that last. */
export async function isStillAllowed(request: FastifyRequest, deps: GatewayDependencies): Promise<boolean> {
  const { access } = request.routeOptions.config;
  if (access === undefined || access === 'public') return true;
  try {
    await enter(request, access, Buffer.from(deps.adminKey), deps);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** Sets the caller; returns the organization that the key or session belongs to, null for the admin key and operators. */
function enter(
  request: FastifyRequest,
  access: Exclude<Access, 'public'>,
  adminKey: Buffer,
  deps: GatewayDependencies,
): Promise<string | null> {
  const cookie = portalCookieOf(request);
  const bySession = access === 'session' || (cookie !== undefined && mayUseSession(request));
  return bySession ? enterBySession(request, cookie, deps) : enterByKey(request, adminKey, deps);
}

/** Sets the caller by the key given; returns its organization, null for the admin key. */
async function enterByKey(
  request: FastifyRequest,
  adminKey: Buffer,
  deps: GatewayDependencies,
): Promise<string | null> {
  const secret = secretOf(request);
  if (equalsSecret(secret, adminKey)) {
    request.caller = { admin: true, actor: ADMIN, scopes: ALL_SCOPES, dialect: null };
    return null;
  }
  const owner = await deps.apiKeys.authenticate(secret);
  if (owner === null) throw new Problem('unauthorized', 'The key is unknown or revoked.');
  const { keyId: id, name, scopes, dialect } = owner;
  request.caller = { admin: false, actor: { kind: 'key', id, name }, scopes, dialect };
  return owner.organizationId;
}

/** Sessions are for our own page: its calls go below `/v1`, and the routes of the systems know keys only. */
function mayUseSession(request: FastifyRequest): boolean {
  return request.headers.authorization === undefined && request.routeOptions.url?.startsWith('/v1/') === true;
}

/** Sets the caller by the session of the cookie; returns its organization, null for an operator's. */
async function enterBySession(
  request: FastifyRequest,
  cookie: string | undefined,
  deps: GatewayDependencies,
): Promise<string | null> {
  const session = cookie === undefined ? null : await deps.portalAccess.session(cookie, deps.adminKey);
  if (session === null) throw new Problem('portal_access_refused', 'There is no portal session, or it has ended.');
  const changes = request.method !== 'GET' && request.method !== 'HEAD';
  if (changes && request.headers[PORTAL_HEADER] !== '1') {
    throw new Problem('portal_header_missing', 'The call changes something and lacks the header Waybill-Portal: 1.');
  }
  const admin = session.kind === 'operator';
  if (request.routeOptions.config.keysOnly && !admin) throw new Problem('missing_scope', 'This call takes a key.');
  const { id, readOnly, options } = session;
  request.caller = {
    admin,
    actor: { kind: 'session', id, name: null },
    scopes: readOnly ? READ_ONLY : ALL_SCOPES,
    dialect: options.dialect ?? null,
  };
  request.portalSession = session;
  return session.organizationId;
}

function secretOf(request: FastifyRequest): string {
  const { keyHeader } = request.routeOptions.config;
  const inApiKey = keyHeader === 'x-api-key' || (keyHeader === 'either' && 'x-api-key' in request.headers);
  return inApiKey ? apiKey(request) : bearer(request);
}

function bearer(request: FastifyRequest): string {
  const [, secret] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (secret === undefined) throw new Problem('unauthorized', 'The header Authorization must be "Bearer <key>".');
  return secret;
}

function apiKey(request: FastifyRequest): string {
  const secret = request.headers['x-api-key'];
  if (typeof secret !== 'string') throw new Problem('unauthorized', 'The header X-API-KEY must hold a key.');
  return secret;
}

async function organizationOf(request: FastifyRequest, own: string | null, deps: GatewayDependencies): Promise<string> {
  const inPath = (request.params as { organizationId?: string }).organizationId;
  const inHeader = request.headers['waybill-organization'];
  const inQuery = request.routeOptions.config.organizationInQuery
    ? (request.query as { organizationId?: unknown }).organizationId
    : undefined;
  // An empty header names none: clients with a field for it send it all the same.
  const named = [inPath, inHeader || undefined, inQuery].find((name) => typeof name === 'string') as string | undefined;
  if (own !== null) {
    if (named !== undefined && named !== own) throw organizationNotFound();
    return own;
  }
  if (named === undefined) {
    throw new Problem(
      'organization_required',
      'With the admin key, the header Waybill-Organization names the organization.',
    );
  }
  if (!/^org_[0-9a-z]{26}$/.test(named) || !(await deps.organizations.exists(named))) throw organizationNotFound();
  return named;
}

function organizationNotFound(): Problem {
  return new Problem('organization_not_found', 'There is no organization of this id, or the key belongs to another.');
}

/** In constant time for keys of the right length; the length is no secret. */
export function equalsSecret(secret: string, key: Buffer): boolean {
  return secret.length === key.length && timingSafeEqual(Buffer.from(secret, 'latin1'), key);
}
