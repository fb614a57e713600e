import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, ask, type Schema } from '../../api/client.ts';
import { allPages } from '../../api/pages.ts';

export type Endpoint = Schema<'Endpoint'>;
export type EndpointWithSecret = Schema<'EndpointWithSecret'>;

/** How often what changes by itself is read anew where no stream tells of it. */
const REFRESH_MS = 30_000;

/** All endpoints of the organization, newest first. */
export const endpointsQuery = queryOptions({
  queryKey: ['endpoints'],
  refetchInterval: REFRESH_MS,
  queryFn: () =>
    allPages<Endpoint>((cursor) =>
      ask(api.GET('/v1/endpoints', { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
    ),
});

/** One of them. */
export function endpointQuery(id: string) {
  return queryOptions({
    queryKey: ['endpoint', id],
    queryFn: () => ask(api.GET('/v1/endpoints/{id}', { params: { path: { id } } })),
  });
}

/** How the endpoints did in the last 24 hours, by id. */
export const endpointStatsQuery = queryOptions({
  queryKey: ['endpoint-stats'],
  refetchInterval: REFRESH_MS,
  queryFn: async () => {
    const all = await allPages<Schema<'EndpointStats'>>((cursor) =>
      ask(api.GET('/v1/stats/endpoints', { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
    );
    return new Map(all.map((stats) => [stats.endpointId, stats]));
  },
});

/** What kinds of destination there are, with the fields of each. They change with the server's version only. */
export const destinationsQuery = queryOptions({
  queryKey: ['destinations'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await ask(api.GET('/v1/destinations'))).data,
});

/** Names endpoints by id, for lists that show only ids. */
export function useEndpointNames(): (id: string) => string {
  const { data } = useQuery(endpointsQuery);
  return (id) => {
    const endpoint = data?.find((one) => one.id === id);
    return endpoint ? nameOf(endpoint) : id;
  };
}

/** What people call an endpoint: its description, else where it goes. */
export function nameOf(endpoint: Pick<Endpoint, 'description' | 'url' | 'destination' | 'id'>): string {
  const [firstLine = ''] = endpoint.description.trim().split('\n');
  return firstLine || placeOf(endpoint) || endpoint.id;
}

/** Where an endpoint goes, without what need not be read: `hooks.example.com/in`. */
export function placeOf({ url, destination }: Pick<Endpoint, 'url' | 'destination'>): string {
  if (url === '') return destination;
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
