import createClient, { type Middleware } from 'openapi-fetch';
import { ApiProblem, problemOf } from './problem.ts';
import type { components, paths } from './schema.d.ts';

/** A component of the OpenAPI document, by its name. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

let organizationId: string | null = null;

/** Names the organization that an operator's calls are about; null for customers, whose session has one. */
export function setOrganization(id: string | null): void {
  organizationId = id;
}

/** The same for `EventSource`, which sends no headers. */
export function currentOrganization(): string | null {
  return organizationId;
}

const portalCalls: Middleware = {
  onRequest({ request }) {
    // Other sites cannot set this header, though the cookie comes along with their calls.
    if (request.method !== 'GET') request.headers.set('Waybill-Portal', '1');
    if (organizationId !== null) request.headers.set('Waybill-Organization', organizationId);
    return request;
  },
};

/** The gateway, as its OpenAPI document has it. */
export const api = createClient<paths>({ baseUrl: location.origin });
api.use(portalCalls);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What the call answered. Throws an `ApiProblem` when it was refused, or when nothing answered. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  const answer = await call.catch(() => {
    throw ApiProblem.unreachable();
  });
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}
