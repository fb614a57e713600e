/** When and after what an attempt is made again. One value per dialect; endpoints may override `delaysMs`. */
export interface RetryPolicy {
  /** Waits before the second, third … attempt, in milliseconds. Empty: never retried. */
  delaysMs: readonly number[];
  /** `false`: an answer of 4xx ends the delivery at once (fltr). */
  retriesClientErrors: boolean;
  /** `true`: 410 Gone disables the endpoint and ends the delivery (Standard Webhooks 1.0.0). */
  goneDisables: boolean;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Example schedule of Standard Webhooks 1.0.0, "Deliverability and reliability": ten attempts over 75 h. */
export const STANDARD_DELAYS_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Endpoints that acknowledge with an echo are retried on everything, 404 and 410 included: n8n answers both while it boots. */
export const ACKNOWLEDGED_POLICY: RetryPolicy = {
  delaysMs: STANDARD_DELAYS_MS,
  retriesClientErrors: true,
  goneDisables: false,
};

/**
 * Attempts open at a time to an endpoint that acknowledges and has no figure of its own. Such a receiver answers once it has put
 * the event on record: n8n 2.40 on SQLite and 2 busy cores takes 0.25 s for one at a time, 1.5 s for each of 5 and 4 s for each of
 * 10, some 3 a second in all, and of 100 at a time it acknowledges none within 15 s.
 */
export const ACKNOWLEDGED_CONCURRENCY = 5;

/** Milliseconds that such an endpoint has to answer when it sets none: the most there are, since it may answer once its work is done. */
export const ACKNOWLEDGED_TIMEOUT_MS = 30_000;
