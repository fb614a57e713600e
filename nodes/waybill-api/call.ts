import {
  type IDataObject,
  type IExecuteFunctions,
  type IHttpRequestMethods,
  type ILoadOptionsFunctions,
  type JsonObject,
  NodeApiError,
} from 'n8n-workflow';
import { refusalOf, silenceOf } from './refusal.ts';

/** Name of the credential type that every call is made with. */
export const CREDENTIAL = 'waybillApi';

/** Where n8n hands a node its helpers. */
export type Caller = IExecuteFunctions | ILoadOptionsFunctions;

/** One call of Waybill's API. */
export interface Call {
  method: IHttpRequestMethods;
  /** Begins with `/`; ids in it are encoded by the caller. */
  path: string;
  /** What is undefined or empty is not sent. */
  query?: IDataObject;
  body?: IDataObject;
  headers?: Record<string, string>;
  /** The item that the call is for, named in what is thrown. */
  itemIndex?: number;
}

/** Longer than Waybill waits for vendors in a check or preview. */
const TIMEOUT_MS = 60_000;

/**
 * Makes a call and returns the body of a 2xx, an empty object for 204. Throws `NodeApiError` for everything else, its message saying
 * what happened and its description what to do. Nothing is repeated here: n8n's "Retry On Fail" does, and only a publish with an
 * idempotency key may be.
 */
export async function callWaybill(caller: Caller, call: Call): Promise<IDataObject> {
  const { baseUrl } = await caller.getCredentials<{ baseUrl: string }>(CREDENTIAL);
  const address = baseUrl.replace(/\/+$/, '');
  const { statusCode, body } = await send(caller, address, call);
  if (statusCode >= 200 && statusCode < 300) return isRecord(body) ? body : {};
  const problem = { statusCode, ...(isRecord(body) && body) } as JsonObject;
  throw new NodeApiError(caller.getNode(), problem, {
    ...refusalOf(statusCode, body, address),
    httpCode: String(statusCode),
    ...(call.itemIndex !== undefined && { itemIndex: call.itemIndex }),
  });
}

async function send(
  caller: Caller,
  address: string,
  { method, path, query = {}, body, headers, itemIndex }: Call,
): Promise<{ statusCode: number; body: unknown }> {
  try {
    return await caller.helpers.httpRequestWithAuthentication.call(caller, CREDENTIAL, {
      method,
      url: `${address}${path}`,
      qs: withoutEmpty(query),
      ...(body && { body }),
      ...(headers && { headers }),
      json: true,
      returnFullResponse: true,
      ignoreHttpStatusErrors: true,
      timeout: TIMEOUT_MS,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const { message, description } = silenceOf(address, reason);
    const silence = new NodeApiError(caller.getNode(), error as JsonObject, {
      message,
      description,
      ...(itemIndex !== undefined && { itemIndex }),
    });
    // n8n's own helper has wrapped it already, and then its words stay unless they are set.
    silence.message = message;
    silence.description = description;
    throw silence;
  }
}

/** Without what is undefined, null or an empty text: fields of a form that nobody filled in. */
export function withoutEmpty(fields: IDataObject): IDataObject {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return Object.fromEntries(given);
}

function isRecord(body: unknown): body is IDataObject {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}
