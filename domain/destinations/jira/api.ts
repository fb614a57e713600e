import { basicAuthHeader } from '../../delivery/basic-auth.ts';
import { MASK } from '../../delivery/mask.ts';
import type { ExchangeResult } from '../../delivery/types.ts';
import type { StepRequest, Steps } from '../destination.ts';
import type { Verdict } from '../verdict.ts';
import { type Judgement, judgeJira, verdictOfRefusal } from './answers.ts';
import { type JiraConfig, withoutSlash } from './config.ts';

/** One Jira, as one run sees it. */
export interface Jira {
  config: JiraConfig;
  nowMs: number;
}

/** A request of the API. `path` follows `/rest/api/<version>`. */
export interface Call {
  step: string;
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: object;
  /** Whether making it twice would leave two of something. */
  makes?: boolean;
  /** Whether the path names an issue, which may be gone. */
  ofIssue?: boolean;
}

/** A part of a run that went well or ends all of it. */
export type Outcome<T> = { kind: 'ok'; value: T } | { kind: 'stopped'; verdict: Verdict };

/** Makes a request; what is said about its answer holds no credential, even if Jira repeats it. */
export function* call(jira: Jira, wanted: Call): Steps<Judgement> {
  const { makes = false, ofIssue = false } = wanted;
  const { config, nowMs } = jira;
  const result = withoutSecrets(yield requestOf(config, wanted), config);
  return judgeJira(result, { makes, ofIssue, deployment: config.deployment }, nowMs);
}

/** The verdict of an answer that is neither good nor of any other use to the caller. */
export function verdictOf(judgement: Exclude<Judgement, { kind: 'ok' }>): Verdict {
  if (judgement.kind === 'stopped') return judgement.verdict;
  if (judgement.kind === 'refused') return verdictOfRefusal(judgement);
  return { kind: 'retry', code: 'http_404', message: 'The issue was deleted just now (404)', afterMs: null };
}

/** Where the API is, without a slash at the end. */
function apiRoot({ deployment, baseUrl, apiBaseUrl }: JiraConfig): string {
  const root = withoutSlash(apiBaseUrl || baseUrl);
  return `${root}/rest/api/${deployment === 'cloud' ? 3 : 2}`;
}

/** Where people see an issue. */
export function browseUrl({ baseUrl }: JiraConfig, key: string): string {
  return `${withoutSlash(baseUrl)}/browse/${encodeURIComponent(key)}`;
}

function requestOf(config: JiraConfig, { step, method, path, body }: Call): StepRequest {
  return {
    step,
    method,
    url: `${apiRoot(config)}${path}`,
    headers: {
      accept: 'application/json',
      // Names of statuses and messages of errors are translated otherwise.
      'accept-language': 'en',
      authorization: authorization(config),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    body: body ? JSON.stringify(body) : '',
  };
}

function authorization({ deployment, email = '', apiToken = '', accessToken = '' }: JiraConfig): string {
  if (deployment === 'datacenter') return `Bearer ${accessToken}`;
  return basicAuthHeader({ username: email, password: apiToken }).value;
}

/** An answer in which the credentials that it may repeat are masked; all that is said of a failure is taken from it. */
function withoutSecrets(result: ExchangeResult, config: JiraConfig): ExchangeResult {
  if (result.kind === 'error' || result.status < 300) return result;
  const sent = authorization(config).split(' ')[1];
  const secrets = [config.apiToken, config.accessToken, sent].map((secret) => secret ?? '').filter(Boolean);
  const text = new TextDecoder().decode(result.body);
  const masked = secrets.reduce((left, secret) => left.replaceAll(secret, MASK), text);
  return { ...result, body: new TextEncoder().encode(masked) };
}
