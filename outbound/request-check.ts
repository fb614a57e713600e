import type { ExchangeRequest } from '../domain/delivery/types.ts';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Tab, visible ASCII, and the upper half of latin1, in which header values go out (RFC 9110, section 5.5). */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that the client writes itself; another value would break the framing or aim at another host than was checked. */
const CLIENT_HEADERS = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);

/**
 * Why a header cannot be sent, without its value; `undefined` if it can. Values may hold latin1 only, and no line breaks.
 * `Host`, `Content-Length` and the like are the client's own.
 */
export function checkHeader(name: string, value: string): string | undefined {
  if (!TOKEN.test(name)) return 'A header name holds characters that HTTP does not allow';
  if (CLIENT_HEADERS.has(name.toLowerCase())) return `The header ${name} is set by Waybill itself`;
  if (!HEADER_VALUE.test(value)) return `The value of the header ${name} holds characters that HTTP does not allow`;
  return undefined;
}

/**
 * The address to call, or why the request cannot be sent. Nothing that undici would refuse may pass: a request that it
 * refuses at dispatch leaves its pool with one connection fewer for ever, and an origin without any after 128 of them
 * (seen with 8.12.4).
 */
export function checkRequest(request: ExchangeRequest): { url: URL } | { fault: string } {
  if (!TOKEN.test(request.method) || request.method === 'CONNECT') return { fault: 'The method cannot be sent' };
  const url = URL.parse(request.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return { fault: 'The address is not an http or https URL' };
  }
  if (url.username !== '' || url.password !== '') return { fault: 'The address contains a user name or password' };
  for (const name in request.headers) {
    const fault = checkHeader(name, request.headers[name] ?? '');
    if (fault !== undefined) return { fault };
  }
  return { url };
}
