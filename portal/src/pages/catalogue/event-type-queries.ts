import { queryOptions } from '@tanstack/react-query';
import { api, ask, type Schema } from '../../api/client.ts';
import { allPages } from '../../api/pages.ts';

export type EventType = Schema<'EventType'>;

/** Every event type, by dialect and name. */
export const eventTypesQuery = queryOptions({
  queryKey: ['event-types'],
  staleTime: 60_000,
  queryFn: () =>
    allPages<EventType>((cursor) =>
      ask(api.GET('/v1/event-types', { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
    ),
});
