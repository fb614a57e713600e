/**
 * Endpoints whose vendor asked for a wait that is meant for all of them. Kept in memory: another process learns it from its
 * own first answer.
 */
export class EndpointRests {
  readonly #untilMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  until(endpointId: string, untilMs: number): void {
    this.#untilMs.set(endpointId, Math.max(untilMs, this.#untilMs.get(endpointId) ?? 0));
  }

  /** 0: it does not rest. */
  leftMs(endpointId: string): number {
    const leftMs = (this.#untilMs.get(endpointId) ?? 0) - this.#nowMs();
    if (leftMs <= 0) this.#untilMs.delete(endpointId);
    return Math.max(0, leftMs);
  }
}
