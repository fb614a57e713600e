/**
 * Why an event has no delivery: `no_endpoint`: none takes its type. `filtered`: some do, but the conditions of each left it out.
 */
export const UNMATCHED = ['no_endpoint', 'filtered'] as const;
export type Unmatched = (typeof UNMATCHED)[number];

/** `matching`: endpoints that take the event's type; `taking`: those of them whose filters it passes. Null: there are such. */
export function unmatchedOf(matching: number, taking: number): Unmatched | null {
  if (taking > 0) return null;
  return matching > 0 ? 'filtered' : 'no_endpoint';
}
