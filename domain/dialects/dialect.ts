import type { RetryPolicy } from '../delivery/retry-policy.ts';
import type { AutoExport } from '../exports/auto-export.ts';
import type { ExportedFile } from '../exports/export-plan.ts';

/** A secret as the signer needs it. `value` is the text the receiver was given (`whsec_…`, `whsk_…`, or the caller's own). */
export interface SigningSecret {
  scheme: 'hmac' | 'ed25519';
  value: string;
}

/** An event as a dialect turns it into bytes. */
export interface WireEvent {
  id: string;
  /** The dialect the event was published in; differs from the endpoint's only for dialect `*`. */
  dialect: string;
  type: string;
  data: Record<string, unknown>;
  /** ISO 8601, UTC, milliseconds. */
  occurredAt: string;
  /** The organization's stable UUID (Flowcerta's `orgId`). */
  organizationUuid: string;
}

/** What may differ from attempt to attempt. */
export interface WireAttempt {
  deliveryId: string;
  attemptId: string;
  /** Unix time of the attempt in whole seconds, renewed on retry (Standard Webhooks 1.0.0). */
  timestampSeconds: number;
  /** Current secret first, then those still valid during a rotation. Empty where the dialect signs nothing. */
  secrets: readonly SigningSecret[];
  /** Waybill's own `User-Agent`, for dialects that set none. */
  userAgent: string;
  /** Dialect-specific settings of the endpoint, such as Flowcerta's `{ target: 'slack' }`. */
  options: Readonly<Record<string, unknown>>;
  /** The file that was put into the endpoint's bucket for this delivery; absent: none was ordered. */
  file?: ExportedFile;
}

/** A request as it is sent: body bytes as text (always UTF-8 JSON) and the dialect's headers, the customer's not yet added. */
export interface WireRequest {
  body: string;
  headers: Record<string, string>;
}

/** What a receiver sees; header names in lower case. `body` is raw: bytes, or text where it is known to be UTF-8. */
export interface ReceivedRequest {
  body: string | Uint8Array;
  headers: Readonly<Record<string, string | undefined>>;
}

/** `reason` is for the operator's log, never for a stranger. */
export type Verification = { valid: true } | { valid: false; reason: string };

/** An event as a received body tells it. */
export interface ParsedEvent {
  kind: 'event';
  /** 1 to 128 printable ASCII characters, no space at either end. */
  type: string;
  /** Fields of the envelope beyond its document are in `_envelope`, so that nothing is lost. */
  data: Record<string, unknown>;
  /** ISO 8601, UTC, milliseconds; null where the body tells no time. */
  occurredAt: string | null;
  /** The sender's id of the event where the body has one; null otherwise. Text of any length. */
  senderId: string | null;
  presenceName: string | null;
  userId: string | null;
  /** Fields of the envelope that the system's document does not name. */
  extraFields: readonly string[];
  /** What of the envelope is not as the document has it: field and rule, such as `timestamp is missing`. */
  brokenRules: readonly string[];
}

/** A body that tells no event; `reason` is for the operator's log. */
export interface Unparsable {
  kind: 'unparsable';
  reason: string;
}

/** Names the field and the rule that a URL breaks; `undefined` when it may be used. */
export type UrlRule = (url: URL) => string | undefined;

/**
 * The wire half of a dialect: everything a sender or receiver needs, free of packages, because the n8n nodes compile it in.
 * All functions are pure; time, ids and secrets are arguments.
 */
export interface DialectWire {
  name: string;
  /** Human name for tables and pickers. */
  title: string;
  /** Envelope, headers and signature of one attempt. */
  render(event: WireEvent, attempt: WireAttempt): WireRequest;
  /** Checks a request the way the system's document tells receivers to. `nowSeconds` matters where a timestamp is signed. */
  verify(request: ReceivedRequest, secrets: readonly SigningSecret[], nowSeconds: number): Verification;
  /**
   * Checks a header of the customer's own, in constant time; only in dialects whose document has receivers do so. It proves
   * that the sender knows the value, nothing of the body.
   */
  verifyHeader?(request: ReceivedRequest, header: { name: string; value: string }): Verification;
  /** The id that `verify` found under the signature; `undefined` where the dialect signs no header. Of verified requests only. */
  signedId(headers: ReceivedRequest['headers']): string | undefined;
  /** Reads a body back into its event, the inverse of `render`. Trusts nothing, and proves nothing: `verify` does. */
  parse(body: string): ParsedEvent | Unparsable;
  /** Datasets that are put into a bucket before an event is sent; absent: the dialect knows none. */
  exports?: DialectExports;
  retry: RetryPolicy;
  /** Connect to last byte, in milliseconds. */
  timeoutMs: number;
  /** Extra rule on top of the general ones (http or https, no credentials, guarded address). */
  urlRule: UrlRule;
  limits: DialectLimits;
  /** How the system's API keys begin; absent: like ours. */
  apiKeyPrefix?: string;
  /** How a secret is made when the caller gives none, and which ones a caller may give. */
  secret: SecretRule;
}

/** Which deliveries have an export made first. */
export interface DialectExports {
  /** What the endpoint's options order for events of this type; `undefined`: nothing. */
  orderOf(type: string, options: Readonly<Record<string, unknown>>): AutoExport | undefined;
  /** Id of the dataset that the event is about; `undefined` when its data name none. */
  datasetOf(data: Readonly<Record<string, unknown>>): string | undefined;
}

/** The dialect's own limits. What is absent is not limited; rate and health rules are defaults that each endpoint may set. */
export interface DialectLimits {
  /** Endpoints an organization may have in this dialect. */
  maxEndpoints?: number;
  ratePerSecond?: number;
  maxPerHour?: number;
  /** Default: half. */
  alertFailureShare?: number;
  disableFailureShare?: number;
}

/** The form of a dialect's secrets. Where a dialect may go unsigned (orion), having one at all is the endpoint's choice. */
export interface SecretRule {
  /** Turns 32 random bytes into the text that the customer is shown. */
  format(random: Uint8Array): string;
  /** Names the rule a caller's secret breaks; `undefined` when it is usable. */
  check(secret: string): string | undefined;
  /**
   * While a rotated secret is still valid: `all`: each valid one adds its signature. `oldest`: there is room for one signature, and
   * the oldest valid secret makes it, so that the new one signs once the overlap is over.
   */
  duringOverlap: 'all' | 'oldest';
}
