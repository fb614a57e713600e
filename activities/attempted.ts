import type { AttemptDecision } from '../domain/delivery/decide-attempt.ts';
import type { ExchangeResult, RecordedExchange } from '../domain/delivery/types.ts';
import type { BegunAttempt, SenderEndpoint } from '../store/types.ts';

/** One attempt as it was made and judged; what is left is to write it into the store. */
export interface Attempted {
  decision: AttemptDecision;
  /** Whether it uses up a try of the schedule. */
  counted: boolean;
  /** Delivered as far as the vendor says. */
  accepted: boolean;
  /** The message or ticket it made or changed; null: none. */
  remote: { name: string; link: string | null } | null;
  /** Secrets masked. */
  exchanges: RecordedExchange[];
  /** Of the last answer; null: there was none. */
  statusCode: number | null;
  /** Of all exchanges together. */
  durationMs: number;
  /** In words, without secrets; null when it was delivered. */
  errorMessage: string | null;
  /** After the finish is written; its faults are reported and change nothing. */
  afterFinish?: () => Promise<void>;
}

/** Makes the request or requests of one begun attempt. Never throws for what the receiver does. */
export type MakeAttempt = (begun: BegunAttempt, endpoint: SenderEndpoint, startedAtMs: number) => Promise<Attempted>;

/** An attempt that could not even be put into a request. */
export function notRendered(error: Error): Attempted {
  return {
    decision: { kind: 'failed', code: 'render_failed', reason: 'not_retryable', disableEndpoint: false },
    counted: true,
    accepted: false,
    remote: null,
    exchanges: [],
    statusCode: null,
    durationMs: 0,
    errorMessage: error.message,
  };
}

/** Status of an answer; null without one. */
export function statusOf(result: ExchangeResult): number | null {
  return result.kind === 'response' ? result.status : null;
}
