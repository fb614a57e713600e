import type { AttemptErrorCode } from '../delivery/types.ts';

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
  | { kind: 'retry'; code: AttemptErrorCode; message: string; afterMs: number | null; rests?: boolean }
  | { kind: 'ambiguous'; message: string }
  | { kind: 'bad_configuration'; message: string }
  | { kind: 'bad_payload'; message: string };
