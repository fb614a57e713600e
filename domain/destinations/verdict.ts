/**
 * What a vendor's answer says of a delivery. Every `message` is for people and holds no secret and no address.
 *
 * - `delivered`: the vendor confirmed it.
 * - `accepted`: the vendor took it and does not say what becomes of it (Teams answers 202 before it looks).
 * - `retry`: not now. `afterMs`: at least this long, as the vendor asked; null: as the schedule has it. `rests`: the wait is for all
 *   of the endpoint, not only for this delivery.
 * - `ambiguous`: it may or may not have taken effect, and what it would have made must be looked for before it is made again.
 * - `bad_configuration`: credentials, permission or target; trying again helps only once somebody has changed something.
 * - `bad_payload`: the vendor will never take this content.
 */
export type Verdict =
  | { kind: 'delivered' }
  | { kind: 'accepted' }
  | { kind: 'retry'; code: RetryCode; message: string; afterMs: number | null; rests?: boolean }
  | { kind: 'ambiguous'; message: string }
  | { kind: 'bad_configuration'; message: string }
  | { kind: 'bad_payload'; message: string };

/** Why it is tried again. A transport error has the exchange's own code, an HTTP status `http_<status>`. */
export type RetryCode = string;

/** Code of an attempt the vendor throttled. */
export const RATE_LIMITED = 'rate_limited';
/** Code of an attempt whose answer is to come from a search. */
export const UNSURE = 'unsure';
export const BAD_CONFIGURATION = 'bad_configuration';
export const BAD_PAYLOAD = 'bad_payload';
/** Code of an attempt that found another delivery of the same subject at work. */
export const SUBJECT_BUSY = 'subject_busy';
/** Code of an answer that is a failure whatever its status. */
export const VENDOR_ERROR = 'vendor_error';
