import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { currentOrganization } from '../../api/client.ts';
import { type Delivery, deliveriesQuery } from './delivery-queries.ts';
import type { DeliverySearch } from './delivery-search.ts';
import { isStreamed, mergeDeliveries } from './merge-delivery.ts';

/** `live`: what happens is shown as it happens. `connecting`: not yet, or not at the moment. `off`: this page does not grow. */
export interface Live {
  state: 'live' | 'connecting' | 'off';
  /** What has come while paused, by their number. */
  held: number;
}

const GATHER_MS = 200;
const REOPEN_MS = 5_000;

/**
 * Keeps the first page of deliveries up to date by the server's stream, which resumes by itself after an interruption. While
 * paused nothing moves under the reader's hand; what has come is shown when it goes on. Filters that the stream does not know make
 * the page be read anew instead.
 */
export function useLiveDeliveries(search: DeliverySearch, isPaused: boolean): Live {
  const client = useQueryClient();
  const [state, setState] = useState<Live['state']>('connecting');
  const [held, setHeld] = useState(0);
  const paused = useRef(isPaused);
  const show = useRef(() => {});
  const { endpointId, type, cursor } = search;
  const key = JSON.stringify(search);

  useEffect(() => {
    paused.current = isPaused;
    if (!isPaused) show.current();
  }, [isPaused]);

  useEffect(() => {
    if (cursor !== undefined) {
      setState('off');
      return;
    }
    const current = JSON.parse(key) as DeliverySearch;
    const { queryKey } = deliveriesQuery(current);
    const arrived = new Map<string, Delivery>();
    let source: EventSource | undefined;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    let reopening: ReturnType<typeof setTimeout> | undefined;

    // What comes while one waits is shown with it, so that a steady stream is shown as steadily.
    const showSoon = () => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        if (!paused.current) show.current();
      }, GATHER_MS);
    };
    const reread = () => void client.invalidateQueries({ queryKey });
    show.current = () => {
      if (arrived.size === 0) return;
      // A page that is on its way may be older than what has come, and would take its place.
      if (client.getQueryState(queryKey)?.fetchStatus === 'fetching') {
        showSoon();
        return;
      }
      const deliveries = [...arrived.values()];
      arrived.clear();
      setHeld(0);
      if (!isStreamed(current)) reread();
      else client.setQueryData(queryKey, (page) => page && mergeDeliveries(page, deliveries, current));
    };
    const take = (event: MessageEvent<string>) => {
      const delivery = JSON.parse(event.data) as Delivery;
      arrived.set(delivery.id, delivery);
      if (paused.current) setHeld(arrived.size);
      showSoon();
    };
    const open = () => {
      source = new EventSource(streamAddress({ endpointId, type }));
      source.addEventListener('delivery', take);
      // More has happened than the stream tells.
      source.addEventListener('reset', reread);
      source.onopen = () => {
        setState('live');
        // Read once the stream is open, so that nothing falls in between.
        reread();
      };
      source.onerror = () => {
        setState('connecting');
        if (source?.readyState !== EventSource.CLOSED) return;
        // Refused: reading the page anew tells whether the session has ended.
        reread();
        reopening = setTimeout(open, REOPEN_MS);
      };
    };
    open();
    return () => {
      source?.close();
      clearTimeout(gathering);
      clearTimeout(reopening);
      show.current = () => {};
      setHeld(0);
    };
  }, [client, key, endpointId, type, cursor]);

  return { state, held };
}

function streamAddress(filters: { endpointId: string | undefined; type: string | undefined }): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filters, organizationId: currentOrganization() ?? undefined })) {
    if (value !== undefined) query.set(name, value);
  }
  return `/v1/deliveries/stream?${query}`;
}
