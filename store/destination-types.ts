import type { Remote } from '../domain/destinations/destination.ts';

/** Fields of a native destination, apart by what may be shown; both empty for webhooks. */
export interface DestinationConfig {
  plain: Record<string, unknown>;
  secret: Record<string, unknown>;
}

/** Which subject of which endpoint, and the attempt that works on it. */
export interface SubjectClaim {
  endpointId: string;
  key: string;
  deliveryId: string;
  attemptId: string;
}

/**
 * A subject in the hands of one attempt, or in another's. `early`: what another delivery may have made of it is looked for, and the
 * next look is due in `waitMs`.
 */
export type SubjectLease = HeldSubject | { kind: 'busy' } | { kind: 'early'; waitMs: number };

export interface HeldSubject {
  kind: 'held';
  remote: Remote | null;
  /** ISO, of the latest event applied; null: none was. */
  lastOccurredAt: string | null;
  /** Searches made in vain for what a request without an answer may have made; null: nothing is to be looked for. */
  searches: number | null;
}

/** What an attempt leaves behind. */
export interface SubjectOutcome {
  /** Undefined: as it was. */
  remote: Remote | null | undefined;
  /** ISO, of the event that was applied; null: none was. An earlier one than that before changes nothing. */
  occurredAt: string | null;
  /** Searches made in vain so far; null: nothing is left to be looked for. */
  searches: number | null;
}

/** What stands for each subject at a native destination, and who works on it. */
export interface SubjectStore {
  /**
   * Takes the subject for `leaseMs`, unless another attempt has it. `pausesMs`: before each search for what an earlier request may
   * have made. The delivery whose request it was keeps to them by its own schedule; for any other the subject does.
   */
  lease(claim: SubjectClaim, times: { leaseMs: number; pausesMs: readonly number[] }): Promise<SubjectLease>;
  /** Writes what came of the attempt, while it still holds the lease; the lease stays until `release`. */
  remember(claim: SubjectClaim, outcome: SubjectOutcome): Promise<void>;
  /** Once the attempt is finished in the store: until then a repeat of it has to look at what it made. */
  release(claim: SubjectClaim): Promise<void>;
}

/** Counts attempts in a row that a native destination refused for its configuration. */
export interface ConfigurationFaults {
  /**
   * One more; the third pauses the endpoint: its deliveries wait until its configuration is changed or checked. `version`: of the
   * endpoint as the attempt knew it; one that has been changed since is not to blame. `reason`: in words.
   */
  add(organizationId: string, endpointId: string, version: number, reason: string): Promise<void>;
  /** Its configuration was good for something. */
  clear(endpointId: string): Promise<void>;
}

/** What attempts at native destinations need beside the attempt's own store. */
export interface DestinationStore {
  subjects: SubjectStore;
  configurationFaults: ConfigurationFaults;
}
