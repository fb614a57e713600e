/** Whether a score is alerted: strictly under the threshold; `null` is off. Both 0 to 100. */
export function isBelowThreshold(score: number, threshold: number | null): boolean {
  return threshold !== null && score < threshold;
}
