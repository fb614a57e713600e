import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import type { WaybillProcess } from './waybill-process.ts';

/** A delivery as the API lists it, as far as these tests look. */
export interface ListedDelivery {
  id: string;
  eventId: string;
  endpointId: string;
  status: string;
  attemptCount: number;
  workflowId: string;
}

/** A customer of a running Waybill: an organization of its own, spoken for over HTTP. */
export interface WaybillClient {
  anEndpoint(settings: { url: string; retryDelaysMs?: number[]; timeoutMs?: number }): Promise<string>;
  /** Publishes once; the status of the answer. Rejects when there is none. */
  publish(id: string): Promise<number>;
  /** All of them, page by page. */
  deliveries(query?: Record<string, string>): Promise<ListedDelivery[]>;
  /** Outcomes of a delivery's attempts, in their order. */
  outcomes(deliveryId: string): Promise<string[]>;
}

/** Makes an organization with the admin key of the data folder. */
export async function aWaybillClient({ url, dataDir }: WaybillProcess): Promise<WaybillClient> {
  const adminKey = readFileSync(join(dataDir, 'admin-key'), 'utf8').trim();
  const call = (key: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
  const read = async <T>(key: string, path: string, body?: unknown): Promise<T> => {
    const response = await call(key, path, body);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const { key } = await read<{ key: string }>(adminKey, '/v1/organizations', { name: 'Test' });

  return {
    anEndpoint: async (settings) => (await read<{ id: string }>(key, '/v1/endpoints', settings)).id,
    async publish(id) {
      const response = await call(key, '/v1/events', { id, type: 'order.created', data: { id } });
      await response.arrayBuffer();
      return response.status;
    },
    async deliveries(query = {}) {
      const all: ListedDelivery[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const search = new URLSearchParams({ ...query, limit: '100', ...(cursor ? { cursor } : {}) });
        const page: { data: ListedDelivery[]; nextCursor: string | null } = await read(key, `/v1/deliveries?${search}`);
        all.push(...page.data);
        cursor = page.nextCursor;
      }
      return all;
    },
    async outcomes(deliveryId) {
      const { data } = await read<{ data: { number: number; outcome: string }[] }>(
        key,
        `/v1/deliveries/${deliveryId}/attempts`,
      );
      return data.toSorted((a, b) => a.number - b.number).map(({ outcome }) => outcome);
    },
  };
}

/** What became of publishes that were made while Waybill came and went. */
export interface Published {
  /** Answered 202 or 200, in the order of the answers. */
  accepted: string[];
  /** Sent, and the connection ended without an answer, or it was a 503 of a stopping Waybill; each was sent again under its id. */
  unanswered: Set<string>;
  /** Answers that are neither, by id. */
  refused: Map<string, number>;
}

/** Publishes `ids` with `clients` at once. Who gets no answer sends the same again, as a careful publisher does. */
export function publishAll(
  client: WaybillClient,
  ids: readonly string[],
  clients: number,
): Published & { done: Promise<void> } {
  const published: Published = { accepted: [], unanswered: new Set(), refused: new Map() };
  const left = [...ids];
  const publishOne = async (id: string): Promise<boolean> => {
    try {
      const status = await client.publish(id);
      if (status === 202 || status === 200) published.accepted.push(id);
      else if (status !== 503) published.refused.set(id, status);
      if (status !== 503) return true;
    } catch {
      // the connection ended without an answer
    }
    published.unanswered.add(id);
    return false;
  };
  const run = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const mine = id;
      await eventually(`an answer to ${mine}`, () => publishOne(mine), 120_000);
    }
  };
  const done = Promise.all(Array.from({ length: clients }, run)).then(() => undefined);
  done.catch(() => undefined); // whoever waits for it sees it
  return { ...published, done };
}
