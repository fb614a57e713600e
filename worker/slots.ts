/** When a held slot is given back although no begin was seen: its worker may be gone, and the reconciler has the rest. */
const LONGEST_HOLD_MS = 10_000;

/**
 * Start slots of the dispatcher. A start whose first act is an attempt holds one until that attempt begins, so that slots
 * measure Temporal's real pace and carriers fill up while it is busy: starts alone are three times as fast as whole workflows.
 */
export class Slots {
  readonly #size: number;
  readonly #held = new Map<string, NodeJS.Timeout>();
  readonly #onFree: () => void;

  constructor(size: number, onFree: () => void) {
    this.#size = size;
    this.#onFree = onFree;
  }

  get free(): number {
    return Math.max(0, this.#size - this.#held.size);
  }

  /** Workflow ids that hold a slot. */
  get held(): string[] {
    return [...this.#held.keys()];
  }

  take(workflowId: string): void {
    const timer = setTimeout(() => this.release(workflowId), LONGEST_HOLD_MS);
    timer.unref();
    this.#held.set(workflowId, timer);
  }

  /** Idempotent; unknown ids are other workers'. */
  release(workflowId: string): void {
    const timer = this.#held.get(workflowId);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#held.delete(workflowId);
    this.#onFree();
  }
}
