import type { TokenMemory } from '../domain/destinations/destination.ts';

/** A token is not used in its last moments: it could end on its way. */
const MARGIN_MS = 30_000;
const MAX_TOKENS = 1_000;

/** Access tokens by endpoint and version, in memory only; a change of the endpoint asks for a new one. */
export class TokenCache {
  readonly #tokens = new Map<string, { token: string; untilMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  of(endpointId: string, version: number): TokenMemory {
    const key = `${endpointId} ${version}`;
    return {
      get: () => {
        const known = this.#tokens.get(key);
        return known && known.untilMs > this.#nowMs() ? known.token : undefined;
      },
      set: (token, expiresInMs) => {
        this.#tokens.set(key, { token, untilMs: this.#nowMs() + expiresInMs - MARGIN_MS });
        if (this.#tokens.size > MAX_TOKENS) this.#tokens.delete(this.#tokens.keys().next().value as string);
      },
      clear: () => void this.#tokens.delete(key),
    };
  }
}
