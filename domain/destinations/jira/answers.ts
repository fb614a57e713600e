import { parseRetryAfter } from '../../delivery/retry-after.ts';
import type { ExchangeResult } from '../../delivery/types.ts';
import { oneLine } from '../clean-text.ts';
import { cutText } from '../cut-text.ts';
import { jsonOf, transportVerdict } from '../transport.ts';
import type { Verdict } from '../verdict.ts';
import { throttledByJira } from './limits.ts';

type Response = Extract<ExchangeResult, { kind: 'response' }>;

/** What has to be known of a request to judge its answer. */
export interface Asked {
  /** Whether making it twice would leave two of something: an issue or a comment. */
  makes: boolean;
  /** Whether its path names an issue, which may be gone. */
  ofIssue: boolean;
  deployment: 'cloud' | 'datacenter';
}

/** Jira refused what was sent (400). `fields`: what it says of each field, by id; may be empty. */
export interface Refusal {
  kind: 'refused';
  fields: Readonly<Record<string, string>>;
  /** All that Jira said. */
  words: string;
}

/**
 * What an answer of Jira's says. `ok`: it did as asked; `body` is its JSON, undefined
 * without any and where the answer was too long to be read to its end; `text` is what was read. `gone`: the issue that the
 * request names does not exist any more, or not for this account. `stopped`: the run ends with this verdict.
 */
export type Judgement =
  | { kind: 'ok'; body: unknown; text: string }
  | { kind: 'gone' }
  | Refusal
  | { kind: 'stopped'; verdict: Verdict };

/** Of Jira's own words; more would be a page of HTML or a list of all there is. */
const MAX_WORDS = 400;

const CREDENTIALS = {
  cloud:
    'Jira refused e-mail and API token (401): check both. Tokens expire after a year at most, and a scoped token works only with an API address at api.atlassian.com and the scopes read:jira-work, write:jira-work and read:jira-user',
  datacenter: 'Jira refused the personal access token (401): it has expired, was revoked, or belongs to another Jira',
};
const CAPTCHA =
  'Jira demands a CAPTCHA of this account (403): sign in with it once in a browser, and leave the endpoint paused until then, since every further try prolongs the lock';
const PERMISSION =
  'Jira does not allow this to the account (403): it must be able to browse the project and to create, comment and transition issues';
const NOT_FOUND = 'Jira found nothing there (404): check address and project, and that the account can see the project';
const WRONG_API = {
  cloud: 'This Jira does not have the API of Cloud (410): check deployment and address',
  datacenter: 'This Jira does not have the API of Data Center (410): check deployment and address',
};
const REDIRECTED =
  'answered with a redirect, which is not followed: check the address, and whether a sign-in page stands before it';
/** Said of a page of HTML, and of JSON that is none of Jira's. */
export const NOT_JIRA = 'The answer is not Jira’s: check the address, and whether a sign-in page stands before it';
const FULL =
  'The issue holds as many comments as Jira allows (413), so that this event could not be added: close it, or have comments removed';

/** What came of one request. Source: destinations.md, section 3 (d). */
export function judgeJira(result: ExchangeResult, asked: Asked, nowMs: number): Judgement {
  if (result.kind === 'error') return stopped(transportVerdict(result, asked.makes));
  if (result.status >= 200 && result.status < 300) return success(result, asked);
  if (result.status === 400) return refusalOf(result);
  if (result.status === 404 && asked.ofIssue) return { kind: 'gone' };
  return stopped(failure(result, asked, nowMs));
}

function success(response: Response, { makes }: Asked): Judgement {
  const text = new TextDecoder().decode(response.body);
  const body = jsonOf(response);
  if (text === '' || body !== undefined || response.bodyTruncated) return { kind: 'ok', body, text };
  // A page of a proxy: whether Jira ever saw the request is not known, but it is not worth looking for.
  return stopped(badConfiguration(makes ? `${NOT_JIRA} (nothing says that it was made)` : NOT_JIRA));
}

function failure(response: Response, { makes, deployment }: Asked, nowMs: number): Verdict {
  const { status } = response;
  const said = wordsOf(response);
  const words = said ? `: ${said}` : '';
  if (status < 400) return badConfiguration(`The address ${REDIRECTED} (${status})`);
  if (status >= 500) return serverFailure(response, words, makes, nowMs);
  switch (status) {
    case 401:
      return badConfiguration(`${CREDENTIALS[deployment]}${words}`);
    case 403:
      return badConfiguration(isCaptcha(response) ? CAPTCHA : `${PERMISSION}${words}`);
    case 404:
      return badConfiguration(`${NOT_FOUND}${words}`);
    case 405:
      return badConfiguration('Jira refused the method (405): check the address');
    case 408:
    case 409:
      return { kind: 'retry', code: `http_${status}`, message: conflict(status, words), afterMs: null };
    case 410:
      return badConfiguration(`${WRONG_API[deployment]}${words}`);
    case 413:
      return { kind: 'bad_payload', message: `${FULL}${words}` };
    case 429:
      return throttledByJira(response.headers, nowMs);
    default:
      return { kind: 'bad_payload', message: `Jira refused the request (${status})${words}` };
  }
}

function conflict(status: number, words: string): string {
  return status === 409
    ? `Somebody changed the issue at the same time (409)${words}`
    : `Jira waited in vain (408)${words}`;
}

function serverFailure(response: Response, words: string, makes: boolean, nowMs: number): Verdict {
  const { status, headers } = response;
  const message = `Jira failed (${status})${words}`;
  if (makes) return { kind: 'ambiguous', message };
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs) ?? null;
  return { kind: 'retry', code: `http_${status}`, message, afterMs };
}

/** Data Center's, after too many wrong passwords; Cloud has sent the second one. */
function isCaptcha({ headers }: Response): boolean {
  const denied = headers['x-seraph-loginreason']?.includes('AUTHENTICATION_DENIED') ?? false;
  return denied || (headers['x-authentication-denied-reason']?.includes('CAPTCHA') ?? false);
}

interface ErrorBody {
  errorMessages?: unknown;
  errors?: unknown;
  message?: unknown;
}

function errorBodyOf(response: Response): { messages: string[]; fields: Record<string, string> } {
  const body = jsonOf(response);
  if (typeof body !== 'object' || body === null) return { messages: [], fields: {} };
  const { errorMessages, errors, message } = body as ErrorBody;
  const messages = Array.isArray(errorMessages) ? errorMessages : [message];
  const named = typeof errors === 'object' && errors !== null ? Object.entries(errors) : [];
  return {
    messages: messages.filter((text) => typeof text === 'string'),
    fields: Object.fromEntries(named.map(([id, text]) => [id, bounded(String(text))])),
  };
}

function wordsOf(response: Response): string {
  const { messages, fields } = errorBodyOf(response);
  return bounded([...messages, ...Object.entries(fields).map(([id, text]) => `${id}: ${text}`)].join(' '));
}

function bounded(text: string): string {
  return cutText(oneLine(text), MAX_WORDS);
}

function refusalOf(response: Response): Refusal {
  return { kind: 'refused', fields: errorBodyOf(response).fields, words: wordsOf(response) || 'no reason was given' };
}

/** What an event fills; refusals of any other field are a matter of the configuration, and the same for every event. */
const CONTENT = new Set(['summary', 'description', 'comment', 'body']);
/** Said without naming a field, when project, type or permission is not there, or the flavour of the API is another. */
const ABOUT_TARGET = /\bproject\b|issue ?type|permission|must be a string|Atlassian Document/i;

/** What a refusal comes to where nothing can be left out. */
export function verdictOfRefusal({ fields, words }: Refusal): Verdict {
  const configured = Object.keys(fields).some((id) => !CONTENT.has(id));
  if (!configured && !ABOUT_TARGET.test(words)) {
    return { kind: 'bad_payload', message: `Jira refused the content (400): ${words}` };
  }
  return badConfiguration(`Jira refused what the configuration names or leaves out (400): ${words}`);
}

export function badConfiguration(message: string): Verdict {
  return { kind: 'bad_configuration', message };
}

function stopped(verdict: Verdict): Judgement {
  return { kind: 'stopped', verdict };
}
