import { type IDataObject, type IExecuteFunctions, NodeApiError, NodeOperationError, sleep } from 'n8n-workflow';
import { callWaybill } from '../waybill-api/call.ts';
import { readList } from '../waybill-api/pages.ts';
import { failureOf } from '../waybill-api/per-item.ts';

const FIRST_LOOK_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** A delivery as the node puts it out. */
export function shownDelivery(delivery: IDataObject): IDataObject {
  const { id, eventId, endpointId, status, reason, attemptCount, lastErrorCode } = delivery;
  return { deliveryId: id, eventId, endpointId, status, reason, attemptCount, lastErrorCode };
}

/** Whether nothing more will happen to it by itself. */
function hasEnded({ status }: IDataObject): boolean {
  return status !== 'pending';
}

/**
 * Looks at deliveries, by item, until all have ended or the time is over, and returns them as last seen. An outage of Waybill meanwhile is
 * waited out like anything else; what it refuses to tell is thrown.
 */
export async function lastStates(
  functions: IExecuteFunctions,
  begun: ReadonlyMap<number, IDataObject>,
  timeoutMs: number,
): Promise<Map<number, IDataObject>> {
  const states = new Map(begun);
  const endMs = Date.now() + timeoutMs;
  let pauseMs = FIRST_LOOK_MS;
  for (;;) {
    const pending = [...states].filter(([, delivery]) => !hasEnded(delivery));
    const leftMs = endMs - Date.now();
    if (pending.length === 0 || leftMs <= 0) return states;
    await sleep(Math.min(pauseMs, leftMs));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    for (const [index, delivery] of pending) states.set(index, await look(functions, index, delivery));
  }
}

async function look(functions: IExecuteFunctions, itemIndex: number, delivery: IDataObject): Promise<IDataObject> {
  try {
    return await callWaybill(functions, { method: 'GET', path: `/v1/deliveries/${delivery.id}`, itemIndex });
  } catch (error) {
    const isRefusal = error instanceof NodeApiError && error.httpCode?.startsWith('4') === true;
    if (isRefusal) throw failureOf(functions.getNode(), error, itemIndex);
    return delivery;
  }
}

/** What to say of a delivery that ended without success; undefined for one that was delivered or is on its way. */
export async function complaintAbout(
  functions: IExecuteFunctions,
  itemIndex: number,
  delivery: IDataObject,
): Promise<NodeOperationError | undefined> {
  const { id, status, reason } = delivery;
  if (status !== 'failed' && status !== 'cancelled') return undefined;
  const attempts = await readList(functions, { path: `/v1/deliveries/${id}/attempts`, itemIndex }, null);
  const said = attempts.at(-1)?.errorMessage;
  const verb = status === 'failed' ? 'was given up' : 'was cancelled';
  return new NodeOperationError(functions.getNode(), `The delivery ${verb}${reason ? `: ${reason}` : ''}`, {
    description: `${said ? `${said}. ` : ''}Mend what is named, then send it again with the Waybill node: resource Delivery, operation Resend, ID ${id}.`,
    itemIndex,
  });
}
