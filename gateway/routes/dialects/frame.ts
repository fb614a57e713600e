import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { IdForm } from '../../../domain/dialects/id-form.ts';
import type { Endpoint } from '../../../store/endpoints.ts';
import { acknowledgeHeader, modeHeader, secretHeader } from '../../creation-headers.ts';
import type { GatewayDependencies } from '../../dependencies.ts';
import { rotateSecret } from '../../endpoint-standing.ts';
import { installErrorHandler } from '../../error-handler.ts';
import type { ProblemDocument } from '../../errors.ts';
import { changeEndpoint, endpointNotFound, findEndpoint, knownWire } from '../../manage-endpoint.ts';

/** What sets one system's API apart from ours; its routes are mounted under `/<dialect>`. */
export interface DialectSystem {
  dialect: string;
  /** Where clients of the system put their key. */
  keyHeader: 'authorization' | 'x-api-key' | 'either';
  /** Form of its endpoint ids. */
  endpointIds: IdForm;
  /** The body of an error in the system's look; `code` is ours and may be repeated in it. Texts say webhook for endpoint. */
  showError(problem: ProblemDocument): object;
  /** Schema of what `showError` returns, for the OpenAPI document. */
  errorBody: z.ZodType;
}

/** A group of a system's routes, its paths without the prefix. Access is declared as everywhere; tag and key header are added here. */
export type DialectRoutes = (deps: GatewayDependencies) => FastifyPluginAsyncZod;

/**
 * The scope of one system: its prefix, its key header, its look of errors, and the header `Waybill-Version` on every answer, by
 * which a client tells Waybill from the real system.
 */
export function dialectScope(
  deps: GatewayDependencies,
  system: DialectSystem,
  groups: readonly DialectRoutes[],
): FastifyPluginAsyncZod {
  const { dialect, keyHeader, errorBody } = system;
  const tag = knownWire(dialect).title;
  const scope: FastifyPluginAsyncZod = async (app) => {
    installErrorHandler(app, {
      contentType: 'application/json',
      body: (problem) => system.showError(inTheirWords(problem)),
      challenge: keyHeader === 'x-api-key' ? null : 'Bearer',
    });
    app.addHook('onSend', async (_request, reply) => {
      reply.header('waybill-version', deps.version);
    });
    app.addHook('onRoute', (route) => {
      route.config = {
        ...route.config,
        keysOnly: true,
        errorBody,
        ...(keyHeader !== 'authorization' && { keyHeader }),
      };
      if (route.schema) route.schema = { ...route.schema, tags: [tag] };
    });
    for (const routes of groups) app.register(routes(deps));
  };
  return async (app) => {
    app.register(scope, { prefix: `/${dialect}` });
  };
}

/** All five systems call an endpoint a webhook. The texts of problems repeat nothing that a caller sent. */
function inTheirWords(problem: ProblemDocument): ProblemDocument {
  const reworded = (text: string) => text.replaceAll('endpoint', 'webhook');
  return { ...problem, title: reworded(problem.title), detail: reworded(problem.detail) };
}

/** Path parameters of routes about one endpoint; ids of any other form are a 404 by `endpointOf`. */
export const endpointParams = z.object({ id: z.string().max(64) });

/** The caller's endpoint of the system's id; throws `not_found`, also for an endpoint of another dialect. */
export async function endpointOf(
  deps: Pick<GatewayDependencies, 'endpoints'>,
  { dialect, endpointIds }: DialectSystem,
  request: FastifyRequest,
  shownId: string,
): Promise<Endpoint> {
  const id = endpointIds.read(shownId);
  if (id === null) throw endpointNotFound();
  return findEndpoint(deps, request.organizationId, id, dialect);
}

/** What a creation takes from the request whatever the system: the dialect and Waybill's own headers. */
export function creationDefaults(
  { dialect }: DialectSystem,
  request: FastifyRequest,
): { dialect: string; secret: string | undefined; acknowledge: 'echo' | null; mode: 'test' | undefined } {
  return {
    dialect,
    secret: secretHeader(request, knownWire(dialect)),
    acknowledge: acknowledgeHeader(request),
    mode: modeHeader(request),
  };
}

/**
 * Waybill's own headers on a change: a client that finds an endpoint for its URL makes it its own, with the secret that it knows
 * and deliveries that it acknowledges, and no delivery is lost as by deleting it. The old secret ends at once. Throws for a secret of
 * the wrong form; what is returned does it, once the rest is changed.
 */
export function takeOver(
  deps: GatewayDependencies,
  system: DialectSystem,
  request: FastifyRequest,
): (standing: Endpoint) => Promise<Endpoint> {
  const { secret, acknowledge } = creationDefaults(system, request);
  return async (standing) => {
    const acknowledging = acknowledge === null ? standing : await changeEndpoint(deps, standing, { acknowledge });
    return secret === undefined ? acknowledging : (await rotateSecret(deps, acknowledging, { secret }, 0)).endpoint;
  };
}
