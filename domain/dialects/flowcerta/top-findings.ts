/** "Scoped to the top 10 findings (ordered by severity)": Flowcerta document, `validation.completed`. */
const MAX_FINDINGS = 10;
/** Most severe first; the order of the document's `summary`. Unknown severities come last. */
const SEVERITIES = ['critical', 'high', 'medium', 'low'];

/**
 * `data` with at most ten `findings`, the most severe first; equals keep their order. The rest of `data`, its `summary`
 * included, stays as it is, and so does all of it where `findings` is no list.
 */
export function withTopFindings(data: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(data.findings)) {
    return data;
  }
  const bySeverity = data.findings.toSorted((left, right) => rankOf(left) - rankOf(right));
  return { ...data, findings: bySeverity.slice(0, MAX_FINDINGS) };
}

function rankOf(finding: unknown): number {
  const rank = SEVERITIES.indexOf((finding as { severity?: string } | null)?.severity ?? '');
  return rank < 0 ? SEVERITIES.length : rank;
}
