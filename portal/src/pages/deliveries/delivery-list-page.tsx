import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Page } from '../../components/page.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { useMayChange } from '../../session/session-context.ts';
import { ReplayDialog } from '../endpoints/replay-dialog.tsx';
import { DeliveryFilters } from './delivery-filters.tsx';
import { deliveriesQuery } from './delivery-queries.ts';
import { type DeliverySearch, isNarrowed, onlyDeliverySearch } from './delivery-search.ts';
import { DeliveryTable } from './delivery-table.tsx';
import { useLiveDeliveries } from './live.ts';
import { LiveSwitch } from './live-switch.tsx';

/** The log: every delivery, newest first, growing by itself. */
export function DeliveryListPage() {
  const search = onlyDeliverySearch(useSearch({ from: '/organization/deliveries' }));
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const [isPaused, setPaused] = useState(false);
  const [isReplaying, setReplaying] = useState(false);
  const deliveries = useQuery({ ...deliveriesQuery(search), placeholderData: keepPreviousData });
  const live = useLiveDeliveries(search, isPaused);
  const change = (next: DeliverySearch) => void navigate({ to: '/deliveries', search: next, replace: true });
  return (
    <Page
      title="Deliveries"
      lead="One event to one endpoint each, with everything that was tried."
      actions={
        mayChange && (
          <Button icon="retry" onClick={() => setReplaying(true)}>
            Resend since …
          </Button>
        )
      }
    >
      <DeliveryFilters search={search} onChange={change} />
      <div className="card">
        <div className="card-head">
          <LiveSwitch live={live} isPaused={isPaused} onChange={setPaused} />
          {isNarrowed(search) && (
            <Button variant="quiet" icon="cross" onClick={() => change({})}>
              Clear the filters
            </Button>
          )}
        </div>
        {deliveries.isPending && <Spinner label="Reading the deliveries" />}
        {deliveries.isError && (
          <ErrorState error={deliveries.error} what="list" onRetry={() => void deliveries.refetch()} />
        )}
        {deliveries.data?.data.length === 0 && <NoDeliveries search={search} />}
        {deliveries.data && deliveries.data.data.length > 0 && (
          <DeliveryTable deliveries={deliveries.data.data} withEndpoint={search.endpointId === undefined} />
        )}
        <Paging search={search} nextCursor={deliveries.data?.nextCursor ?? null} />
      </div>
      {isReplaying && <ReplayDialog endpointId={search.endpointId} onClose={() => setReplaying(false)} />}
    </Page>
  );
}

function NoDeliveries({ search }: { search: DeliverySearch }) {
  if (search.cursor !== undefined) {
    return (
      <Empty icon="list" title="No older deliveries">
        <p>This is the end of the list.</p>
      </Empty>
    );
  }
  if (isNarrowed(search)) {
    return (
      <Empty icon="search" title="Nothing fits these filters">
        <p>
          Loosen or clear them.{' '}
          {search.text !== undefined &&
            'The text is looked for in the newest 10,000 deliveries that fit the other filters.'}
        </p>
      </Empty>
    );
  }
  return (
    <Empty icon="list" title="Nothing was sent yet">
      <p>As soon as an event is published that one of your endpoints takes, it appears here by itself.</p>
      <Link to="/test" className="button plain">
        <Icon name="test" />
        Send a test event
      </Link>
    </Empty>
  );
}

function Paging({ search, nextCursor }: { search: DeliverySearch; nextCursor: string | null }) {
  const { cursor, ...filters } = search;
  if (cursor === undefined && nextCursor === null) return null;
  return (
    <nav className="paging" aria-label="Pages">
      {cursor === undefined ? (
        <span className="muted small">The newest</span>
      ) : (
        <Link to="/deliveries" search={filters} className="button plain">
          <Icon name="back" />
          Newest
        </Link>
      )}
      {nextCursor !== null && (
        <Link to="/deliveries" search={{ ...filters, cursor: nextCursor }} className="button plain">
          Older
          <Icon name="next" />
        </Link>
      )}
    </nav>
  );
}
