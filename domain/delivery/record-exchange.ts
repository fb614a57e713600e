import { encodeBase64 } from '../signing/base64.ts';
import { MASK } from './mask.ts';
import type { ExchangeRequest, ExchangeResult, RecordedExchange } from './types.ts';

/** Kept of an answer's body. */
const MAX_KEPT_BYTES = 65_536;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** An exchange as it is kept: values of the customer's own headers masked, a body that is not UTF-8 as base64. */
export function recordExchange(
  request: ExchangeRequest,
  result: ExchangeResult,
  secretHeaders: readonly { name: string }[],
): RecordedExchange {
  const requestHeaders = { ...request.headers };
  for (const { name } of secretHeaders)
    if (name.toLowerCase() in requestHeaders) requestHeaders[name.toLowerCase()] = MASK;
  const sent = {
    method: request.method,
    url: request.url,
    requestHeaders,
    requestBody: request.body,
    durationMs: result.durationMs,
  };
  if (result.kind === 'error') {
    return {
      ...sent,
      status: null,
      responseHeaders: null,
      responseBody: null,
      responseEncoding: 'utf8',
      responseTruncated: false,
      errorCode: result.code,
      errorMessage: result.message,
    };
  }
  return {
    ...sent,
    status: result.status,
    responseHeaders: result.headers,
    ...decodeBody(result.body.subarray(0, MAX_KEPT_BYTES)),
    responseTruncated: result.bodyTruncated || result.body.length > MAX_KEPT_BYTES,
    errorCode: null,
    errorMessage: null,
  };
}

function decodeBody(body: Uint8Array): Pick<RecordedExchange, 'responseBody' | 'responseEncoding'> {
  try {
    return { responseBody: utf8.decode(body), responseEncoding: 'utf8' };
  } catch {
    return {
      responseBody: encodeBase64(body),
      responseEncoding: 'base64',
    };
  }
}
