import {
  type IDataObject,
  type IHookFunctions,
  type IHttpRequestMethods,
  type ILoadOptionsFunctions,
  type JsonObject,
  NodeApiError,
} from 'n8n-workflow';

/** A server as a credential names it. */
export interface Server {
  /** Name of the credential type. */
  credential: string;
  /** For people. */
  title: string;
  /** What is cut from the end of the base URL. */
  cut?: string;
}

export interface ServerCall {
  method: IHttpRequestMethods;
  /** Begins with `/`. */
  path: string;
  query?: IDataObject;
  body?: IDataObject;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: IDataObject;
  /** Parsed where it is JSON. */
  body: unknown;
}

/** n8n waits for activations, and tries them again. */
const TIMEOUT_MS = 15_000;

/** Calls a server and returns whatever it answers. Throws `NodeApiError` where nothing does. */
export async function callServer(
  caller: IHookFunctions | ILoadOptionsFunctions,
  server: Server,
  { method, path, query, body, headers }: ServerCall,
): Promise<Answer> {
  const address = await addressOf(caller, server);
  try {
    const answer = await caller.helpers.httpRequestWithAuthentication.call(caller, server.credential, {
      method,
      url: `${address}${path}`,
      ...(query && { qs: query }),
      ...(body && { body }),
      ...(headers && { headers }),
      json: true,
      returnFullResponse: true,
      ignoreHttpStatusErrors: true,
      disableFollowRedirect: true,
      timeout: TIMEOUT_MS,
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const words = {
      message: `${server.title} does not answer at ${address}`,
      description: `Check the base URL of the credential, and whether the server runs and can be reached from n8n. Then publish the workflow again. (${reason})`,
    };
    const silence = new NodeApiError(caller.getNode(), error as JsonObject, words);
    // n8n's own helper has wrapped it already, and then its words stay unless they are set.
    silence.message = words.message;
    silence.description = words.description;
    throw silence;
  }
}

async function addressOf(
  caller: IHookFunctions | ILoadOptionsFunctions,
  { credential, cut = '' }: Server,
): Promise<string> {
  const { baseUrl } = await caller.getCredentials<{ baseUrl: string }>(credential);
  const address = baseUrl.replace(/\/+$/, '');
  return cut !== '' && address.endsWith(cut) ? address.slice(0, -cut.length) : address;
}

/** Whether Waybill answered: it says so on every answer of a dialect's routes. */
export function isWaybill({ headers }: Answer): boolean {
  return headers['waybill-version'] !== undefined;
}

/** Whether the server has no such call. */
export function hasNoSuchCall({ status }: Answer): boolean {
  return status === 404 || status === 405;
}

/** Returns an answer that is a success; throws any other as what happened and what to do. `doing` completes "when …". */
export function successOf(
  caller: IHookFunctions | ILoadOptionsFunctions,
  server: Server,
  answer: Answer,
  doing: string,
): Answer {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return answer;
  throw new NodeApiError(caller.getNode(), { statusCode: status, body } as JsonObject, {
    message: `${server.title} answered ${status} when ${doing}`,
    description: [wordsOf(body), remedyOf(status)].filter((text) => text !== '').join(' '),
    httpCode: String(status),
  });
}

/** What the server says itself, in any of the ways in which the systems do; empty for none. */
function wordsOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { detail, message, error, details, errors } = body as Record<string, unknown>;
  const own = [detail, message, error].find((text) => typeof text === 'string');
  const inside = typeof error === 'object' ? wordsOf({ ...error }) : '';
  const more = typeof details === 'string' ? details : [details, errors].map(fieldsOf).join('');
  return [own, inside, more]
    .filter((text) => typeof text === 'string' && text !== '')
    .map((text) => `${String(text).replace(/\.?$/, '.')}`)
    .join(' ');
}

function fieldsOf(list: unknown): string {
  if (!Array.isArray(list)) return '';
  return list
    .map((entry: unknown) => entry as { field?: unknown; rule?: unknown } | null)
    .filter((entry) => typeof entry?.field === 'string' && typeof entry.rule === 'string')
    .map((entry) => `“${entry?.field}” ${entry?.rule}`)
    .join('; ');
}

function remedyOf(status: number): string {
  if (status === 401) return 'Check the API key of the credential.';
  if (status === 403) return 'The API key may not do this: use one that may register webhooks.';
  if (status === 404 || status === 405) return 'Check the base URL of the credential.';
  if (status >= 300 && status < 400)
    return 'The base URL of the credential leads elsewhere: use the address it leads to.';
  if (status === 429 || status >= 500) return 'Publish the workflow again in a moment.';
  return 'Correct what is named, then publish the workflow again.';
}
