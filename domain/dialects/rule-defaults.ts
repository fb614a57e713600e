import type { DialectLimits } from './dialect.ts';

/** Rate and health rules of an endpoint. Null: no such limit, never. Test events count for none of them. */
export interface EndpointRules {
  /** Requests in any second. */
  ratePerSecond: number | null;
  /** Requests in any hour. */
  maxPerHour: number | null;
  /** Share of failed attempts over 24 hours, 0 to 1, above which it is reported. */
  alertFailureShare: number | null;
  /** The same, above which the endpoint is disabled. */
  disableFailureShare: number | null;
}

const ALERT_FAILURE_SHARE = 0.5;

/** The rules that an endpoint is created with where nobody sets others. */
export function ruleDefaults(limits: DialectLimits): EndpointRules {
  return {
    ratePerSecond: limits.ratePerSecond ?? null,
    maxPerHour: limits.maxPerHour ?? null,
    alertFailureShare: limits.alertFailureShare ?? ALERT_FAILURE_SHARE,
    disableFailureShare: limits.disableFailureShare ?? null,
  };
}
