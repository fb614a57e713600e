import { type IDataObject, type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { hmacSha256Hex } from '../../domain/signing/hmac.ts';
import { callWaybill } from '../waybill-api/call.ts';
import { readPage } from '../waybill-api/pages.ts';
import { eventOf } from './message.ts';

/** Publishes an item to this endpoint alone, once under its key, and returns its delivery. */
export async function send(functions: IExecuteFunctions, itemIndex: number, endpointId: string): Promise<IDataObject> {
  const { id: eventId } = await callWaybill(functions, {
    method: 'POST',
    path: '/v1/events',
    body: { ...eventOf(functions, itemIndex), to: [endpointId] },
    headers: { 'Idempotency-Key': idempotencyKey(functions, itemIndex, endpointId) },
    itemIndex,
  });
  const query = { eventId: String(eventId), endpointId };
  const { data } = await readPage(functions, { path: '/v1/deliveries', query, itemIndex }, { limit: 1 });
  const [delivery] = data;
  if (delivery) return delivery;
  throw new NodeOperationError(functions.getNode(), `Event ${eventId} has no delivery any more`, {
    description: 'It was sent before under this idempotency key and has been cleaned up since. Use another key.',
    itemIndex,
  });
}

/** Of the endpoint too, so that two nodes may use the same key; hashed, so that a key may be any text. */
function idempotencyKey(functions: IExecuteFunctions, itemIndex: number, endpointId: string): string {
  const given = String(functions.getNodeParameter('idempotencyKey', itemIndex, '') ?? '').trim();
  if (given !== '') return `n8n-${hmacSha256Hex(endpointId, given)}`;
  throw new NodeOperationError(functions.getNode(), 'The idempotency key is empty', {
    description: 'Give something that names the item, such as its ID.',
    itemIndex,
  });
}
