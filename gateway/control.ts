import type { ControlResult } from '../store/control.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { logFault } from './error-handler.ts';
import { Problem } from './errors.ts';

/** Cancels what waits for an endpoint that was just disabled or deleted, and tells the workflows that held it. */
export async function withdrawDeliveries(
  deps: Pick<GatewayDependencies, 'cancelPendingOf' | 'signalLookAgain' | 'logger'>,
  endpointId: string,
  reason: string,
): Promise<void> {
  await tellAll(deps, deps.cancelPendingOf(endpointId, reason));
}

/** What waits because its endpoint's configuration was refused is tried at once: it was repaired. */
export async function hurryRefused(
  deps: Pick<GatewayDependencies, 'hurryRefusedOf' | 'signalLookAgain' | 'logger'>,
  endpointId: string,
): Promise<void> {
  await tellAll(deps, deps.hurryRefusedOf(endpointId));
}

/** Tells the workflows of one batch after the other: the store changes the next batch when those of the last are told. */
async function tellAll(
  deps: Pick<GatewayDependencies, 'signalLookAgain' | 'logger'>,
  batches: AsyncIterable<{ workflowId: string; ids: string[] }[]>,
): Promise<void> {
  for await (const batch of batches) {
    await Promise.all(batch.map(({ workflowId, ids }) => tell(deps, () => deps.signalLookAgain(workflowId, ids))));
  }
}

/** Tells a workflow; a failure is only logged, since the store has the truth and the reconciler brings it there. */
export async function tell(deps: Pick<GatewayDependencies, 'logger'>, signal: () => Promise<void>): Promise<void> {
  try {
    await signal();
  } catch (error) {
    logFault(deps.logger, error, 'a workflow could not be told; the reconciler will');
  }
}

/** The workflow to tell after a control call, null for none. Throws a problem when the call was refused; `hint` names the way out. */
export function signalOf(result: ControlResult, hint: string): string | null {
  switch (result.kind) {
    case 'done':
      return result.signal;
    case 'not_found':
      throw new Problem('not_found', 'There is no delivery of this id.');
    case 'wrong_state':
      throw new Problem('wrong_state', `The delivery is ${result.status}. ${hint}`);
  }
}
