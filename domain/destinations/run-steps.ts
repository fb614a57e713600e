import type { ExchangeRequest, ExchangeResult } from '../delivery/types.ts';
import type { StepRequest, Steps } from './destination.ts';

/** Time that all requests of one run may take together; the attempt's lease outlives it. */
export const STEPS_BUDGET_MS = 30_000;
/** Of one request. */
const STEP_TIMEOUT_MS = 15_000;
/** Of one answer: lists to pick from and pages of messages are longer than what is kept of an answer. */
const MAX_ANSWER_BYTES = 1_048_576;
/** More than any destination makes; an endless one would hold its subject for ever. */
const MAX_STEPS = 30;

export interface RunPorts {
  exchange(request: ExchangeRequest): Promise<ExchangeResult>;
  /** A clock that only moves forward. */
  nowMs(): number;
  /** After every request. */
  onExchange(request: StepRequest, result: ExchangeResult): void;
}

/** Makes the requests and gives each its answer; a request for which no time is left counts as one that was never sent. */
export async function runSteps<Result>(steps: Steps<Result>, ports: RunPorts): Promise<Result> {
  const deadlineMs = ports.nowMs() + STEPS_BUDGET_MS;
  let next = steps.next();
  for (let made = 0; !next.done; made++) {
    if (made === MAX_STEPS) throw new Error(`a destination made more than ${MAX_STEPS} requests`);
    const timeoutMs = Math.min(STEP_TIMEOUT_MS, Math.floor(deadlineMs - ports.nowMs()));
    const request = next.value;
    const result: ExchangeResult = timeoutMs > 0 ? await send(request, timeoutMs, ports) : outOfTime();
    ports.onExchange(request, result);
    next = steps.next(result);
  }
  return next.value;
}

function send({ method, url, headers, body }: StepRequest, timeoutMs: number, ports: RunPorts) {
  return ports.exchange({ method, url, headers, body, timeoutMs, maxResponseBytes: MAX_ANSWER_BYTES });
}

function outOfTime(): ExchangeResult {
  return { kind: 'error', code: 'connect_timeout', message: 'no time was left for this request', durationMs: 0 };
}

/** The requests that a run would make, were every answer the one that `assume` gives. */
export function previewSteps<Result>(
  steps: Steps<Result>,
  assume: (request: StepRequest) => ExchangeResult,
): { requests: StepRequest[]; result: Result } {
  const requests: StepRequest[] = [];
  let next = steps.next();
  while (!next.done) {
    requests.push(next.value);
    if (requests.length > MAX_STEPS) throw new Error(`a destination made more than ${MAX_STEPS} requests`);
    next = steps.next(assume(next.value));
  }
  return { requests, result: next.value };
}
