interface ProblemKind {
  status: number;
  title: string;
  /** What the caller can do; printed into `docs/errors.md`. */
  remedy: string;
}

/**
 * Every problem the gateway answers with, by code. The code is the contract, texts may improve.
 * `docs/errors.md` is made from this (`vitest run gateway/errors.test.ts -u`).
 */
export const PROBLEMS = {
  invalid_json: {
    status: 400,
    title: 'The body is not JSON',
    remedy: 'Send one JSON value in UTF-8, without a byte order mark and without the key `__proto__`.',
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor is not usable',
    remedy: 'Pass `nextCursor` of the page before as it was given, to the same list.',
  },
  organization_required: {
    status: 400,
    title: 'The organization is not named',
    remedy: 'With the admin key, name the organization in the header `Waybill-Organization`.',
  },
  bad_request: {
    status: 400,
    title: 'The request cannot be read',
    remedy: 'Check the request line and the headers.',
  },
  unauthorized: {
    status: 401,
    title: 'No valid key was given',
    remedy: 'Send `Authorization: Bearer <key>` with the admin key or an API key that is not revoked.',
  },
  portal_access_refused: {
    status: 401,
    title: 'The portal link or session is not valid',
    remedy: 'Ask for a new link: each opens the portal once, within its time, and the session ends after a day.',
  },
  too_many_tries: {
    status: 429,
    title: 'Too many wrong keys were tried',
    remedy: 'Wait a minute, then try again.',
  },
  too_many_streams: {
    status: 503,
    title: 'Too many streams are open',
    remedy: 'Close some, or read the list of deliveries now and then instead.',
  },
  portal_header_missing: {
    status: 403,
    title: 'The call does not come from the portal',
    remedy: 'With a portal session, send `Waybill-Portal: 1` along with every call that changes something.',
  },
  webhook_refused: {
    status: 401,
    title: 'The webhook is refused',
    remedy: "Its sender is told no more; the source's log has the reason: `GET /v1/sources/{id}/receipts`.",
  },
  missing_scope: {
    status: 403,
    title: 'The key may not do this',
    remedy: 'Use a key with the scope that the detail names, or the admin key.',
  },
  not_found: {
    status: 404,
    title: 'There is no such thing',
    remedy: 'Check path and id. What belongs to another organization is not found either.',
  },
  organization_not_found: {
    status: 404,
    title: 'There is no such organization',
    remedy: 'Check the id in the path or in the header `Waybill-Organization`.',
  },
  idempotency_conflict: {
    status: 409,
    title: 'The same id or key was used for other content',
    remedy: 'Publish other content under another `id` and another `Idempotency-Key`.',
  },
  wrong_state: {
    status: 409,
    title: 'The state does not allow this',
    remedy: 'The detail names the state and, where there is one, the call to use instead.',
  },
  endpoint_disabled: {
    status: 409,
    title: 'The endpoint is disabled',
    remedy: 'Enable it with `POST /v1/endpoints/{id}/enable` first.',
  },
  endpoint_limit_reached: {
    status: 409,
    title: 'The organization has as many endpoints as the dialect allows',
    remedy: 'Delete an endpoint of this dialect first.',
  },
  connector_in_use: {
    status: 409,
    title: 'The connector is in use',
    remedy: 'Take `auto_export` off the webhook that the detail names, or delete that webhook.',
  },
  dataset_overtaken: {
    status: 409,
    title: 'The dataset was changed meanwhile',
    remedy: 'A later upload or a deletion of the same dataset came first. Send one upload at a time.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    remedy:
      'An event has at most 1 MiB, a batch at most 8 MiB, a validation at most 10 MiB, a dataset what `WAYBILL_DATASET_MAX_MIB` says. Put large content elsewhere and publish its address.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body is not declared as JSON',
    remedy: 'Send `Content-Type: application/json`.',
  },
  validation_failed: {
    status: 422,
    title: 'A field breaks a rule',
    remedy: '`errors` lists each field with the rule it breaks.',
  },
  destination_refused: {
    status: 422,
    title: 'The destination refused the call',
    remedy: 'The errors name the field of `config` and what the vendor said of it.',
  },
  invalid_records: {
    status: 422,
    title: 'A record breaks a rule',
    remedy: 'Send NDJSON: one JSON object a line, in UTF-8, a line of 1 MiB at most. `errors` names the line.',
  },
  unknown_event_type: {
    status: 422,
    title: 'The event type is not known',
    remedy: 'Use a type of the dialect (`GET /v1/event-types`), or register it if the dialect is open.',
  },
  reserved_event_type: {
    status: 422,
    title: 'The event type is reserved',
    remedy: 'Waybill alone raises it, as an operational event. Publish and register your own types under other names.',
  },
  invalid_event_data: {
    status: 422,
    title: 'The data does not fit the event type',
    remedy: '`errors` lists each field of `data` with the rule it breaks.',
  },
  url_not_allowed: {
    status: 422,
    title: 'The URL may not be used',
    remedy: 'The detail names the rule. `WAYBILL_ALLOW_NETWORKS` opens private networks to plain HTTP.',
  },
  temporal_unavailable: {
    status: 503,
    title: 'Temporal does not answer',
    remedy: 'Try again. Publishing needs no Temporal: events are accepted and wait.',
  },
  internal_error: {
    status: 500,
    title: 'Waybill failed',
    remedy: 'Try again; if it stays, look for the request id in the log.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One field and the rule it breaks. `field` is a path such as `data.job_id`; the rule never repeats the value sent. */
export interface FieldError {
  field: string;
  rule: string;
}

/** An RFC 9457 problem as it is sent. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  errors?: readonly FieldError[];
  /** Present on 500: the line in the log carries the same. */
  requestId?: string;
}

/** Thrown by routes for everything that is the caller's to mend. `detail` holds no secret, URL or header value. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[] | undefined;

  constructor(code: ProblemCode, detail: string, errors?: readonly FieldError[]) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }
}

/** A problem about fields; the detail repeats the first, for readers who see only that. */
export function fieldProblem(code: ProblemCode, errors: readonly FieldError[]): Problem {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem(code, first ? `${first.field}: ${first.rule}${more}` : PROBLEMS[code].title, errors);
}

/** The document of a problem. */
export function problemDocument(problem: Problem): ProblemDocument {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: `urn:waybill:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    ...(problem.errors && { errors: problem.errors }),
  };
}
