import { useQuery } from '@tanstack/react-query';
import { ErrorState, Spinner } from '../../components/states.tsx';
import { deliveriesQuery } from '../deliveries/delivery-queries.ts';
import { DeliveryTable } from '../deliveries/delivery-table.tsx';
import { useLiveDeliveries } from '../deliveries/live.ts';

const SHOWN = 8;

/** The newest deliveries of an endpoint, as they come. */
export function RecentDeliveries({ endpointId }: { endpointId: string }) {
  const search = { endpointId };
  const deliveries = useQuery(deliveriesQuery(search));
  useLiveDeliveries(search, false);
  if (deliveries.isPending) return <Spinner label="Reading the deliveries" />;
  if (deliveries.isError) {
    return <ErrorState error={deliveries.error} what="list" onRetry={() => void deliveries.refetch()} />;
  }
  if (deliveries.data.data.length === 0)
    return <p className="muted card-body">Nothing was sent yet. A test shows whether it works.</p>;
  return <DeliveryTable deliveries={deliveries.data.data.slice(0, SHOWN)} withEndpoint={false} />;
}
