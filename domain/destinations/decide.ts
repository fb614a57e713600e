import { type AttemptDecision, MAX_JITTER, MAX_RETRY_AFTER_MS } from '../delivery/decide-attempt.ts';
import type { AttemptErrorCode } from '../delivery/types.ts';
import type { Verdict } from './verdict.ts';

/** Waits before each search for what a request without an answer may have made; vendors' search indexes lag behind. */
export const SEARCH_DELAYS_MS = [5_000, 15_000, 45_000, 120_000] as const;
/** How soon a subject is looked at again that another delivery was working on. */
const BUSY_DELAY_MS = 1_000;
/** How long an endpoint rests whose vendor asked for it without saying how long. */
const UNNAMED_REST_MS = 5_000;

/** What is known when an attempt at a native destination is judged. */
export interface DestinationJudgement {
  verdict: Verdict;
  /** The waits of the schedule in force. */
  delaysMs: readonly number[];
  /** Attempts of this schedule, the one just made included. */
  triesSoFar: number;
  /** Searches made so far for what an earlier request may have made, this attempt's included; 0: none was called for. */
  searches: number;
  /** 0 <= random < 1. */
  random: number;
}

/** What follows, and whether the attempt uses up a try of the schedule: one that only searched or waited does not. */
export interface DestinationDecision {
  decision: AttemptDecision;
  counted: boolean;
}

/**
 * What follows a verdict. Bad configuration is tried again as scheduled, since the endpoint is paused after three in a row and
 * its deliveries wait then; a bad payload ends the delivery. A vendor's own wait moves the next attempt later, by at most 24 h.
 */
export function decideDestination(judgement: DestinationJudgement): DestinationDecision {
  const { verdict, searches } = judgement;
  switch (verdict.kind) {
    case 'delivered':
    case 'accepted':
      return { decision: { kind: 'delivered' }, counted: true };
    case 'bad_payload':
      return {
        decision: { kind: 'failed', code: 'bad_payload', reason: 'not_retryable', disableEndpoint: false },
        counted: true,
      };
    case 'bad_configuration':
      return { decision: asScheduled(judgement, 'bad_configuration', 0), counted: true };
    case 'retry':
      return { decision: asScheduled(judgement, verdict.code, verdict.afterMs ?? 0), counted: true };
    case 'ambiguous': {
      const sent = !onlySearched(searches);
      if (sent && isSpent(judgement)) return { decision: exhausted('unsure'), counted: true };
      const delayMs = sent ? SEARCH_DELAYS_MS[0] : (SEARCH_DELAYS_MS[searches] as number);
      return { decision: { kind: 'retry', code: 'unsure', delayMs }, counted: sent };
    }
  }
}

/**
 * Whether an attempt that stayed unsure has only searched, as against sent something: with the first (0) it was sent, and after the
 * last search in vain it is sent anew.
 */
export function onlySearched(searches: number): boolean {
  return searches > 0 && searches < SEARCH_DELAYS_MS.length;
}

/** An attempt that made no request, since another delivery was at work on its subject or the endpoint rests: tried again soon. */
export function putOff(code: 'subject_busy' | 'rate_limited', restsMs = BUSY_DELAY_MS): DestinationDecision {
  return { decision: { kind: 'retry', code, delayMs: restsMs }, counted: false };
}

/** How long the whole endpoint rests after a verdict: as its vendor asked, whatever the schedule of the delivery; 0: not at all. */
export function restAfter(verdict: Verdict): number {
  if (verdict.kind !== 'retry' || !verdict.rests) return 0;
  return Math.min(verdict.afterMs ?? UNNAMED_REST_MS, MAX_RETRY_AFTER_MS);
}

function asScheduled(judgement: DestinationJudgement, code: AttemptErrorCode, afterMs: number): AttemptDecision {
  const scheduledMs = judgement.delaysMs[judgement.triesSoFar - 1];
  if (scheduledMs === undefined) return exhausted(code);
  const jitteredMs = Math.floor(scheduledMs * (1 + MAX_JITTER * judgement.random));
  return { kind: 'retry', code, delayMs: Math.max(jitteredMs, Math.min(afterMs, MAX_RETRY_AFTER_MS)) };
}

function isSpent({ delaysMs, triesSoFar }: DestinationJudgement): boolean {
  return delaysMs[triesSoFar - 1] === undefined;
}

function exhausted(code: AttemptErrorCode): AttemptDecision {
  return { kind: 'failed', code, reason: 'exhausted', disableEndpoint: false };
}
