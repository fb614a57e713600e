import { tookTime } from '../format/time.ts';

export interface ChartHour {
  startsAt: string;
  delivered: number;
  failed: number;
  /** Null: nothing was delivered in it. */
  latencyP50Ms: number | null;
}

const SLOT = 4;
const BAR = 3;

/**
 * Hour by hour, oldest first: delivered below, failed on top, and with `withLatency` the median latency as a line on a scale of
 * its own. Said in words for those who do not see it.
 */
export function HourChart({
  hours,
  height,
  withLatency = false,
  label,
}: {
  hours: readonly ChartHour[];
  /** In CSS pixels. */
  height: number;
  withLatency?: boolean;
  label: string;
}) {
  const most = Math.max(1, ...hours.map(({ delivered, failed }) => delivered + failed));
  const slowest = Math.max(1, ...hours.map(({ latencyP50Ms }) => latencyP50Ms ?? 0));
  const size = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / most) * (height - 2)));
  return (
    <svg
      className="chart"
      viewBox={`0 0 ${hours.length * SLOT} ${height}`}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${inWords(hours)}`}
    >
      {hours.map(({ startsAt, delivered, failed }, i) => {
        const [good, bad] = [size(delivered), size(failed)];
        const x = i * SLOT;
        return (
          <g key={startsAt}>
            <title>{`${hourOf(startsAt)}: ${delivered} delivered, ${failed} failed`}</title>
            <rect x={x} y={0} width={SLOT} height={height} fill="transparent" />
            {good + bad === 0 && <rect className="none" x={x} y={height - 1.5} width={BAR} height={1.5} />}
            <rect className="delivered" x={x} y={height - good} width={BAR} height={good} />
            <rect className="failed" x={x} y={Math.max(0, height - good - bad)} width={BAR} height={bad} />
          </g>
        );
      })}
      {withLatency && (
        <polyline
          className="latency"
          points={hours
            .flatMap(({ latencyP50Ms }, i) =>
              latencyP50Ms === null
                ? []
                : [`${i * SLOT + BAR / 2},${height - 2 - (latencyP50Ms / slowest) * (height - 4)}`],
            )
            .join(' ')}
        />
      )}
    </svg>
  );
}

function inWords(hours: readonly ChartHour[]): string {
  const delivered = hours.reduce((sum, hour) => sum + hour.delivered, 0);
  const failed = hours.reduce((sum, hour) => sum + hour.failed, 0);
  const latencies = hours.flatMap(({ latencyP50Ms }) => latencyP50Ms ?? []);
  const slowest = latencies.length === 0 ? '' : `, slowest hour ${tookTime(Math.max(...latencies))} in the median`;
  return `${delivered} delivered and ${failed} failed in ${hours.length} hours${slowest}`;
}

function hourOf(startsAt: string): string {
  return new Date(startsAt).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
