import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ListPage } from '../../api/pages.ts';
import { Button } from '../../components/button.tsx';
import { ErrorState, Spinner } from '../../components/states.tsx';

interface PagedListProps<Item> {
  queryKey: readonly unknown[];
  /** One page; the first for `undefined`. */
  read: (cursor: string | undefined) => Promise<ListPage<Item>>;
  /** What the list is of, for "Reading …" and "No more …": plural. */
  what: string;
  /** Headings of the columns; an empty one is for what needs none. */
  columns: readonly string[];
  /** A row with a key. */
  row: (item: Item) => ReactNode;
  /** Shown when there is nothing at all. */
  empty: ReactNode;
  /** Rows have a link that covers them. */
  links?: boolean;
  /** Read anew after so many milliseconds; never by default. */
  refetchMs?: number;
}

/** A list of the API as a table, with more of it on demand, and its states in words. */
export function PagedList<Item>(props: PagedListProps<Item>) {
  const { queryKey, read, what, columns, row, empty, links = false, refetchMs } = props;
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    ...(refetchMs !== undefined && { refetchInterval: refetchMs }),
  });
  if (query.isPending) return <Spinner label={`Reading the ${what}`} />;
  if (query.isError) return <ErrorState error={query.error} what="list" onRetry={() => void query.refetch()} />;
  const items = query.data.pages.flatMap(({ data }) => data);
  if (items.length === 0) return empty;
  return (
    <div className="card">
      <table className={links ? 'table links' : 'table'}>
        <thead>
          <tr>
            {columns.map((column) =>
              column === '' ? (
                <td key="deeds" />
              ) : (
                <th key={column} scope="col">
                  {column}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{items.map(row)}</tbody>
      </table>
      {query.hasNextPage && (
        <div className="paging">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more {what}
          </Button>
        </div>
      )}
    </div>
  );
}
