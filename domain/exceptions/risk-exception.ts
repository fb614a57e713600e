/** Where an exception stands. Only an approved one is warned of, and only an approved one expires. */
export const EXCEPTION_STATUSES = ['requested', 'approved', 'rejected', 'expired'] as const;
export type ExceptionStatus = (typeof EXCEPTION_STATUSES)[number];

/** A finding that is tolerated until a date. */
export interface RiskException {
  /** UUID in lower case. */
  exceptionId: string;
  ruleId: string;
  fileName: string;
  location: string;
  reason: string;
  requestedByEmail: string;
  status: ExceptionStatus;
  /** ISO, UTC. */
  expiresAt: string;
}
