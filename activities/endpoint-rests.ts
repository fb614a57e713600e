/** What of an endpoint decides whether it rests. */
export interface RestingEndpoint {
  id: string;
  /** One that was changed may have another vendor, or another account there. */
  version: number;
}

/**
 * Endpoints whose vendor asked for a wait that is meant for all of them. Kept in memory: another process learns it from its
 * own first answer.
 */
export class EndpointRests {
  readonly #rests = new Map<string, { version: number; untilMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  until(endpoint: RestingEndpoint, untilMs: number): void {
    const longest = Math.max(untilMs, this.#nowMs() + this.leftMs(endpoint));
    this.#rests.set(endpoint.id, { version: endpoint.version, untilMs: longest });
  }

  /** 0: it does not rest. */
  leftMs({ id, version }: RestingEndpoint): number {
    const rest = this.#rests.get(id);
    const leftMs = rest?.version === version ? rest.untilMs - this.#nowMs() : 0;
    if (leftMs <= 0) this.#rests.delete(id);
    return Math.max(0, leftMs);
  }
}
