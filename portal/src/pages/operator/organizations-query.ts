import { queryOptions } from '@tanstack/react-query';
import { api, ask, type Schema } from '../../api/client.ts';
import { allPages } from '../../api/pages.ts';

/** Every organization, newest first. Kept over a change of organization like the session: it is about none of them. */
export const organizationsQuery = queryOptions({
  queryKey: ['session', 'organizations'],
  queryFn: () =>
    allPages<Schema<'Organization'>>((cursor) =>
      ask(api.GET('/v1/organizations', { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
    ),
});
