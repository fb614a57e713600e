import type { Schema } from '../../api/client.ts';

type Span = Schema<'ThroughputSpan'>;

const HEIGHT = 160;
const SLOT = 10;
const GAP = 2;

/** Attempts span by span, oldest first: delivered below, failed on top; with the scale beside it, and in words. */
export function ThroughputChart({ spans, label }: { spans: readonly Span[]; label: string }) {
  const most = Math.max(1, ...spans.map(({ delivered, failed }) => delivered + failed));
  const size = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (HEIGHT - 2)));
  const [first, last] = [spans.at(0), spans.at(-1)];
  return (
    <figure className="throughput">
      <figcaption className="row wrap legend">
        <span className="legend-key">Delivered</span>
        <span className="legend-key failed">Failed</span>
        <span className="faint small">at most {most.toLocaleString()} in one bar</span>
      </figcaption>
      <svg
        className="chart"
        viewBox={`0 0 ${spans.length * SLOT} ${HEIGHT}`}
        height={HEIGHT}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${inWords(spans)}`}
      >
        {spans.map(({ startsAt, published, delivered, failed }, i) => {
          const [good, bad] = [size(delivered), size(failed)];
          const at = { x: i * SLOT, width: SLOT - GAP };
          return (
            <g key={startsAt}>
              <title>{`${clock(startsAt)}: ${published} published, ${delivered} delivered, ${failed} failed`}</title>
              <rect x={i * SLOT} width={SLOT} y={0} height={HEIGHT} fill="transparent" />
              {good + bad === 0 && <rect {...at} className="none" y={HEIGHT - 2} height={2} />}
              <rect {...at} className="delivered" y={HEIGHT - good} height={good} />
              <rect {...at} className="failed" y={Math.max(0, HEIGHT - good - bad)} height={bad} />
            </g>
          );
        })}
      </svg>
      {first && last && (
        <div className="row ends faint small" aria-hidden="true">
          <span>{clock(first.startsAt)}</span>
          <span>{clock(last.startsAt)}</span>
        </div>
      )}
    </figure>
  );
}

function inWords(spans: readonly Span[]): string {
  const sum = (field: 'published' | 'delivered' | 'failed') => spans.reduce((all, one) => all + one[field], 0);
  return `${sum('published')} events published, ${sum('delivered')} attempts delivered, ${sum('failed')} failed`;
}

function clock(at: string): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
