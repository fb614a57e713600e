import { queryOptions } from '@tanstack/react-query';
import { api, ask, type Schema } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { SESSION_KEY } from '../api/query-client.ts';

/** Who looks: a customer sees one organization, an operator all. */
export type Session = Schema<'PortalSession'>;

/** Whether the page offers to change anything. */
export function mayChange(session: Session): boolean {
  return !session.readOnly;
}

/**
 * The token in the address, if there is one. It is taken out of the address bar and of the history at once, before anything is
 * done with it, so that neither a screenshot nor the back button shows it.
 */
export function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/** Exchanges a link's token, which works once. Throws `portal_access_refused`. */
export function openSession(token: string): Promise<Session> {
  return ask(api.POST('/portal/api/session', { body: { token } }));
}

/** Opens an operator's session. Throws when the key is not the admin key. */
export function openOperatorSession(adminKey: string): Promise<Session> {
  return ask(api.POST('/portal/api/operator-session', { body: { adminKey } }));
}

/** Ends the session here and at the server. */
export async function endSession(): Promise<void> {
  await ask(api.DELETE('/portal/api/session'));
}

/** The session of this browser's cookie; null when there is none. */
export const sessionQuery = queryOptions({
  queryKey: SESSION_KEY,
  staleTime: 5 * 60_000,
  queryFn: async (): Promise<Session | null> => {
    try {
      return await ask(api.GET('/portal/api/session'));
    } catch (error) {
      if (error instanceof ApiProblem && error.isSessionLost) return null;
      throw error;
    }
  },
});
