import { parseRetryAfter } from '../../delivery/retry-after.ts';
import type { AttemptErrorCode, ExchangeResult } from '../../delivery/types.ts';
import { oneLine } from '../clean-text.ts';
import { cutText } from '../cut-text.ts';
import { jsonOf, throttled, transportVerdict } from '../transport.ts';
import type { Verdict } from '../verdict.ts';
import { meaningOfToken } from './tokens.ts';

type Response = Extract<ExchangeResult, { kind: 'response' }>;
type Json = Readonly<Record<string, unknown>>;

/**
 * What a request was for. A `create` or `reply` made twice shows twice; an `update` or `read` may be repeated as often as one likes.
 */
export type SlackCall = 'create' | 'reply' | 'update' | 'read';

/** `gone`: what was to be changed, replied to or read is no longer there. `token`: Slack's, where it gave one. */
export type SlackAnswer =
  | { kind: 'ok'; body: Json; headers: Readonly<Record<string, string>> }
  | { kind: 'gone' }
  | { kind: 'failed'; verdict: Verdict; token?: string };

const HOUR_MS = 3_600_000;
const MAX_DETAIL = 300;

/** What the Web API's answer says; nearly all its errors have status 200. */
export function judgeCall(result: ExchangeResult, call: SlackCall, nowMs: number): SlackAnswer {
  const showsTwice = call === 'create' || call === 'reply';
  if (result.kind === 'error') return failed(call, transportVerdict(result, showsTwice));
  const body = objectOf(result);
  if (result.status < 300 && body?.ok === true) return { kind: 'ok', body, headers: result.headers };
  const token = tokenIn(body?.error);
  if (token === undefined) return failed(call, statusVerdict(result, body, showsTwice, nowMs));
  if (meaningOfToken(token)?.fate === 'gone' && call !== 'create') return { kind: 'gone' };
  return { ...failed(call, tokenVerdict(token, result, showsTwice, nowMs)), token };
}

/** Each method has a rate of its own: where only reading is throttled, messages need not rest. */
function failed(call: SlackCall, verdict: Verdict): Extract<SlackAnswer, { kind: 'failed' }> {
  return {
    kind: 'failed',
    verdict: call === 'read' && verdict.kind === 'retry' ? { ...verdict, rests: false } : verdict,
  };
}

/** What an incoming webhook's answer says. It cannot be searched, so what may have arrived is tried again. */
export function judgeWebhook(result: ExchangeResult, nowMs: number): Verdict {
  if (result.kind === 'error') return transportVerdict(result, false);
  const { status } = result;
  const text = new TextDecoder().decode(result.body).trim();
  if (status === 200 && text === 'ok') return { kind: 'delivered' };
  const token = tokenIn(text) ?? tokenIn(objectOf(result)?.error);
  const known = token !== undefined && meaningOfToken(token) !== undefined;
  // Of a token that is new the status tells more, unless it is that of any refusal.
  if (token !== undefined && (known || status === 200 || status === 400)) {
    return tokenVerdict(token, result, false, nowMs);
  }
  if (status === 400) return { kind: 'bad_payload', message: 'Slack refused the message (HTTP 400)' };
  return webhookStatusVerdict(result, nowMs);
}

function webhookStatusVerdict(response: Response, nowMs: number): Verdict {
  const { status } = response;
  const general = generalVerdict(response, false, nowMs);
  if (general) return general;
  const message = `the address answered HTTP ${status}, and not as an incoming webhook of Slack does; check the webhook's URL`;
  return { kind: 'bad_configuration', message };
}

/** Without a token, it was most likely not Slack that answered, or not its application. */
function statusVerdict(response: Response, body: Json | undefined, showsTwice: boolean, nowMs: number): Verdict {
  const general = generalVerdict(response, showsTwice, nowMs);
  if (general) return general;
  if (response.bodyTruncated && response.status < 300) {
    const message = 'the answer was too long to be read';
    return showsTwice ? { kind: 'ambiguous', message } : retry('vendor_error', message);
  }
  if (body?.ok === false) return { kind: 'bad_payload', message: 'Slack refused it and gave no reason' };
  const message = `the address answered HTTP ${response.status}, and not as Slack's API does; check the API address`;
  return { kind: 'bad_configuration', message };
}

/** By the status alone; undefined where it depends on who asks. */
function generalVerdict(response: Response, showsTwice: boolean, nowMs: number): Verdict | undefined {
  const { status, headers } = response;
  if (status === 429) return throttled('Slack throttles these messages', headers, nowMs);
  if (status === 413) return { kind: 'bad_payload', message: 'the message is too long (HTTP 413)' };
  if (status < 500 && status !== 408) return undefined;
  const message = `Slack answered HTTP ${status}`;
  if (showsTwice && status !== 503) return { kind: 'ambiguous', message };
  return { ...retry(`http_${status}`, message), afterMs: waitMs(response, nowMs) };
}

function tokenVerdict(token: string, response: Response, showsTwice: boolean, nowMs: number): Verdict {
  const meaning = meaningOfToken(token);
  if (!meaning || meaning.fate === 'gone') {
    return { kind: 'bad_payload', message: `Slack answered ${token}${detailsOf(response)}` };
  }
  const message = `Slack answered ${token}: ${meaning.advice}${detailsOf(response)}`;
  switch (meaning.fate) {
    case 'throttled':
      return throttled(message, response.headers, nowMs);
    case 'retry':
      return { ...retry('vendor_error', message), afterMs: waitMs(response, nowMs) };
    case 'hours':
      return { ...retry('vendor_error', message), afterMs: HOUR_MS, rests: true };
    case 'unclear':
      return showsTwice ? { kind: 'ambiguous', message } : retry('vendor_error', message);
    case 'configuration':
      return { kind: 'bad_configuration', message };
    case 'payload':
      return { kind: 'bad_payload', message };
  }
}

function retry(code: AttemptErrorCode, message: string): Extract<Verdict, { kind: 'retry' }> {
  return { kind: 'retry', code, message, afterMs: null };
}

/** The wait that the answer asks for; null without one. */
function waitMs({ headers }: Response, nowMs: number): number | null {
  return parseRetryAfter(headers['retry-after'], nowMs) ?? null;
}

/** Only what has the form of a token; anything else could be anything, the webhook's address included. */
function tokenIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(value) && value.length <= 64
    ? value
    : undefined;
}

/** The scope that is missing, or where the blocks are wrong; empty without either. */
function detailsOf(response: Response): string {
  const body = objectOf(response);
  if (typeof body?.needed === 'string' && /^[a-z:._,]{1,200}$/.test(body.needed)) return ` (needed: ${body.needed})`;
  // Messages that point into the body are about its form; what others quote is not known.
  const places = listOf(body?.errors).filter((entry) => /^[\w ,.'-]+ \[json-pointer:[\w/]+\]$/.test(entry));
  return places.length > 0 ? ` (${cutText(oneLine(places.join('; ')), MAX_DETAIL)})` : '';
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/**
 * The body as an object. The answer to a message repeats it and may be longer than what is kept of an answer: then the
 * beginning is read, where its id stands.
 */
function objectOf(response: Response): Json | undefined {
  const body = jsonOf(response);
  if (typeof body === 'object' && body !== null) return body as Json;
  if (!response.bodyTruncated) return undefined;
  const beginning = new TextDecoder().decode(response.body.subarray(0, 200));
  const ts = /^\s*\{\s*"ok":\s*true,\s*"channel":\s*"[A-Z0-9]+",\s*"ts":\s*"(\d+\.\d+)"/.exec(beginning)?.[1];
  return ts === undefined ? undefined : { ok: true, ts };
}
