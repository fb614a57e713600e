import type { GenericValue, IDataObject } from 'n8n-workflow';
import type { DialectWire } from '../../domain/dialects/dialect.ts';
import { ENVELOPE_FIELD } from '../../domain/dialects/envelope.ts';
import type { Received } from './received.ts';

/**
 * What a workflow gets of a verified request: type, ids and times of the event, and its data. A body that is no event, such as
 * Flowcerta's messages for Slack, is all data: nothing that was verified is thrown away.
 */
export function itemOf(
  wire: DialectWire,
  request: Received,
  { receivedAt, deliveryHeader }: { receivedAt: string; deliveryHeader: string | undefined },
): IDataObject {
  const { headers } = request;
  const body = Buffer.from(request.body).toString('utf8');
  const event = wire.parse(body);
  const deliveryId = headers['waybill-delivery'] ?? (deliveryHeader && headers[deliveryHeader]) ?? null;
  if (event.kind !== 'event') {
    const type = headers[`x-${wire.name}-event`] ?? null;
    return { type, eventId: null, deliveryId, occurredAt: null, receivedAt, data: dataOf(body) };
  }
  const { [ENVELOPE_FIELD]: beside, ...data } = event.data as IDataObject;
  const { dialect, ...rest } = (beside ?? {}) as IDataObject;
  return {
    type: event.type,
    // Of Waybill's triggers: the system that an event of any dialect comes from.
    ...(dialect !== undefined && { dialect }),
    eventId: wire.signedId(headers) ?? event.senderId,
    deliveryId,
    occurredAt: event.occurredAt,
    receivedAt,
    ...(event.presenceName !== null && { presenceName: event.presenceName }),
    ...(event.userId !== null && { userId: event.userId }),
    data: { ...data, ...(Object.keys(rest).length > 0 && { [ENVELOPE_FIELD]: rest }) },
  };
}

function dataOf(body: string): IDataObject {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as IDataObject)
      : { value: value as GenericValue };
  } catch {
    return { text: body };
  }
}
