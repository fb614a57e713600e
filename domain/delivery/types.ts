/** State of a delivery. `delivered` is final; `failed` and `cancelled` end until a resend raises the generation. */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'cancelled';

/** A delivery as the store knew it at the claim. Ids and counts only: this stands in the history. */
export interface DeliveryRef {
  id: string;
  generation: number;
  attemptCount: number;
}

/** How one attempt ended. `worker_lost`: the process died between begin and finish; it uses up no retry. */
export type AttemptOutcome = 'delivered' | 'failed' | 'worker_lost';

/**
 * Why an attempt failed: a closed set, the contract of API, logs and Temporal's UI.
 * `http_<status>` stands for every answer outside 2xx.
 */
export const EXCHANGE_ERROR_CODES = [
  'dns_error',
  'connection_refused',
  'connection_reset',
  'connect_timeout',
  'timeout',
  'tls_error',
  'address_not_allowed',
  'invalid_request',
  'invalid_response',
  'network_error',
] as const;
export type ExchangeErrorCode = (typeof EXCHANGE_ERROR_CODES)[number];

/** Codes of attempts: those of the exchange, an HTTP status, or a judgement of ours. */
export type AttemptErrorCode =
  | ExchangeErrorCode
  | `http_${number}`
  | 'not_acknowledged'
  | 'render_failed'
  | 'worker_lost'
  | DestinationErrorCode;

/**
 * Of native destinations. `rate_limited`: the vendor asked for a wait. `vendor_error`: its answer is a failure whatever its status.
 * `unsure`: whether the request took effect is to come from a search. `subject_busy`: another delivery about the same subject was at
 * work.
 */
export type DestinationErrorCode =
  | 'rate_limited'
  | 'vendor_error'
  | 'unsure'
  | 'subject_busy'
  | 'bad_configuration'
  | 'bad_payload';

/** One HTTP request as the guarded client is asked to make it. Header values are sent as they are. */
export interface ExchangeRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** From the first lookup to the last byte of the answer. */
  timeoutMs: number;
  /** Kept of the answer's body; absent: the client's own bound (64 KiB). */
  maxResponseBytes?: number;
}

/** What came back. A failure is a value, never an exception; `message` holds neither URL nor secret. */
export type ExchangeResult =
  | {
      kind: 'response';
      status: number;
      headers: Record<string, string>;
      /** At most `maxResponseBytes`; the rest is discarded. */
      body: Uint8Array;
      bodyTruncated: boolean;
      durationMs: number;
    }
  | { kind: 'error'; code: ExchangeErrorCode; message: string; durationMs: number };

/** The guarded way out of the house; `outbound/` implements it. */
export interface HttpPort {
  exchange(request: ExchangeRequest): Promise<ExchangeResult>;
}

/** One request and its answer as it is kept in the store: secrets masked, body as text. */
export interface RecordedExchange {
  /** What the request was for, where an attempt makes several. */
  step?: string;
  method: string;
  url: string;
  requestHeaders: Record<string, string>;
  requestBody: string;
  status: number | null;
  responseHeaders: Record<string, string> | null;
  /** UTF-8 text; bytes that are not UTF-8 are kept as base64 with `responseEncoding: 'base64'`. */
  responseBody: string | null;
  responseEncoding: 'utf8' | 'base64';
  responseTruncated: boolean;
  durationMs: number;
  errorCode: string | null;
  errorMessage: string | null;
}
