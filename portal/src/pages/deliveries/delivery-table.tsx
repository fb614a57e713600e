import { Link } from '@tanstack/react-router';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Ago, Countdown } from '../../components/time.tsx';
import { useEndpointNames } from '../endpoints/endpoint-queries.ts';
import type { Delivery } from './delivery-queries.ts';

/** Deliveries in rows, each a link to its page. */
export function DeliveryTable({
  deliveries,
  withEndpoint,
}: {
  deliveries: readonly Delivery[];
  withEndpoint: boolean;
}) {
  const nameOfEndpoint = useEndpointNames();
  return (
    <table className="table links log-table">
      <thead>
        <tr>
          <th scope="col">Event type</th>
          <th scope="col">Status</th>
          {withEndpoint && <th scope="col">Endpoint</th>}
          <th scope="col">Last answer</th>
          <th scope="col">Attempts</th>
          <th scope="col">Created</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <td className="title">
              <Link to="/deliveries/$deliveryId" params={{ deliveryId: delivery.id }} className="row-link mono break">
                {delivery.eventType}
              </Link>
              {delivery.test && <span className="muted small"> test</span>}
            </td>
            <td data-label="Status">
              <StatusBadge status={delivery.status} />
            </td>
            {withEndpoint && (
              <td data-label="Endpoint" className="ellipsis">
                {nameOfEndpoint(delivery.endpointId)}
              </td>
            )}
            <td data-label="Last answer">
              <LastAnswer delivery={delivery} />
            </td>
            <td data-label="Attempts">
              {delivery.attemptCount}
              <span className="unit hidden">&nbsp;{delivery.attemptCount === 1 ? 'attempt' : 'attempts'}</span>
              {delivery.status === 'pending' && delivery.nextAttemptAt !== null && (
                <span className="muted small">
                  , next in <Countdown at={delivery.nextAttemptAt} />
                </span>
              )}
            </td>
            <td data-label="Created" className="muted">
              <Ago at={delivery.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LastAnswer({ delivery: { lastStatusCode, lastErrorCode, reason } }: { delivery: Delivery }) {
  const text = lastStatusCode ?? lastErrorCode?.replaceAll('_', ' ') ?? reason?.replaceAll('_', ' ') ?? '–';
  return <span className="mono">{text}</span>;
}
