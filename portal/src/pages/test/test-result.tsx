import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ask } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Icon } from '../../components/icon.tsx';
import { ErrorNote, Spinner } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { AttemptList } from '../deliveries/attempt-list.tsx';
import { DeliveryOutlook } from '../deliveries/delivery-outlook.tsx';

const WATCH_MS = 700;

/** What becomes of a test event: looked at until its delivery has ended. */
export function TestResult({ eventId }: { eventId: string }) {
  const found = useQuery({
    queryKey: ['test-delivery', eventId],
    queryFn: async () =>
      (await ask(api.GET('/v1/deliveries', { params: { query: { eventId, limit: 1 } } }))).data[0] ?? null,
    refetchInterval: ({ state }) => (state.data && state.data.status !== 'pending' ? false : WATCH_MS),
    staleTime: 0,
  });
  const delivery = found.data;
  return (
    <section className="card" aria-label="Result of the test">
      <div className="card-head">
        <div className="row wrap">
          <h3>Test event</h3>
          {delivery && <StatusBadge status={delivery.status} />}
        </div>
        {delivery && (
          <Link to="/deliveries/$deliveryId" params={{ deliveryId: delivery.id }} className="button quiet">
            Open the delivery
            <Icon name="next" />
          </Link>
        )}
      </div>
      <div className="card-body stack">
        {found.isError && <ErrorNote>{wordsOf(found.error)}</ErrorNote>}
        {!delivery && !found.isError && <Spinner label="On its way" />}
        {delivery && <DeliveryOutlook delivery={delivery} />}
        {delivery && <AttemptList delivery={delivery} />}
      </div>
    </section>
  );
}
