/**
 * `2024-01-15T10:30:00Z`, as FlexOrch's and FLTR's documents write times: milliseconds stand only where they are not zero,
 * so that nothing is lost. Takes ISO 8601, UTC, with milliseconds.
 */
export function withoutZeroMilliseconds(isoTime: string): string {
  return isoTime.replace(/\.000Z$/, 'Z');
}

/** `2024-01-10T12:00:00Z`: for times of ours that the documents show so, and where a fraction says nothing. Takes the same. */
export function inWholeSeconds(isoTime: string): string {
  return isoTime.replace(/\.\d{3}Z$/, 'Z');
}
