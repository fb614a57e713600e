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
  for await (const batch of deps.cancelPendingOf(endpointId, reason)) {
    await Promise.all(batch.map(({ workflowId, ids }) => tell(deps, () => deps.signalLookAgain(workflowId, ids))));
  }
}

/** What waits because its endpoint's configuration was refused is tried at once: it was repaired. */
export async function hurryRefused(
  deps: Pick<GatewayDependencies, 'hurryRefusedOf' | 'signalLookAgain' | 'logger'>,
  endpointId: string,
): Promise<void> {
  for await (const batch of deps.hurryRefusedOf(endpointId)) {
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
export function signalOf(result: ControlResult, hint: (status: string) => string): string | null {
  switch (result.kind) {
    case 'done':
      return result.signal;
    case 'not_found':
      throw new Problem('not_found', 'There is no delivery of this id.');
    case 'wrong_state':
      throw new Problem('wrong_state', `The delivery is ${result.status}. ${hint(result.status)}`);
  }
}
