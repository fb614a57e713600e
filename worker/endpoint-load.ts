/** Failures in a row after which an endpoint counts as failing, until its next success. */
const FAILING_AFTER = 5;
/** Deliveries of one endpoint that this process keeps in flight when the endpoint sets no cap of its own. */
const MAX_IN_FLIGHT = 800;
/** A busy endpoint without a cap gets more only once there is room for a full carrier: small ones cost Temporal as much. */
const LEAST_ROOM = 100;
/** Of failing endpoints, all together. */
const MAX_IN_FLIGHT_FAILING = 100;

/**
 * What this process has in flight per endpoint, and which endpoints fail. Kept in memory: it steers fairness, never
 * correctness, and a new process learns it again within a few attempts.
 */
export class EndpointLoad {
  readonly #inFlight = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #caps = new Map<string, number>();

  claimed(endpointId: string, maxConcurrency: number | null): void {
    this.#inFlight.set(endpointId, (this.#inFlight.get(endpointId) ?? 0) + 1);
    if (maxConcurrency === null) this.#caps.delete(endpointId);
    else this.#caps.set(endpointId, maxConcurrency);
  }

  settled(endpointId: string): void {
    const left = (this.#inFlight.get(endpointId) ?? 0) - 1;
    if (left > 0) this.#inFlight.set(endpointId, left);
    else this.#inFlight.delete(endpointId);
  }

  attempted(endpointId: string, delivered: boolean): void {
    if (delivered) this.#failures.delete(endpointId);
    else this.#failures.set(endpointId, (this.#failures.get(endpointId) ?? 0) + 1);
  }

  get failing(): string[] {
    return [...this.#failures].filter(([, count]) => count >= FAILING_AFTER).map(([id]) => id);
  }

  /** How many more of each busy endpoint may be claimed; failing ones are shut out here and have a turn of their own. */
  roomForHealthy(): Map<string, number> {
    const room = new Map<string, number>();
    for (const [id, count] of this.#inFlight) {
      const cap = this.#caps.get(id);
      const left = (cap ?? MAX_IN_FLIGHT) - count;
      room.set(id, cap === undefined && left < LEAST_ROOM ? 0 : left);
    }
    for (const id of this.failing) room.set(id, 0);
    return room;
  }

  /** Room for the failing endpoints as a group, and for each. */
  roomForFailing(): { total: number; each: Map<string, number> } {
    const failing = this.failing;
    const inFlight = failing.reduce((sum, id) => sum + (this.#inFlight.get(id) ?? 0), 0);
    const each = failing.map(
      (id) => [id, (this.#caps.get(id) ?? MAX_IN_FLIGHT_FAILING) - (this.#inFlight.get(id) ?? 0)] as const,
    );
    return { total: Math.max(0, MAX_IN_FLIGHT_FAILING - inFlight), each: new Map(each) };
  }
}
