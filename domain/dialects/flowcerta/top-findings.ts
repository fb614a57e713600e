import { SEVERITIES, type Severity } from '../../destinations/message.ts';

/** "Scoped to the top 10 findings (ordered by severity)": Flowcerta document, `validation.completed`. */
const MAX_FINDINGS = 10;

/** At most ten findings, the most severe first; equals keep their order, unknown severities come last. Empty for what is no list. */
export function topFindings(findings: unknown): unknown[] {
  if (!Array.isArray(findings)) return [];
  return findings.toSorted((left, right) => rankOf(left) - rankOf(right)).slice(0, MAX_FINDINGS);
}

/**
 * `data` with its top findings. The rest of `data`, its `summary` included, stays as it is, and so does all of it where
 * `findings` is no list.
 */
export function withTopFindings(data: Record<string, unknown>): Record<string, unknown> {
  return Array.isArray(data.findings) ? { ...data, findings: topFindings(data.findings) } : data;
}

/** A finding's severity; `info` for an unknown one. */
export function severityOfFinding(finding: unknown): Severity {
  return SEVERITIES[rankOf(finding)] ?? 'info';
}

function rankOf(finding: unknown): number {
  const severity = (finding as { severity?: unknown } | null)?.severity;
  const rank = SEVERITIES.indexOf(severity as Severity);
  return rank < 0 ? SEVERITIES.length : rank;
}
