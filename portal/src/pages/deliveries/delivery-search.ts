import { present, searchOneOf, searchText } from '../../api/search.ts';

export const STATUSES = ['pending', 'delivered', 'failed', 'cancelled'] as const;

/** What the list of deliveries is narrowed by, as its address has it. Absent: not at all. */
export interface DeliverySearch {
  status?: (typeof STATUSES)[number];
  type?: string;
  endpointId?: string;
  eventId?: string;
  /** ISO times: created at it or later, created before it. */
  since?: string;
  until?: string;
  /** In the payload. */
  text?: string;
  /** Of the page before; absent: the newest, which grows by itself. */
  cursor?: string;
}

/** Reads an address; fields that make no sense are left out. */
export function readDeliverySearch(given: Record<string, unknown>): DeliverySearch {
  const text = (name: string) => searchText(given, name);
  const instant = (name: string) => {
    const at = text(name);
    return at !== undefined && !Number.isNaN(Date.parse(at)) ? at : undefined;
  };
  return present({
    status: searchOneOf(given, 'status', STATUSES),
    type: text('type'),
    endpointId: text('endpointId'),
    eventId: text('eventId'),
    since: instant('since'),
    until: instant('until'),
    text: text('text'),
    cursor: text('cursor'),
  });
}

/** Whether anything narrows the list. */
export function isNarrowed({ cursor: _, ...filters }: DeliverySearch): boolean {
  return Object.keys(filters).length > 0;
}

/** Its own part of an address that has more, such as an operator's organization. */
export function onlyDeliverySearch(search: DeliverySearch & Record<string, unknown>): DeliverySearch {
  return readDeliverySearch(search);
}
