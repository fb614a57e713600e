import type { LightMyRequestResponse } from 'fastify';
import type { StoredEvent } from '../../store/read-events.ts';
import type { StoredReceipt } from '../../store/receipt-table.ts';
import type { SentRequest } from './sender.ts';
import type { TestGateway } from './test-gateway.ts';

/** A source as its sender and its owner know it. */
export interface AnySource {
  id: string;
  /** Its address, without the host. */
  path: string;
}

/** An event with its deliveries, as the API shows it. */
interface ShownEvent extends StoredEvent {
  data: Record<string, unknown>;
  deliveries: { endpointId: string }[];
}

/** What tests do with sources, in the name of an organization. */
export interface SourceClient {
  aSource(body: { dialect: string; secret?: string; headers?: { name: string; value: string }[] }): Promise<AnySource>;
  /** Sends as a stranger. */
  post(path: string, request: SentRequest): Promise<LightMyRequestResponse>;
  /** Newest first. */
  receipts(source: AnySource): Promise<StoredReceipt[]>;
  /** The event that an answer names. */
  eventOf(response: LightMyRequestResponse): Promise<ShownEvent>;
}

export function sourceClient(gateway: TestGateway, key: string): SourceClient {
  const read = async (path: string) => (await gateway.call('GET', path, { key })).json();
  return {
    async aSource(body) {
      const response = await gateway.call('POST', '/v1/sources', { key, body });
      if (response.statusCode !== 201) throw new Error(response.body);
      const { id, address } = response.json();
      return { id, path: new URL(address).pathname };
    },
    post: (path, { headers, body }) => gateway.app.inject({ method: 'POST', url: path, headers, payload: body }),
    receipts: async (source) => (await read(`/v1/sources/${source.id}/receipts`)).data,
    eventOf: (response) => read(`/v1/events/${response.json().id}`),
  };
}
