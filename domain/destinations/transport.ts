import { parseRetryAfter } from '../delivery/retry-after.ts';
import type { ExchangeErrorCode, ExchangeResult } from '../delivery/types.ts';
import type { Verdict } from './verdict.ts';

/** Errors before the first byte of a request left: it has had no effect. */
const NOT_SENT: ReadonlySet<ExchangeErrorCode> = new Set([
  'dns_error',
  'connection_refused',
  'connect_timeout',
  'tls_error',
  'address_not_allowed',
  'invalid_request',
]);

/**
 * The verdict where no answer came: `retry` if the request had certainly no effect or only reads, else `ambiguous`. An address
 * that must not be called is bad configuration.
 */
export function transportVerdict(error: Extract<ExchangeResult, { kind: 'error' }>, writes: boolean): Verdict {
  const { code, message } = error;
  if (code === 'address_not_allowed') return { kind: 'bad_configuration', message };
  return writes && !NOT_SENT.has(code)
    ? { kind: 'ambiguous', message: `no answer was seen: ${message}` }
    : { kind: 'retry', code, message, afterMs: null };
}

/** The verdict of a throttled request; the wait is the vendor's own, counted from `nowMs`, for all of the endpoint. */
export function throttled(message: string, headers: Readonly<Record<string, string>>, nowMs: number): Verdict {
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs) ?? null;
  return { kind: 'retry', code: 'rate_limited', message, afterMs, rests: true };
}

/** The answer's body as JSON; undefined where it is none, as with a proxy's or a login page. */
export function jsonOf(response: Extract<ExchangeResult, { kind: 'response' }>): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(response.body));
  } catch {
    return undefined;
  }
}

/** A made-up answer, as `assume` gives it. */
export function assumedAnswer(status: number, body: unknown): ExchangeResult {
  return {
    kind: 'response',
    status,
    headers: {},
    body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
    bodyTruncated: false,
    durationMs: 0,
  };
}
