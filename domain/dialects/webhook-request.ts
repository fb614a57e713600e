import type { ExchangeRequest } from '../delivery/types.ts';
import type { DialectWire, WireAttempt, WireEvent } from './dialect.ts';

/** Header that asks an acknowledging receiver to repeat the delivery id. */
export const DELIVERY_HEADER = 'waybill-delivery';

/** What of an endpoint decides its requests, beside its dialect. */
export interface CalledEndpoint {
  url: string;
  /** The customer's own, and that of basic authentication. */
  headers: readonly { name: string; value: string }[];
  /** Null: the receiver is not asked to acknowledge. */
  acknowledge: string | null;
  /** Null: the dialect's own. */
  timeoutMs: number | null;
}

/** The one request of a webhook: an attempt makes it, a trial makes it once, a preview shows it. Throws what rendering throws. */
export function webhookRequest(
  wire: DialectWire,
  endpoint: CalledEndpoint,
  event: WireEvent,
  attempt: WireAttempt,
): ExchangeRequest {
  const rendered = wire.render(event, attempt);
  return {
    method: 'POST',
    url: endpoint.url,
    headers: {
      ...customHeaders(endpoint.headers, rendered.headers),
      ...rendered.headers,
      ...(endpoint.acknowledge ? { [DELIVERY_HEADER]: attempt.deliveryId } : {}),
    },
    body: rendered.body,
    timeoutMs: endpoint.timeoutMs ?? wire.timeoutMs,
  };
}

/** A customer's headers can add to the dialect's own, never forge one or send it twice, however it is spelt. */
function customHeaders(
  headers: CalledEndpoint['headers'],
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = headers.map((h) => [h.name.toLowerCase(), h.value] as const).filter(([name]) => !taken.has(name));
  return Object.fromEntries(kept);
}
