/** What people are told when a call was not answered as hoped: what happened, then what to do about it. */
export interface Refusal {
  message: string;
  description: string;
}

/** What to do, by the `code` of a problem; in n8n's words, since whoever reads it sees the node and not the API. */
export const REMEDIES: Readonly<Record<string, string>> = {
  bad_request: 'Check the base URL of the credential, and ids that come from expressions.',
  invalid_json: 'Check the values that come from expressions: one of them does not make JSON.',
  invalid_cursor: 'Run the node again: the list is then read from its beginning.',
  organization_required:
    'The credential holds the admin key, which belongs to no organization. Use an API key of the organization for everything but schedules.',
  unauthorized:
    'Check the API key of the credential: it may be mistyped, revoked, or from another Waybill than the base URL.',
  missing_scope:
    'Use a credential whose key has the scope that is named. Schedules take the admin key of the installation.',
  not_found: 'Check the ID. What belongs to another organization than the API key is not found either.',
  organization_not_found: 'Check the API key of the credential: its organization does not exist here.',
  idempotency_conflict:
    'An idempotency key or event ID stands for one content: use another one, or send exactly what was sent before.',
  wrong_state: 'Look at the delivery first: Retry Now is for pending ones, Resend for those that have ended.',
  destination_refused: 'Check the settings that are named, most often the token or its permissions.',
  endpoint_disabled: 'Enable the endpoint first: resource Endpoint, operation Enable.',
  endpoint_limit_reached: 'Delete an endpoint of this dialect that is no longer used.',
  payload_too_large:
    'Send less: an event may have 1 MiB, a validation 10 MiB. Put large content elsewhere and send its address.',
  unsupported_media_type: 'Check the base URL of the credential: something before Waybill changes the request.',
  validation_failed: 'Correct the fields that are named, then run the node again.',
  unknown_event_type:
    'Use an event type of this dialect, or register it in Waybill first: this organization or dialect takes no others.',
  reserved_event_type: 'Waybill raises this event type itself. Choose another name.',
  invalid_event_data: 'Make the data fit the event type: the fields that are named do not.',
  url_not_allowed:
    'Use a public https address. Private networks are opened by WAYBILL_ALLOW_NETWORKS on the Waybill server.',
  temporal_unavailable: 'Try again in a moment. Publishing works meanwhile.',
  internal_error: 'Try again. If it stays, the Waybill log has more under the request ID.',
};

const MAX_FIELDS = 5;
const UNKNOWN_REMEDY = 'Look the code up in the Waybill documentation under “Errors”.';

/**
 * Puts an answer that is no success into words. `body` is what came, of any kind: a problem of Waybill's, the same in Flowcerta's
 * look, or whatever a proxy says. `address` is the base URL.
 */
export function refusalOf(status: number, body: unknown, address: string): Refusal {
  const problem = asObject(body);
  const code = textIn(problem, 'code');
  const detail = textIn(problem, 'detail') ?? textIn(problem, 'error');
  if (code === undefined || detail === undefined) {
    return {
      message: `${address} answered ${status}, and not as Waybill does`,
      description:
        'Check the base URL of the credential: it is the address of Waybill itself, without a path such as /v1. A proxy before it may also have answered in its place.',
    };
  }
  const named = fieldsIn(problem?.errors ?? problem?.details);
  const fields = named.slice(0, MAX_FIELDS).map(({ field, rule }) => `“${field}” ${rule}`);
  const more = named.length > fields.length ? ` And ${named.length - fields.length} more.` : '';
  const listed = fields.length > 0 ? ` ${fields.join('; ')}.${more}` : '';
  const remedy = (Object.hasOwn(REMEDIES, code) && REMEDIES[code]) || UNKNOWN_REMEDY;
  return { message: `Waybill: ${detail}`, description: `${remedy}${listed} (${code})` };
}

/** The same for a call that got no answer at all; `reason` is what the network said. */
export function silenceOf(address: string, reason: string): Refusal {
  return {
    message: `Waybill does not answer at ${address}`,
    description: `Check the base URL of the credential and whether Waybill runs and can be reached from n8n. What was sent may have arrived: with an idempotency key it can be sent again without harm. (${reason})`,
  };
}

function asObject(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof body === 'string') {
    try {
      return asObject(JSON.parse(body) as unknown);
    } catch {
      return undefined;
    }
  }
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
}

function textIn(object: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === 'string' ? value : undefined;
}

function fieldsIn(list: unknown): { field: string; rule: string }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const named = asObject(entry);
    const [field, rule] = [textIn(named, 'field'), textIn(named, 'rule')];
    return field === undefined || rule === undefined ? [] : [{ field, rule }];
  });
}
