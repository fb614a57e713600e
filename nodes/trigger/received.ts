import type { IWebhookFunctions } from 'n8n-workflow';

/** A request as it arrived: raw, with header names in lower case. */
export interface Received {
  body: Uint8Array;
  headers: Record<string, string | undefined>;
}

/** Express's request, as n8n prepares it. */
interface N8nRequest {
  /** Absent where the body is no JSON, form, text or XML. */
  rawBody?: Uint8Array;
  readRawBody(): Promise<void>;
  headers: Record<string, string | string[] | undefined>;
}

/** The request that n8n hands to a webhook. Signatures are over bytes, so what n8n has parsed is of no use. */
export async function receivedBy(hook: IWebhookFunctions): Promise<Received> {
  const request = hook.getRequestObject() as unknown as N8nRequest;
  if (request.rawBody === undefined) await request.readRawBody();
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat()[0]] as const);
  return { body: request.rawBody ?? new Uint8Array(), headers: Object.fromEntries(headers) };
}
