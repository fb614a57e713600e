import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** Key of the session; every other query is about an organization, or the operator's view of all. */
export const SESSION_KEY = ['session'] as const;

/** Ends the session on the page when the gateway says that it has ended. */
function onFault(error: unknown): void {
  if (error instanceof ApiProblem && error.isSessionLost) queryClient.setQueryData(SESSION_KEY, null);
}

/** What was read of the gateway. Refusals are not tried again: only silence and faults of the server may pass. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: onFault }),
  mutationCache: new MutationCache({ onError: onFault }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
    },
  },
});

/** Forgets what was read about an organization, before another one is looked at. */
export function forgetOrganization(): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
}
