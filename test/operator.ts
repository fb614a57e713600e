import type { ControlResult } from '../store/control.ts';
import type { Pipeline } from './pipeline.ts';

/** What an operator does through the API: it commits in the store, then the workflow is told. */
export interface Operator {
  cancel(deliveryId: string): Promise<ControlResult>;
  retryNow(deliveryId: string): Promise<ControlResult>;
  resend(deliveryId: string): Promise<ControlResult>;
}

export function anOperator({ store, runtime, organizationId }: Pipeline): Operator {
  const told = async (deliveryId: string, result: ControlResult): Promise<ControlResult> => {
    if (result.kind === 'done' && result.signal !== null) await runtime.signalLookAgain(result.signal, [deliveryId]);
    return result;
  };
  return {
    cancel: async (id) => told(id, await store.control.cancel(organizationId, id)),
    retryNow: async (id) => told(id, await store.control.retryNow(organizationId, id)),
    async resend(id) {
      const result = await store.control.resend(organizationId, id);
      if (result.kind === 'done') await runtime.resendWorkflow(id);
      return result;
    },
  };
}
