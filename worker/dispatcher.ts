import { type PlannedWorkflow, planWorkflows } from '../domain/delivery/plan-workflows.ts';
import type { AssignWorkflows } from '../store/claim.ts';
import type { ClaimRequest } from '../store/claim-round.ts';
import type { ClaimedDelivery } from '../store/types.ts';
import { EndpointLoad } from './endpoint-load.ts';
import { Slots } from './slots.ts';
import type { StartWorkflow } from './start-workflow.ts';

/** Start slots; measured best on one machine: enough to keep Temporal busy, few enough that carriers fill up. */
const SLOTS = 8;
/**
 * Rest between two turns of the failing endpoints: 100 attempts a second are enough to notice that one is back, and leave the
 * machine to the healthy ones however many deliveries wait for the dead.
 */
const FAILING_REST_MS = 1_000;
/** Looks at the store even when nobody woke it: another process's publish, a held delivery that became due. */
const POLL_MS = 500;
/** How often slots and acknowledgements are written or checked: by then most attempts have begun, which does both. */
const SLOT_CHECK_MS = 1_000;
/** Starts under way, above which a carrier that would not be full waits to fill: a workflow costs Temporal the same, full or not. */
const PARTIAL_STARTS = 1;
/**
 * Pressure outlives the last sign of it (a claim without a free slot, a carrier of more than the slots could have held) by this much. Without it every lull between two bursts ends in a
 * round of workflows for one delivery each, which cost Temporal as much as full carriers: 60 % of all workflows, measured.
 */
const PRESSURE_LASTS_MS = 1_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

export interface DispatcherPorts {
  claim(
    request: ClaimRequest,
    assign: AssignWorkflows,
  ): Promise<{ workflowId: string; deliveries: ClaimedDelivery[] }[]>;
  begunOf(workflowIds: readonly string[]): Promise<string[]>;
  attemptedOf(workflowIds: readonly string[]): Promise<string[]>;
  markStarted(workflowIds: readonly string[]): Promise<void>;
  /** Rejects when Temporal does not answer; "already started" is success. */
  start: StartWorkflow;
  newWorkflowId(): string;
  /** A clock that only moves forward. */
  nowMs(): number;
  /** 1 switches carrying off. */
  maxPerWorkflow: number;
  /** After each look at what waits. */
  onClaim(): void;
  /** Before a workflow is started with so many deliveries. */
  onStart(deliveries: number): void;
  onFault(where: string, error: unknown): void;
}

type Planned = PlannedWorkflow<ClaimedDelivery>;

/** Claims waiting deliveries and starts their workflows, as fast as Temporal takes them up. */
export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #slots: Slots;
  readonly #load = new EndpointLoad();
  /** Deliveries in flight by workflow, to be settled when its activity reports. */
  readonly #flights = new Map<string, ClaimedDelivery[]>();
  /** Of those, whose activity runs in this process, which will report. */
  readonly #attempting = new Set<string>();
  readonly #acknowledged = new Set<string>();
  /** Time of the last sign of pressure. */
  #pressedAtMs = Number.NEGATIVE_INFINITY;
  /** Deliveries announced since the last claim, and left behind by it: an estimate, to spare claims that would be dropped. */
  #unseen = 0;
  #failingFlight: string | null = null;
  #stopped = false;
  #pumping = false;
  #again = false;
  #timers: NodeJS.Timeout[] = [];
  readonly #starting = new Set<Promise<void>>();

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    this.#slots = new Slots(SLOTS, () => this.wake());
  }

  run(): void {
    this.#timers = [setInterval(() => this.wake(), POLL_MS), setInterval(() => void this.#checkSlots(), SLOT_CHECK_MS)];
    this.wake();
  }

  /** Takes no new work; resolves when the starts under way have ended or given up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.allSettled(this.#starting);
  }

  /** Something may be waiting (`deliveries` more than before), or a slot is free. */
  wake(deliveries = 0): void {
    this.#unseen += deliveries;
    this.#again = true;
    if (!this.#pumping && !this.#stopped) void this.#pump();
  }

  /** An activity of this process has begun its attempts: the slot is free, the start needs no acknowledgement any more. */
  begun(workflowId: string): void {
    this.#acknowledged.delete(workflowId);
    if (this.#flights.has(workflowId)) this.#attempting.add(workflowId);
    this.#slots.release(workflowId);
  }

  /** An activity of this process is over: its deliveries are no longer in flight. */
  ended(workflowId: string): void {
    const flight = this.#flights.get(workflowId);
    this.#flights.delete(workflowId);
    this.#attempting.delete(workflowId);
    for (const delivery of flight ?? []) this.#load.settled(delivery.endpointId);
    if (this.#failingFlight === workflowId) this.#rest(workflowId);
    if (flight) this.wake();
  }

  #rest(workflowId: string): void {
    setTimeout(() => {
      if (this.#failingFlight === workflowId) this.#failingFlight = null;
      this.wake();
    }, FAILING_REST_MS).unref();
  }

  /** Every attempt's end; steers which endpoints count as failing. */
  attempted(endpointId: string, delivered: boolean): void {
    this.#load.attempted(endpointId, delivered);
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        while (!this.#stopped && (await this.#claimOnce())) {
          // as long as a claim came back full and slots are free
        }
        await this.#claimFailing();
      }
    } catch (error) {
      this.#ports.onFault('claim', error);
    } finally {
      this.#pumping = false;
    }
  }

  /** Claims for the free slots; `true` when more may be waiting and a slot is still free. */
  async #claimOnce(): Promise<boolean> {
    const { maxPerWorkflow } = this.#ports;
    const { free } = this.#slots;
    if (free === 0) {
      this.#pressedAtMs = this.#ports.nowMs();
      return false;
    }
    const carry = maxPerWorkflow > 1 && this.#ports.nowMs() - this.#pressedAtMs < PRESSURE_LASTS_MS;
    const onlyFull = carry && this.#slots.held.length >= PARTIAL_STARTS;
    if (onlyFull && this.#unseen < maxPerWorkflow) return false;
    const limit = carry ? free * maxPerWorkflow : free;
    this.#unseen = 0;
    const { planned, seen } = await this.#claim({ limit, room: this.#load.roomForHealthy() }, carry, onlyFull);
    const claimed = planned.reduce((sum, p) => sum + p.deliveries.length, 0);
    if (planned.some((p) => p.deliveries.length > SLOTS)) this.#pressedAtMs = this.#ports.nowMs();
    for (const workflow of planned) this.#launch(workflow);
    this.#unseen += seen - claimed;
    return seen === limit && claimed > 0;
  }

  /** Failing endpoints have one turn at a time, held until its attempts end, so that a dead one does not slow a healthy one. */
  async #claimFailing(): Promise<void> {
    if (this.#failingFlight !== null || this.#stopped || this.#slots.free === 0) return;
    const { total, each } = this.#load.roomForFailing();
    const limit = Math.min(total, this.#ports.maxPerWorkflow);
    if (each.size === 0 || limit === 0) return;
    const { planned } = await this.#claim({ limit, room: each, only: [...each.keys()] }, true, false);
    for (const workflow of planned) this.#launch(workflow);
    this.#failingFlight = planned.find(attemptsAtOnce)?.workflowId ?? null;
  }

  /** `seen`: what could have been claimed; with `onlyFull`, carriers for now that would not be full are left waiting. */
  async #claim(request: ClaimRequest, carry: boolean, onlyFull: boolean) {
    let planned: Planned[] = [];
    let seen = 0;
    const { maxPerWorkflow, newWorkflowId } = this.#ports;
    this.#ports.onClaim();
    await this.#ports.claim(request, (claimed) => {
      seen = claimed.length;
      planned = planWorkflows(claimed, { carry, maxPerWorkflow, newWorkflowId });
      if (onlyFull)
        planned = planned.filter((p) => p.dueInMs > 0 || isAlone(p) || p.deliveries.length === maxPerWorkflow);
      return planned;
    });
    return { planned, seen };
  }

  #launch(workflow: Planned): void {
    this.#ports.onStart(workflow.deliveries.length);
    this.#slots.take(workflow.workflowId);
    if (attemptsAtOnce(workflow)) {
      this.#flights.set(workflow.workflowId, workflow.deliveries);
      for (const d of workflow.deliveries) this.#load.claimed(d.endpointId, d.endpoint.maxConcurrency);
    }
    const starting = this.#start(workflow);
    this.#starting.add(starting);
    void starting.finally(() => this.#starting.delete(starting));
  }

  /** The rows say "claimed" already, so a failed start is retried under the same id; giving up leaves it to the reconciler. */
  async #start(workflow: Planned): Promise<void> {
    let waitMs = FIRST_RETRY_MS;
    while (!this.#stopped) {
      try {
        await this.#ports.start(workflow);
        if (!attemptsAtOnce(workflow)) this.#slots.release(workflow.workflowId);
        if (!attemptsAtOnce(workflow) || this.#slots.held.includes(workflow.workflowId))
          this.#acknowledged.add(workflow.workflowId);
        return;
      } catch (error) {
        this.#ports.onFault('start', error);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS);
      }
    }
  }

  async #checkSlots(): Promise<void> {
    try {
      const acknowledged = [...this.#acknowledged];
      this.#acknowledged.clear();
      if (acknowledged.length > 0) await this.#ports.markStarted(acknowledged);
      const { held } = this.#slots;
      if (held.length > 0) for (const id of await this.#ports.begunOf(held)) this.#slots.release(id);
      // Another worker may run the activity: begin and end are then seen in the store only.
      const elsewhere = [...this.#flights.keys()].filter((id) => !this.#attempting.has(id) && !held.includes(id));
      if (elsewhere.length > 0) for (const id of await this.#ports.attemptedOf(elsewhere)) this.ended(id);
    } catch (error) {
      this.#ports.onFault('slots', error);
    }
  }
}

/** A workflow that begins with a timer or an export holds no slot: those may last, and tell nothing of Temporal's pace. */
function attemptsAtOnce({ dueInMs, deliveries }: Planned): boolean {
  return dueInMs === 0 && deliveries[0]?.exportState !== 'needed';
}

function isAlone({ deliveries }: Planned): boolean {
  return deliveries.some((d) => d.alone);
}
