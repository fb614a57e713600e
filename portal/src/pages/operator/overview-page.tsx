import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, ask, type Schema } from '../../api/client.ts';
import { Page } from '../../components/page.tsx';
import { ErrorState, Spinner } from '../../components/states.tsx';
import { Ago } from '../../components/time.tsx';
import { shareText } from '../endpoints/health.tsx';
import { ThroughputChart } from './throughput-chart.tsx';

const REFRESH_MS = 10_000;

/** How the installation fares: what goes through, what fails, what waits. */
export function OverviewPage() {
  const stats = useQuery({
    queryKey: ['installation-stats'],
    refetchInterval: REFRESH_MS,
    queryFn: () => ask(api.GET('/v1/stats/installation')),
  });
  return (
    <Page title="Overview" lead="What goes through this installation, of all organizations together.">
      {stats.isPending && <Spinner label="Reading the figures" />}
      {stats.isError && <ErrorState error={stats.error} what="overview" onRetry={() => void stats.refetch()} />}
      {stats.data && <Figures stats={stats.data} />}
    </Page>
  );
}

function Figures({ stats }: { stats: Schema<'InstallationStats'> }) {
  const { span = 'day' } = useSearch({ strict: false });
  const spans = span === 'day' ? stats.hours : stats.minutes;
  const sum = (field: 'published' | 'delivered' | 'failed') => spans.reduce((all, one) => all + one[field], 0);
  const since = span === 'day' ? 'in 24 hours' : 'in 60 minutes';
  return (
    <>
      <dl className="figures">
        <Figure label="Events published" note={since}>
          {sum('published').toLocaleString()}
        </Figure>
        <Figure label="Attempts that delivered" note={since}>
          {shareText(sum('delivered'), sum('failed'))}
        </Figure>
        <Figure label="Waiting deliveries" note="that no workflow has yet">
          {stats.waiting.toLocaleString()}
        </Figure>
        <Figure label="Oldest waiting" note="since it was due">
          {stats.oldestWaitingAt === null ? 'None' : <Ago at={stats.oldestWaitingAt} />}
        </Figure>
      </dl>
      <section className="card" aria-labelledby="throughput">
        <header className="card-head">
          <h2 id="throughput">Throughput and failures</h2>
          <nav className="tabs" aria-label="Time shown">
            <SpanLink span="day">24 hours</SpanLink>
            <SpanLink span="hour">60 minutes</SpanLink>
          </nav>
        </header>
        <div className="card-body stack">
          <ThroughputChart
            spans={spans}
            label={span === 'day' ? 'Attempts of 24 hours, hour by hour' : 'Attempts of 60 minutes, minute by minute'}
          />
        </div>
      </section>
    </>
  );
}

function SpanLink({ span, children }: { span: 'day' | 'hour'; children: string }) {
  const { span: shown = 'day' } = useSearch({ strict: false });
  return (
    <Link
      to="/operator"
      search={(before) => ({ ...before, span })}
      replace
      {...(shown === span ? { 'aria-current': 'true' as const } : { 'aria-current': undefined })}
    >
      {children}
    </Link>
  );
}

function Figure({ label, note, children }: { label: string; note: string; children: ReactNode }) {
  return (
    <div className="card figure">
      <dt>{label}</dt>
      <dd>
        <strong>{children}</strong>
        <span className="faint small">{note}</span>
      </dd>
    </div>
  );
}
