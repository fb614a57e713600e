import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SCOPES, type Scope } from '../store/api-keys.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { Problem } from './errors.ts';

/** Who may call a route: anyone, the admin key only, or a key with the scope (the admin key has all). */
export type Access = 'public' | 'admin' | Scope;

/** Who calls. `dialect` is the key's default, null for the admin key and keys without one. */
export interface Caller {
  admin: boolean;
  scopes: ReadonlySet<Scope>;
  dialect: string | null;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Where keys are given; absent: `Authorization: Bearer <key>`. */
    keyHeader?: 'x-api-key';
  }
  interface FastifyRequest {
    caller: Caller;
    /** The organization the call is about; empty on public and admin routes. */
    organizationId: string;
  }
}

/** Routes that other packages add, without a config of ours: the reference page and its script. */
export const REFERENCE_PREFIX = '/docs';

const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES);

/**
 * One hook decides for every route, by the access it declares; a route that declares none fails when the app is built.
 * The organization is the key's own; with the admin key that of the path, else of the header `Waybill-Organization`.
 */
export function installAccess(app: FastifyInstance, deps: GatewayDependencies): void {
  const adminKey = Buffer.from(deps.adminKey);
  app.decorateRequest('caller', null as unknown as Caller);
  app.decorateRequest('organizationId', '');

  app.addHook('onRoute', (route) => {
    if (route.config?.access !== undefined) return;
    if (!route.url.startsWith(REFERENCE_PREFIX)) {
      throw new Error(`route ${String(route.method)} ${route.url} declares no access`);
    }
    route.config = { ...route.config, access: 'public' };
  });

  app.addHook('onRequest', async (request) => {
    const { access, keyHeader } = request.routeOptions.config;
    // Without a route there is no access: the answer is a 404.
    if (access === undefined || access === 'public') return;
    const secret = keyHeader === undefined ? bearer(request) : apiKey(request);
    const isAdmin = equals(secret, adminKey);
    const owner = isAdmin ? null : await deps.apiKeys.authenticate(secret);
    if (!isAdmin && owner === null) throw new Problem('unauthorized', 'The key is unknown or revoked.');
    request.caller = {
      admin: isAdmin,
      scopes: owner?.scopes ?? ALL_SCOPES,
      dialect: owner?.dialect ?? null,
    };
    if (access === 'admin') {
      if (!isAdmin) throw new Problem('missing_scope', 'This call takes the admin key.');
      return;
    }
    if (!request.caller.scopes.has(access)) throw new Problem('missing_scope', `The key lacks the scope ${access}.`);
    request.organizationId = await organizationOf(request, owner?.organizationId ?? null, deps);
  });
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
  const named = inPath ?? (typeof inHeader === 'string' ? inHeader : undefined);
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
function equals(secret: string, key: Buffer): boolean {
  return secret.length === key.length && timingSafeEqual(Buffer.from(secret, 'latin1'), key);
}
