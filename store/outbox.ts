import { createHash } from 'node:crypto';
import type { Db } from './database.ts';
import type { DirectoryEndpoint } from './endpoint-directory.ts';
import { eventKey, insertGroup, type Planned, type PublishListeners, planEvent } from './publish.ts';

/** Inside its transaction: writes events with their deliveries, and returns those that were not there before. */
export type WriteEvents = (planned: readonly Planned[]) => Promise<Planned[]>;

export type Outbox = ReturnType<typeof createOutbox>;

/** Events that stand and fall with the change they tell of, since both are one transaction. */
export function createOutbox(db: Db, options: PublishListeners) {
  return {
    /** Runs `work` in a transaction and afterwards has the dispatcher woken for what it wrote. */
    async transaction<T>(work: (tx: Db, write: WriteEvents) => Promise<T>): Promise<T> {
      const written: Planned[] = [];
      const result = await db.transaction((tx) =>
        work(tx, async (planned) => {
          if (planned.length === 0) return [];
          const inserted = await insertGroup(tx, planned);
          const fresh = planned.filter((p) => inserted.has(eventKey(p.item.organizationId, p.eventId)));
          written.push(...fresh);
          return fresh;
        }),
      );
      const deliveries = written.flatMap((p) => p.deliveries);
      const waiting = deliveries.filter((d) => !d.disabled).length;
      if (waiting > 0) options.onCommitted(waiting);
      if (deliveries.length > 0) options.onWritten(deliveries.length);
      if (written.length > 0) options.onPublished(written.length);
      return result;
    },
  };
}

/** An event that Waybill publishes by itself. */
export interface OwnEvent {
  organizationId: string;
  dialect: string;
  type: string;
  /** Tells it from every other of its type: the same again is written once, whoever writes it and how often. */
  key: string;
  data: object;
  /** ISO. */
  occurredAt: string;
}

/** The event with a delivery for each of these endpoints that takes it. Its id follows from type and key. */
export function planOwnEvent(
  { type, key, data, ...event }: OwnEvent,
  endpoints: readonly DirectoryEndpoint[],
): Planned {
  const item = {
    ...event,
    type,
    id: `evt_${createHash('sha256').update(`${type} ${key}`).digest('hex').slice(0, 32)}`,
    data: JSON.stringify(data),
    idempotencyKey: null,
    fingerprint: '',
    presenceName: null,
    userId: null,
    to: null,
  };
  return planEvent(item, endpoints);
}
