import { useQuery } from '@tanstack/react-query';
import { HourChart } from '../../components/hour-chart.tsx';
import { Section } from '../../components/section.tsx';
import { tookTime } from '../../format/time.ts';
import { type Endpoint, endpointStatsQuery, nameOf } from './endpoint-queries.ts';
import { shareText } from './health.tsx';

/** The last 24 hours of an endpoint, hour by hour. */
export function EndpointHealth({ endpoint }: { endpoint: Endpoint }) {
  const { data } = useQuery(endpointStatsQuery);
  const stats = data?.get(endpoint.id);
  if (stats === undefined || stats.delivered + stats.failed === 0) return null;
  const figures = [
    { label: 'Delivered', value: shareText(stats.delivered, stats.failed) },
    { label: 'Attempts that arrived', value: String(stats.delivered) },
    { label: 'Attempts that failed', value: String(stats.failed), isBad: stats.failed > 0 },
    { label: 'Median latency', value: stats.latencyP50Ms === null ? '–' : tookTime(stats.latencyP50Ms) },
    { label: '95 % are faster than', value: stats.latencyP95Ms === null ? '–' : tookTime(stats.latencyP95Ms) },
  ];
  return (
    <Section title="Last 24 hours">
      <dl className="figures">
        {figures.map(({ label, value, isBad }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={isBad ? 'share-bad' : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
      <figure className="stack-s">
        <HourChart hours={stats.hours} height={72} withLatency label={`Last 24 hours of ${nameOf(endpoint)}`} />
        <figcaption className="legend small muted">
          <span className="key delivered">delivered</span>
          <span className="key failed">failed</span>
          <span className="key latency">median latency</span>
        </figcaption>
      </figure>
    </Section>
  );
}
