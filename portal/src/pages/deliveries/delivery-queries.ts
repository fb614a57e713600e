import { queryOptions } from '@tanstack/react-query';
import { api, ask, type Schema } from '../../api/client.ts';
import { allPages } from '../../api/pages.ts';
import type { DeliverySearch } from './delivery-search.ts';

export type Delivery = Schema<'Delivery'>;
export type Attempt = Schema<'Attempt'>;

/** Deliveries under way are looked at again this often while somebody watches. */
const WATCH_MS = 1_500;
const PAGE_SIZE = 50;

/** A page of deliveries, newest first. */
export function deliveriesQuery(search: DeliverySearch) {
  return queryOptions({
    queryKey: ['deliveries', search],
    queryFn: () => ask(api.GET('/v1/deliveries', { params: { query: { ...search, limit: PAGE_SIZE } } })),
  });
}

/** One delivery, anew and anew until it has ended. */
export function deliveryQuery(id: string) {
  return queryOptions({
    queryKey: ['delivery', id],
    queryFn: () => ask(api.GET('/v1/deliveries/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? WATCH_MS : false),
  });
}

/**
 * Its attempts, newest first. `version` changes with the delivery, so that they are read anew when it has; what was read before is
 * shown meanwhile.
 */
export function attemptsQuery(id: string, version: string) {
  return queryOptions({
    queryKey: ['attempts', id, version],
    placeholderData: (before: Attempt[] | undefined) => before,
    queryFn: async () => {
      const attempts = await allPages<Attempt>((cursor) =>
        ask(
          api.GET('/v1/deliveries/{id}/attempts', {
            params: { path: { id }, query: { limit: 100, ...(cursor && { cursor }) } },
          }),
        ),
      );
      return attempts.reverse();
    },
    refetchInterval: ({ state }) => (state.data?.[0]?.outcome === 'in_progress' ? WATCH_MS : false),
  });
}

/** What tells that a delivery has changed in a way that its attempts show. */
export function versionOf({ status, attemptCount, generation, nextAttemptAt }: Delivery): string {
  return [status, attemptCount, generation, nextAttemptAt].join();
}

/** The event that a delivery carries. */
export function eventQuery(id: string) {
  return queryOptions({
    queryKey: ['event', id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => ask(api.GET('/v1/events/{id}', { params: { path: { id } } })),
  });
}
