import { activityInfo } from '@temporalio/activity';
import type { AttemptStore } from '../store/types.ts';
import { toStoreFault } from './store-fault.ts';
import type { Activities } from './types.ts';

/** After a cancel in Temporal's UI: cancels in the store what the workflow still holds. */
export function createCancelInStore(store: AttemptStore): Activities['cancelInStore'] {
  return async function cancelInStore({ ids }) {
    try {
      const cancelled = await store.cancelHeldBy(activityInfo().workflowExecution?.workflowId ?? '', ids);
      return { cancelled: cancelled.length };
    } catch (error) {
      throw toStoreFault(error);
    }
  };
}
