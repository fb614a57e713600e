/** Hours over which an endpoint's health is judged, the one under way included; times the time scale. */
export const HEALTH_HOURS = 24;

/** With fewer finished attempts than this nothing is concluded from their shares. */
export const LEAST_ATTEMPTS = 20;

/** Length of one bucket in milliseconds; buckets count from 1970 on. */
export function healthBucketMs(timeScale: number): number {
  return Math.max(1, Math.round(3_600_000 * timeScale));
}
