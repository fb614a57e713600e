import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ask, type Schema } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { Page } from '../../components/page.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { Badge } from '../../components/status-badge.tsx';
import { Ago, Time } from '../../components/time.tsx';
import { useToasts } from '../../components/toast.tsx';

const REFRESH_MS = 10_000;

/** The daily work: when each part ran last and runs next, and a run now. */
export function SchedulesPage() {
  const schedules = useQuery({
    queryKey: ['schedules'],
    refetchInterval: REFRESH_MS,
    queryFn: async () => (await ask(api.GET('/v1/schedules'))).data,
  });
  return (
    <Page title="Schedules" lead="Daily work of the installation, kept by Temporal. Its list is a moment behind.">
      {schedules.isPending && <Spinner label="Reading the schedules" />}
      {schedules.isError && <ErrorState error={schedules.error} what="list" onRetry={() => void schedules.refetch()} />}
      {schedules.data?.length === 0 && (
        <Empty icon="clock" title="No schedules yet">
          <p>Waybill makes them in Temporal when a worker starts. If none appears within a minute, look at its log.</p>
        </Empty>
      )}
      {schedules.data && schedules.data.length > 0 && (
        <div className="card">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Work</th>
                <th scope="col">Last run</th>
                <th scope="col">Next run</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {schedules.data.map((schedule) => (
                <ScheduleRow key={schedule.id} schedule={schedule} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  );
}

function ScheduleRow({ schedule }: { schedule: Schema<'Schedule'> }) {
  const { id, note, paused, nextRunAt, lastRunAt } = schedule;
  const client = useQueryClient();
  const toasts = useToasts();
  const running = useMutation({
    mutationFn: () => ask(api.POST('/v1/schedules/{scheduleId}/run', { params: { path: { scheduleId: id } } })),
    onSuccess: () => toasts.done(`A run of ${id} has begun.`),
    onError: (error) => toasts.failed(wordsOf(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ['schedules'] }),
  });
  return (
    <tr>
      <td className="title">
        <strong className="break">{id}</strong>
        <div className="muted small">{note}</div>
      </td>
      <td data-label="Last run">
        {lastRunAt === null ? <span className="faint">Never</span> : <Ago at={lastRunAt} />}
      </td>
      <td data-label="Next run">
        {paused ? (
          <Badge tone="warning" icon="pause">
            Paused
          </Badge>
        ) : (
          nextRunAt !== null && <Time at={nextRunAt} />
        )}
      </td>
      <td>
        <Button icon="play" busy={running.isPending} aria-label={`Run now: ${id}`} onClick={() => running.mutate()}>
          Run now
        </Button>
      </td>
    </tr>
  );
}
