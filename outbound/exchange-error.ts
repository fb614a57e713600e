import { errors } from 'undici';
import type { ExchangeErrorCode } from '../domain/delivery/types.ts';

/** A refusal of our own while connecting: the code is already one of the closed set. */
export class ExchangeRefusal extends Error {
  readonly code: ExchangeErrorCode;
  constructor(code: ExchangeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const CODES: Record<string, ExchangeErrorCode> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ECONNABORTED: 'connection_reset',
  UND_ERR_SOCKET: 'connection_reset',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_HEADERS_OVERFLOW: 'invalid_response',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'invalid_response',
  UND_ERR_INVALID_ARG: 'invalid_request',
  UND_ERR_NOT_SUPPORTED: 'invalid_request',
  EPROTO: 'tls_error',
  HOSTNAME_MISMATCH: 'tls_error',
  INVALID_CA: 'tls_error',
  INVALID_PURPOSE: 'tls_error',
  OUT_OF_MEM: 'tls_error',
  PATH_LENGTH_EXCEEDED: 'tls_error',
};

/** Families of codes. Sources: Node's errors page, "OpenSSL errors" and "X509 certificate error codes". */
const CODE_FAMILIES: [RegExp, ExchangeErrorCode][] = [
  [/^ERR_(TLS|SSL|OSSL)_/, 'tls_error'],
  [/^(CERT|CRL|ERROR_IN_CERT|ERROR_IN_CRL)_|_(CERT|CRL|SIGNATURE|ISSUER_PUBLIC_KEY)(_|$)/, 'tls_error'],
];

const MESSAGES: Record<ExchangeErrorCode, string> = {
  dns_error: 'The host name could not be resolved',
  connection_refused: 'The receiver refused the connection',
  connection_reset: 'The receiver closed the connection before the answer was complete',
  connect_timeout: 'No connection could be made in time',
  timeout: 'No complete answer came in time',
  tls_error: 'TLS could not be established',
  address_not_allowed: 'The address is in a range that is not allowed',
  invalid_request: 'The request cannot be sent',
  invalid_response: 'The answer is not valid HTTP/1.1',
  network_error: 'The exchange failed',
};

/**
 * The closed code of an error of node:net, node:tls or undici, by its own code alone, and a sentence that holds neither
 * URL nor header nor address. What is not known is a `network_error`.
 */
export function describeError(error: Error): { code: ExchangeErrorCode; message: string } {
  if (error instanceof ExchangeRefusal) return { code: error.code, message: error.message };
  // By class: undici 8.12.4 means to set the parser's code ("HPE_…") and leaves it undefined.
  if (error instanceof errors.HTTPParserError) {
    return { code: 'invalid_response', message: MESSAGES.invalid_response };
  }
  const cause = (error as NodeJS.ErrnoException).code ?? '';
  const code = CODES[cause] ?? CODE_FAMILIES.find(([pattern]) => pattern.test(cause))?.[1] ?? 'network_error';
  return { code, message: cause === '' ? MESSAGES[code] : `${MESSAGES[code]} (${cause})` };
}

/** A refusal with the standing sentence of its code. */
export function refusal(code: ExchangeErrorCode): ExchangeRefusal {
  return new ExchangeRefusal(code, MESSAGES[code]);
}
