import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api, ask } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { ErrorNote } from '../../components/states.tsx';

const WATCH_MS = 1_000;

/** How far a replay has come: those that wait become fewer, until each has arrived or failed again. */
export function ReplayProgress({
  endpointId,
  since,
  until,
  replayed,
}: {
  endpointId: string;
  since: string;
  until: string;
  /** How many were brought back. */
  replayed: number;
}) {
  const client = useQueryClient();
  const progress = useQuery({
    queryKey: ['replay-progress', endpointId, since, until],
    queryFn: () =>
      ask(
        api.GET('/v1/endpoints/{id}/replay-progress', {
          params: { path: { id: endpointId }, query: { since, until } },
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.pending === 0 ? false : WATCH_MS),
    staleTime: 0,
  });
  const counts = progress.data;
  const isDone = counts?.pending === 0;
  useEffect(() => {
    if (isDone) void client.invalidateQueries({ queryKey: ['deliveries'] });
  }, [client, isDone]);
  const done = Math.max(0, replayed - (counts?.pending ?? replayed));
  return (
    <div className="stack-s">
      <progress aria-label="Resent deliveries that have ended" max={Math.max(1, replayed)} value={done} />
      <p role="status">
        {isDone
          ? `All ${replayed} have been tried: none waits any more.`
          : `${replayed} were brought back; ${counts?.pending ?? replayed} wait or are being tried.`}
      </p>
      {counts && (
        <p className="muted">
          Of everything in this time {counts.delivered} are delivered, {counts.failed} failed, {counts.cancelled}{' '}
          cancelled.
        </p>
      )}
      {progress.isError && <ErrorNote>{wordsOf(progress.error)}</ErrorNote>}
      <p>
        <Link to="/deliveries" search={{ endpointId }}>
          Watch them in the log
        </Link>
        . They go on by themselves; this window may be closed.
      </p>
    </div>
  );
}
