/** A claimed delivery as planning sees it. */
export interface Plannable {
  id: string;
  endpointId: string;
  generation: number;
  tries: number;
  /** 0 or less: due now. */
  dueInMs: number;
  /** Its own id has served as workflow id before. */
  ownWorkflow: boolean;
  /** Never shares a workflow: something has to be done before it is sent. */
  alone: boolean;
}

/** One workflow to start. */
export interface PlannedWorkflow<D extends Plannable> {
  workflowId: string;
  /** `true`: one attempt for each member, failures let go. */
  carrier: boolean;
  deliveries: D[];
  /** Wait before the first act: the latest member's time; 0 when due. */
  dueInMs: number;
}

export interface PlanOptions {
  /** Under pressure deliveries share workflows; otherwise each gets its own. */
  carry: boolean;
  /** 1 switches carrying off. */
  maxPerWorkflow: number;
  /** An id never used before, for carriers and for a delivery whose own id has served. */
  newWorkflowId(): string;
}

/** Members of a waiting carrier may be due this much apart, as a share of the latest one's wait. */
const WAIT_SPREAD = 0.2;
/** Closer than this to its time, a delivery counts as due: the store rounds to milliseconds, a timer costs more. */
const DUE_SLACK_MS = 20;

/**
 * Which workflows carry the claimed deliveries. What is due goes together whatever its endpoint; what waits for a retry goes
 * together only with its like (endpoint, generation, try), due at the latest one's time; what goes alone has no company. A group
 * of one gets a workflow of its own, under the delivery's id unless that has served before: the old run may still be closing.
 */
export function planWorkflows<D extends Plannable>(claimed: readonly D[], options: PlanOptions): PlannedWorkflow<D>[] {
  const carry = options.carry && options.maxPerWorkflow > 1;
  const groups = carry ? groupForCarriers(claimed, options.maxPerWorkflow) : claimed.map((d) => [d]);
  return groups.map((deliveries) => {
    const [only] = deliveries;
    const carrier = deliveries.length > 1;
    const dueInMs = Math.max(...deliveries.map((d) => d.dueInMs));
    return {
      workflowId: carrier || !only || only.ownWorkflow ? options.newWorkflowId() : only.id,
      carrier,
      deliveries,
      dueInMs: dueInMs <= DUE_SLACK_MS ? 0 : Math.ceil(dueInMs),
    };
  });
}

function groupForCarriers<D extends Plannable>(claimed: readonly D[], max: number): D[][] {
  const alone = claimed.filter((d) => d.alone);
  const due = claimed.filter((d) => !d.alone && d.dueInMs <= DUE_SLACK_MS);
  const waiting = claimed.filter((d) => !d.alone && d.dueInMs > DUE_SLACK_MS);
  const alike = Map.groupBy(waiting, (d) => `${d.endpointId} ${d.generation} ${d.tries}`);
  return [
    ...alone.map((d) => [d]),
    ...chunks(due, max),
    ...[...alike.values()].flatMap((group) => splitByTime(group, max)),
  ];
}

function chunks<D>(items: readonly D[], size: number): D[][] {
  const groups: D[][] = [];
  for (let i = 0; i < items.length; i += size) groups.push(items.slice(i, i + size));
  return groups;
}

/** A member far later than the first would hold the others up: a new group begins there. */
function splitByTime<D extends Plannable>(group: readonly D[], max: number): D[][] {
  const groups: D[][] = [];
  let current: D[] = [];
  for (const delivery of group.toSorted((a, b) => a.dueInMs - b.dueInMs)) {
    const first = current[0];
    const tooFar = first !== undefined && delivery.dueInMs - first.dueInMs > delivery.dueInMs * WAIT_SPREAD;
    if (current.length >= max || tooFar) {
      groups.push(current);
      current = [];
    }
    current.push(delivery);
  }
  if (current.length > 0) groups.push(current);
  return groups;
}
