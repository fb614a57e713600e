/** An event as a sender needs it. */
export interface RecentEvent {
  id: string;
  dialect: string;
  type: string;
  /** JSON text. */
  data: string;
  occurredAt: string;
}

/** Characters of data kept; beyond it the oldest leave. */
const MAX_CHARS = 16_000_000;

/**
 * Events published by this process a moment ago, so that a sender in the same process need not read back what was just
 * written. Events never change, so nothing here can be stale; what is missing is read from the store.
 */
export class RecentEvents {
  readonly #events = new Map<string, RecentEvent>();
  #chars = 0;

  put(organizationId: string, { id, dialect, type, data, occurredAt }: RecentEvent): void {
    this.#events.set(`${organizationId} ${id}`, { id, dialect, type, data, occurredAt });
    this.#chars += data.length;
    for (const [key, event] of this.#events) {
      if (this.#chars <= MAX_CHARS) return;
      this.#events.delete(key);
      this.#chars -= event.data.length;
    }
  }

  get(organizationId: string, id: string): RecentEvent | undefined {
    return this.#events.get(`${organizationId} ${id}`);
  }
}
