import { parseRetryAfter } from './retry-after.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { AttemptErrorCode, ExchangeErrorCode } from './types.ts';

/** The longest wait that a `Retry-After` header is granted, in milliseconds: 24 hours. */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1_000;

/** Share of a scheduled wait that jitter may add: 20 %. It is never subtracted, so no schedule is undercut. */
export const MAX_JITTER = 0.2;

/** What one attempt tells about the next. */
export interface AttemptJudgement {
  /** The policy in force: the dialect's or `ACKNOWLEDGED_POLICY`, with the endpoint's own `delaysMs` merged in. */
  policy: RetryPolicy;
  /** Attempts made of this schedule, the one just made included: 1 after the first. A resend starts again at 1. */
  triesSoFar: number;
  result: { kind: 'response'; status: number } | { kind: 'error'; code: ExchangeErrorCode };
  /** `Retry-After` of the response as received; `undefined` without one. */
  retryAfter: string | undefined;
  /** Time of the answer, Unix milliseconds; read only where `retryAfter` is a date. */
  nowMs: number;
  /** Chance, 0 <= random < 1: an argument, so that a replay decides alike. */
  random: number;
  /** Whether the endpoint must repeat the delivery id, and whether its answer did. */
  acknowledged: { required: boolean; echoed: boolean };
}

/** `delayMs` counts from now. `disableEndpoint`: the receiver said 410 Gone and its dialect takes that as "send no more". */
export type AttemptDecision =
  | { kind: 'delivered' }
  | { kind: 'retry'; delayMs: number; code: AttemptErrorCode }
  | {
      kind: 'failed';
      code: AttemptErrorCode;
      reason: 'exhausted' | 'not_retryable' | 'gone';
      disableEndpoint: boolean;
    };

/**
 * Decides what follows an attempt: done, another one after a wait, or the end.
 *
 * 2xx is success; with `acknowledged.required` only if the answer echoed the delivery id. Everything else is a failure and
 * is retried while the schedule lasts, redirects and 1xx included, except that 4xx ends a delivery whose policy does not
 * retry client errors, and 410 ends one whose policy lets it disable the endpoint. `Retry-After` moves the next attempt
 * later, never earlier, by at most 24 h, and does not lengthen a spent schedule.
 * Source: the design's "Retry rules" and "Acknowledged delivery"; Standard Webhooks 1.0.0, "Deliverability and reliability".
 */
export function decideAttempt(judgement: AttemptJudgement): AttemptDecision {
  const { policy, result, acknowledged } = judgement;
  const code = failureCode(result, acknowledged);
  if (code === undefined) {
    return { kind: 'delivered' };
  }
  if (result.kind === 'response' && result.status === 410 && policy.goneDisables) {
    return { kind: 'failed', code, reason: 'gone', disableEndpoint: true };
  }
  if (result.kind === 'response' && isClientError(result.status) && !policy.retriesClientErrors) {
    return { kind: 'failed', code, reason: 'not_retryable', disableEndpoint: false };
  }
  const delayMs = nextDelayMs(judgement);
  return delayMs === undefined
    ? { kind: 'failed', code, reason: 'exhausted', disableEndpoint: false }
    : { kind: 'retry', delayMs, code };
}

function failureCode(
  result: AttemptJudgement['result'],
  acknowledged: AttemptJudgement['acknowledged'],
): AttemptErrorCode | undefined {
  if (result.kind === 'error') {
    return result.code;
  }
  if (result.status < 200 || result.status > 299) {
    return `http_${result.status}`;
  }
  return acknowledged.required && !acknowledged.echoed ? 'not_acknowledged' : undefined;
}

function isClientError(status: number): boolean {
  return status >= 400 && status <= 499;
}

function nextDelayMs({ policy, triesSoFar, retryAfter, nowMs, random }: AttemptJudgement): number | undefined {
  const scheduledMs = policy.delaysMs[triesSoFar - 1];
  if (scheduledMs === undefined) {
    return undefined;
  }
  const jitteredMs = Math.floor(scheduledMs * (1 + MAX_JITTER * random));
  const askedMs = Math.min(parseRetryAfter(retryAfter, nowMs) ?? 0, MAX_RETRY_AFTER_MS);
  return Math.max(jitteredMs, askedMs);
}
