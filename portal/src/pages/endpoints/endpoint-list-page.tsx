import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Icon } from '../../components/icon.tsx';
import { Page } from '../../components/page.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { StandingBadge } from '../../components/status-badge.tsx';
import { useMayChange } from '../../session/session-context.ts';
import {
  destinationsQuery,
  type Endpoint,
  endpointStatsQuery,
  endpointsQuery,
  nameOf,
  placeOf,
} from './endpoint-queries.ts';
import { type EndpointStats, HealthCell } from './health.tsx';

/** Where events go, and how well they arrive. */
export function EndpointListPage() {
  const mayChange = useMayChange();
  const endpoints = useQuery(endpointsQuery);
  const stats = useQuery(endpointStatsQuery);
  const add = mayChange && (
    <Link to="/endpoints/new" className="button primary">
      <Icon name="plus" />
      Add endpoint
    </Link>
  );
  return (
    <Page title="Endpoints" lead="Where your events go: webhooks, chats and ticket systems." actions={add}>
      {endpoints.isPending && <Spinner label="Reading the endpoints" />}
      {endpoints.isError && <ErrorState error={endpoints.error} what="list" onRetry={() => void endpoints.refetch()} />}
      {endpoints.data?.length === 0 && (
        <Empty icon="endpoint" title="No endpoints yet">
          <p>
            An endpoint is an address of yours that events are sent to. It takes a minute to add one and to send it a
            test.
          </p>
          {add}
        </Empty>
      )}
      {endpoints.data && endpoints.data.length > 0 && (
        <EndpointTable endpoints={endpoints.data} stats={stats.data ?? new Map()} />
      )}
    </Page>
  );
}

function EndpointTable({
  endpoints,
  stats,
}: {
  endpoints: readonly Endpoint[];
  stats: ReadonlyMap<string, EndpointStats>;
}) {
  const kinds = useQuery(destinationsQuery).data;
  const titleOf = (kind: string) => kinds?.find((one) => one.kind === kind)?.title ?? kind;
  return (
    <div className="card">
      <table className="table links">
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            <th scope="col">State</th>
            <th scope="col">Event types</th>
            <th scope="col">Last 24 hours</th>
          </tr>
        </thead>
        <tbody>
          {endpoints.map((endpoint) => (
            <tr key={endpoint.id}>
              <td className="title">
                <Link to="/endpoints/$endpointId" params={{ endpointId: endpoint.id }} className="row-link break">
                  {nameOf(endpoint)}
                </Link>
                <div className="muted small break">{placeLine(endpoint, titleOf(endpoint.destination))}</div>
              </td>
              <td data-label="State">
                <StandingBadge endpoint={endpoint} />
              </td>
              <td data-label="Event types">
                <EventTypes types={endpoint.eventTypes} />
              </td>
              <td data-label="Last 24 hours" className="health-cell">
                <HealthCell stats={stats.get(endpoint.id)} name={nameOf(endpoint)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Below the name: the place when the name is a description, and the kind. */
function placeLine(endpoint: Endpoint, kind: string): string {
  return nameOf(endpoint) === placeOf(endpoint) ? kind : `${kind} · ${placeOf(endpoint)}`;
}

const SHOWN_TYPES = 2;

function EventTypes({ types }: { types: readonly string[] | null }) {
  if (types === null) return <span className="muted">All</span>;
  const [shown, rest] = [types.slice(0, SHOWN_TYPES), types.length - SHOWN_TYPES];
  return (
    <span className="row wrap tags">
      {shown.map((type) => (
        <span key={type} className="tag">
          {type}
        </span>
      ))}
      {rest > 0 && <span className="muted small">and {rest} more</span>}
    </span>
  );
}
