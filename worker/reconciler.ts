import type { OverdueWorkflow } from '../store/recovery.ts';
import { Passes } from './passes.ts';
import type { StartWorkflow } from './start-workflow.ts';

const EVERY_MS = 30_000;
/** Claimed this long ago and not started: the process that claimed it is gone, or it would have said so. */
const CLAIMED_MS = 5_000;
const OVERDUE_MS = 120_000;
const BACKOFF_MS = 60_000;

export interface ReconcilerPorts {
  overdue(limits: { claimedMs: number; startedMs: number; backoffMs: number }): Promise<OverdueWorkflow[]>;
  markStarted(workflowIds: readonly string[]): Promise<void>;
  /** Starts the workflow, or tells the one that runs to look again: a lost signal is made good here too. */
  wake: StartWorkflow;
  /** Looks after the queues before limits. */
  tendLimits(): Promise<void>;
  /** Removes endpoints whose lease has ended. */
  removeExpired(): Promise<void>;
  /** Scales what counts as overdue, as it scales the schedules. */
  timeScale: number;
  onFault(where: string, error: unknown): void;
}

/**
 * Starts again, under their own ids, workflows that the store says should be running and Temporal may not know; and has the
 * store look after what waits for places and after endpoints that were lent for a time.
 */
export class Reconciler {
  readonly #ports: ReconcilerPorts;
  readonly #passes: Passes;

  constructor(ports: ReconcilerPorts) {
    this.#ports = ports;
    this.#passes = new Passes(() => this.#pass(), Math.max(1_000, EVERY_MS * ports.timeScale));
  }

  run(): void {
    this.#passes.run();
  }

  stop(): Promise<void> {
    return this.#passes.stop();
  }

  async #pass(): Promise<void> {
    const { timeScale } = this.#ports;
    try {
      const overdue = await this.#ports.overdue({
        claimedMs: CLAIMED_MS,
        startedMs: OVERDUE_MS * timeScale,
        backoffMs: BACKOFF_MS * timeScale,
      });
      for (const workflow of overdue) await this.#wake(workflow);
      await this.#ports.tendLimits();
      await this.#ports.removeExpired();
    } catch (error) {
      this.#ports.onFault('reconcile', error);
    }
  }

  /** One that cannot be woken must not keep the others from it; its back-off has begun. */
  async #wake({ workflowId, deliveries }: OverdueWorkflow): Promise<void> {
    try {
      const carrier = deliveries.length > 1;
      const dueInMs = Math.max(0, ...deliveries.map((d) => Math.ceil(d.dueInMs)));
      await this.#ports.wake({ workflowId, carrier, deliveries, dueInMs });
      await this.#ports.markStarted([workflowId]);
    } catch (error) {
      this.#ports.onFault('reconcile', error);
    }
  }
}
