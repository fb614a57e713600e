/** Of a finding what its event tells; the full result may have more. */
export interface Finding {
  ruleId: string;
  /** One of `SEVERITIES`. */
  severity: string;
  category: string;
  location: string;
  description: string;
}

/** How many findings there are of each severity; `total` counts those of severity `info` too. */
export interface FindingSummary {
  critical: number;
  high: number;
  medium: number;
  low: number;
  total: number;
}

/** A validation without its findings. */
export interface Validation {
  /** UUID in lower case. */
  validationId: string;
  platform: string;
  fileName: string;
  label: string | null;
  passed: boolean;
  /** 0 to 100. */
  score: number;
  enforcementMode: string;
  policyPackSlug: string;
  /** ISO, UTC. */
  validatedAt: string;
  summary: FindingSummary;
}

/** Counts findings by severity. */
export function summarize(findings: readonly Pick<Finding, 'severity'>[]): FindingSummary {
  const summary: FindingSummary = { critical: 0, high: 0, medium: 0, low: 0, total: findings.length };
  for (const { severity } of findings) {
    if (severity === 'critical' || severity === 'high' || severity === 'medium' || severity === 'low')
      summary[severity]++;
  }
  return summary;
}
