import type { Schema } from '../../api/client.ts';
import { HourChart } from '../../components/hour-chart.tsx';
import { tookTime } from '../../format/time.ts';

export type EndpointStats = Schema<'EndpointStats'>;

/** The share of deliveries that got through, `98.2 %`; rounded down, so that 100 % means all. */
export function shareText(delivered: number, failed: number): string {
  const all = delivered + failed;
  if (all === 0) return '–';
  const share = Math.floor((delivered / all) * 1_000) / 10;
  return `${share === 100 ? '100' : share.toFixed(1)} %`;
}

/** Health of an endpoint in a row: share, latency and a small chart of 24 hours. */
export function HealthCell({ stats, name }: { stats: EndpointStats | undefined; name: string }) {
  if (stats === undefined || stats.delivered + stats.failed === 0) {
    return <span className="faint small">Nothing sent in 24 h</span>;
  }
  return (
    <div className="health">
      <span className="health-words">
        <strong className={stats.failed > 0 ? 'share-bad' : undefined}>
          {shareText(stats.delivered, stats.failed)}
        </strong>
        <span className="faint small">{stats.latencyP50Ms === null ? '' : tookTime(stats.latencyP50Ms)}</span>
      </span>
      <HourChart hours={stats.hours} height={28} label={`Last 24 hours of ${name}`} />
    </div>
  );
}
