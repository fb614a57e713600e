import type { Schema } from '../../api/client.ts';
import type { DeliverySearch } from './delivery-search.ts';

type Delivery = Schema<'Delivery'>;
type DeliveryPage = Schema<'DeliveryPage'>;

/** A first page that grows is cut at this: beyond it nobody looks, and the older ones are a page away. */
const MAX_SHOWN = 200;

/** The first page with what has come or changed, newest first. What no longer fits the filter goes. */
export function mergeDeliveries(
  page: DeliveryPage,
  arrived: readonly Delivery[],
  search: DeliverySearch,
): DeliveryPage {
  const byId = new Map(page.data.map((delivery) => [delivery.id, delivery]));
  const oldest = page.data.at(-1)?.id;
  for (const delivery of arrived) {
    if (search.status !== undefined && delivery.status !== search.status) byId.delete(delivery.id);
    // Older than this page: it stands on one of the next.
    else if (byId.has(delivery.id) || page.nextCursor === null || oldest === undefined || delivery.id > oldest) {
      byId.set(delivery.id, delivery);
    }
  }
  const data = [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return { ...page, data: page.nextCursor === null ? data : data.slice(0, MAX_SHOWN) };
}

/** Whether the stream alone tells what belongs on the page: payloads and times it does not look into. */
export function isStreamed({ text, since, until, eventId, cursor }: DeliverySearch): boolean {
  return [text, since, until, eventId, cursor].every((filter) => filter === undefined);
}
