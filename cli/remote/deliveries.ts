import { textTable } from '../text-table.ts';
import { UsageError } from './remote.ts';
import type { RemoteCommand } from './run.ts';

/** A delivery as the API lists it, as far as it is shown. */
export interface ListedDelivery {
  id: string;
  eventType: string;
  endpointId: string;
  status: string;
  attemptCount: number;
  reason: string | null;
  nextAttemptAt: string | null;
  createdAt: string;
}

/** Its cells: when, what, where, how it stands. */
export function deliveryCells(one: ListedDelivery): string[] {
  const state = one.reason ? `${one.status}: ${one.reason}` : one.status;
  return [one.createdAt, one.id, one.eventType, one.endpointId, `${one.attemptCount}`, state];
}

export const DELIVERY_HEAD = ['created', 'delivery', 'type', 'endpoint', 'attempts', 'state'];

const CONTROLS: Readonly<Record<string, string>> = {
  resend: 'sent again',
  'retry-now': 'tried again now',
  cancel: 'cancelled',
};

export const deliveries: RemoteCommand = {
  usage: `waybill deliveries [--endpoint <id>] [--status pending|delivered|failed|cancelled] [--limit <n>]
       waybill deliveries resend|retry-now|cancel <id>
`,
  options: { endpoint: { type: 'string' }, status: { type: 'string' }, limit: { type: 'string', default: '20' } },
  async run(remote, [verb, subject, ...more], { endpoint, status, limit }) {
    if (verb === undefined) {
      const query = new URLSearchParams({ limit: String(limit) });
      if (typeof endpoint === 'string') query.set('endpointId', endpoint);
      if (typeof status === 'string') query.set('status', status);
      const listed = await remote.get<{ data: ListedDelivery[] }>(`/v1/deliveries?${query}`);
      remote.print(listed, ({ data }) => textTable(DELIVERY_HEAD, data.map(deliveryCells)));
    } else if (Object.hasOwn(CONTROLS, verb) && subject !== undefined && more.length === 0) {
      const answer = await remote.post(`/v1/deliveries/${encodeURIComponent(subject)}/${verb}`, {});
      remote.print(answer, () => `${subject} is ${CONTROLS[verb]}\n`);
    } else throw new UsageError(`${[verb, subject, ...more].join(' ')} is not something to do with deliveries`);
  },
};
