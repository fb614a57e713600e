import { basicAuthHeader } from '../../delivery/basic-auth.ts';
import type { StepRequest, Steps, TokenMemory } from '../destination.ts';
import { hiderOf } from '../mask-exchange.ts';
import { isObject, type Judged, judge } from './answers.ts';
import type { Settings } from './settings.ts';

/** One run's way to an instance. */
export interface Session {
  settings: Settings;
  tokens: TokenMemory;
  nowMs: number;
  /** Access token of this run, however long it is kept beyond. */
  token: string | undefined;
  /** Whether the access token has been fetched anew after a 401: once in a run is enough. */
  renewed: boolean;
}

/** A request without credentials. */
export interface ApiCall {
  step: string;
  method: 'GET' | 'POST' | 'PATCH';
  /** From the host on, without the query. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: object;
  /** Whether doing it twice would be seen. */
  writes?: boolean;
  /** Absent: a record. */
  expects?: 'records' | 'anything' | 'text';
}

type Failed = Extract<Judged, { ok: false }>;

const TOKEN_PATH = '/oauth_token.do';

export function openSession(settings: Settings, tokens: TokenMemory, nowMs: number): Session {
  return { settings, tokens, nowMs, token: tokens.get(), renewed: false };
}

/** Makes a request; with OAuth once more with a new token if the instance no longer takes the old one. */
export function* call(session: Session, wanted: ApiCall): Steps<Judged> {
  const authorization = yield* authorize(session);
  if (typeof authorization !== 'string') return withoutSecrets(session, authorization);
  const judged = judgeCall(session, wanted, yield requestOf(session, wanted, authorization));
  const { auth } = session.settings.credentials;
  if (!judged.ok && judged.cause === 'unauthorized' && auth === 'oauth' && !session.renewed) {
    session.renewed = true;
    session.token = undefined;
    session.tokens.clear();
    return yield* call(session, wanted);
  }
  return withoutSecrets(session, judged);
}

function judgeCall({ nowMs }: Session, wanted: ApiCall, answer: Parameters<typeof judge>[0]): Judged {
  return judge(answer, { writes: wanted.writes ?? false, expects: wanted.expects ?? 'record', nowMs });
}

function requestOf({ settings }: Session, wanted: ApiCall, authorization: string): StepRequest {
  const query = Object.entries(wanted.query ?? {}).map(([name, text]) => `${name}=${encodeURIComponent(text)}`);
  return {
    step: wanted.step,
    method: wanted.method,
    url: `${settings.instance}${wanted.path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    // Without both of the first two the API refuses writes.
    headers: { accept: 'application/json', 'content-type': 'application/json', authorization },
    body: wanted.body ? JSON.stringify(wanted.body) : '',
  };
}

/** The header's value, or why there is none. */
function* authorize(session: Session): Steps<string | Failed> {
  const { credentials } = session.settings;
  if (credentials.auth === 'basic') return basicAuthHeader(credentials).value;
  if (session.token !== undefined) return `Bearer ${session.token}`;
  const judged = judge(yield tokenRequest(session.settings.instance, credentials), {
    writes: false,
    expects: 'anything',
    nowMs: session.nowMs,
  });
  if (!judged.ok) return noToken(judged);
  if (!isObject(judged.value) || typeof judged.value.access_token !== 'string') return NO_TOKEN_IN_ANSWER;
  const { access_token: token, expires_in: seconds } = judged.value;
  session.token = token;
  session.tokens.set(token, Number(seconds) * 1_000 || 0);
  return `Bearer ${token}`;
}

function tokenRequest(instance: string, client: { clientId: string; clientSecret: string }): StepRequest {
  const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret };
  return {
    step: 'get an access token',
    method: 'POST',
    url: `${instance}${TOKEN_PATH}`,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    secretAnswer: true,
  };
}

const NO_TOKEN_IN_ANSWER: Failed = {
  ok: false,
  cause: 'other',
  verdict: { kind: 'retry', code: 'vendor_error', message: 'The instance gave no access token', afterMs: null },
};

/** The instance says no more than `access_denied`, whatever is wrong. A refusal here says nothing of any record. */
function noToken({ cause, verdict }: Failed): Failed {
  if (cause === 'other' && verdict.kind !== 'bad_payload') return { ok: false, cause, verdict };
  const message =
    'The instance gives no access token: check client ID and secret, that the client has an OAuth application user, and that ' +
    'glide.oauth.inbound.client.credential.grant_type.enabled is true';
  return { ok: false, cause: 'unauthorized', verdict: { kind: 'bad_configuration', message } };
}

/** An instance or a proxy may repeat in its answer what it was sent. */
function withoutSecrets({ settings, token }: Session, judged: Judged): Judged {
  if (judged.ok || !('message' in judged.verdict)) return judged;
  const { credentials } = settings;
  const secrets =
    credentials.auth === 'basic'
      ? [credentials.password, basicAuthHeader(credentials).value.slice('Basic '.length)]
      : [credentials.clientSecret, token ?? ''];
  return { ...judged, verdict: { ...judged.verdict, message: hiderOf(secrets)(judged.verdict.message) } };
}
