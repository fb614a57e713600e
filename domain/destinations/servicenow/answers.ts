import type { ExchangeResult } from '../../delivery/types.ts';
import { oneLine } from '../clean-text.ts';
import { cutText } from '../cut-text.ts';
import { jsonOf, throttled, transportVerdict } from '../transport.ts';
import type { Verdict } from '../verdict.ts';

/** Why an answer is none that was hoped for, where the caller may do something about it. */
export type Cause = 'unauthorized' | 'forbidden' | 'not_found' | 'unknown_table' | 'other';

/** An answer: what it holds, or what it says of the delivery. */
export type Judged = { ok: true; value: unknown } | { ok: false; cause: Cause; verdict: Verdict };

/** What was asked. */
export interface Asked {
  /** Whether doing it twice would be seen: then an answer that may hide success is ambiguous, else it is tried again. */
  writes: boolean;
  /**
   * What the answer's `result` must be. `anything`: those of Event Management and of the token service have none. `text`: the
   * answer as it came, for what may be longer than is kept of it.
   */
  expects: 'record' | 'records' | 'anything' | 'text';
  /** For waits that are given as a time. */
  nowMs: number;
}

type Response = Extract<ExchangeResult, { kind: 'response' }>;

/** What one request came to, by status, by the text of the error, and by whether the answer is the API's at all. */
export function judge(result: ExchangeResult, asked: Asked): Judged {
  if (result.kind === 'error') return other(transportVerdict(result, asked.writes));
  const body = jsonOf(result);
  const text = errorText(body);
  if (result.status >= 300 || text !== '') return failure(result, text, asked);
  if (asked.expects === 'anything' || asked.expects === 'text') {
    if (isPage(result)) return other(aPage(result));
    return { ok: true, value: asked.expects === 'text' ? new TextDecoder().decode(result.body) : body };
  }
  if (isObject(body) && isExpected(body.result, asked)) return { ok: true, value: body.result };
  return other(isPage(result) ? aPage(result) : notTheApi(asked));
}

function failure(response: Response, text: string, asked: Asked): Judged {
  const { status } = response;
  if (status === 429 || /rate limit/i.test(text)) return other(rateLimited(response, asked.nowMs));
  if (status === 401 || /not authenticated|provide auth information/i.test(text)) {
    return { ok: false, cause: 'unauthorized', verdict: config('The instance does not accept the credentials', text) };
  }
  if (/transaction cancell?ed|maximum execution time/i.test(text)) return other(unfinished(status, text, asked));
  // Before what names an ACL: the text says that it may be either.
  if (status === 404 || /no record found|record doesn't exist/i.test(text)) return notFound(text);
  if (/data policy|fields are mandatory/i.test(text)) {
    return other(
      payload('The record needs more columns: give them in `fields`, or the resolution code in `closeCode`', text),
    );
  }
  if (/invalid table|does not represent any resource/i.test(text)) {
    return {
      ok: false,
      cause: 'unknown_table',
      verdict: config('The table or the API does not exist on this instance', text),
    };
  }
  if (status === 403 || /acl exception|not authorized|security constraints/i.test(text)) return forbidden(text);
  return byStatus(status, text, asked);
}

function byStatus(status: number, text: string, asked: Asked): Judged {
  if (status >= 300 && status < 400)
    return other(config('The instance redirects, perhaps to a login page: check its address', ''));
  if (status >= 500 || status === 408 || status < 300) return other(unfinished(status, text, asked));
  return other(payload(`The instance refused the request with status ${status}`, text));
}

function notFound(text: string): Judged {
  return {
    ok: false,
    cause: 'not_found',
    verdict: config('The record or table does not exist, or the user may not see it', text),
  };
}

function forbidden(text: string): Judged {
  const why = /business rule|aborted/i.test(text)
    ? 'A business rule of the instance refused the record'
    : 'The user may not do this: give it a role such as itil, or evt_mgmt_integration for events';
  return { ok: false, cause: 'forbidden', verdict: config(why, text) };
}

/** Cancelled, out of time or behind a gateway: what was written until then may stand. */
function unfinished(status: number, text: string, { writes }: Asked): Verdict {
  const message = quoting(`The instance answered with an error (status ${status})`, text);
  if (writes) return { kind: 'ambiguous', message };
  return { kind: 'retry', code: status < 300 ? 'vendor_error' : `http_${status}`, message, afterMs: null };
}

function rateLimited(response: Response, nowMs: number): Verdict {
  const message = 'A rate limit rule of the instance is exceeded';
  const resetsAtMs = Number(response.headers['x-ratelimit-reset']) * 1_000;
  const verdict = throttled(message, response.headers, nowMs);
  if (verdict.kind !== 'retry' || verdict.afterMs !== null || !(resetsAtMs > nowMs)) return verdict;
  return { ...verdict, afterMs: resetsAtMs - nowMs };
}

/** Nothing was done: pages come from what stands before the API. */
function aPage(response: Response): Verdict {
  const asleep = /hibernat/i.test(new TextDecoder().decode(response.body));
  const message = asleep
    ? 'The instance hibernates: wake it at developer.servicenow.com'
    : 'The instance answered with a web page instead of JSON: it is in maintenance, or single sign-on stands before its API';
  return { kind: 'retry', code: 'vendor_error', message, afterMs: null };
}

function notTheApi({ writes }: Asked): Verdict {
  const message = 'The answer is not one of the Table API: it has no result';
  return writes ? { kind: 'ambiguous', message } : { kind: 'retry', code: 'vendor_error', message, afterMs: null };
}

function isExpected(value: unknown, { expects }: Asked): boolean {
  if (expects === 'records') return Array.isArray(value);
  return isObject(value) && typeof value.sys_id === 'string' && value.sys_id !== '';
}

function isPage(response: Response): boolean {
  const start = new TextDecoder().decode(response.body.subarray(0, 512)).trimStart();
  return start.startsWith('<') || (response.headers['content-type'] ?? '').startsWith('text/html');
}

/** `message: detail` of an error, one line; empty where the body is no error. Also OAuth's, whose error is a word. */
function errorText(body: unknown): string {
  if (!isObject(body) || !body.error) return body && isObject(body) && body.status === 'failure' ? 'failure' : '';
  const { error } = body;
  const parts = isObject(error) ? [error.message, error.detail] : [error, body.error_description];
  const texts = parts.filter((part): part is string => typeof part === 'string' && part !== '');
  return oneLine(texts.join(': ')) || 'error';
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function other(verdict: Verdict): Judged {
  return { ok: false, cause: 'other', verdict };
}

function config(what: string, text: string): Verdict {
  return { kind: 'bad_configuration', message: quoting(what, text) };
}

function payload(what: string, text: string): Verdict {
  return { kind: 'bad_payload', message: quoting(what, text) };
}

/** The vendor's own words behind ours, without addresses. */
function quoting(what: string, text: string): string {
  const said = cutText(text.replace(/https?:\/\/\S+/gi, '…'), 300);
  return said ? `${what} (it says: ${said})` : what;
}
