import { MASK } from '../delivery/mask.ts';
import type { RecordedExchange } from '../delivery/types.ts';

/** Headers that hold nothing but credentials, whichever destination sends them. */
const SECRET_HEADERS = ['authorization', 'x-sn-apikey', 'cookie', 'set-cookie'];
/** Shorter ones would mask innocent text, and guess nothing that matters. */
const SHORTEST_SECRET = 6;

/**
 * An exchange without the secrets of its endpoint: credentials in headers, and each secret value wherever it stands, also where a
 * vendor repeats it in its answer. Of an address that is itself the secret, the origin stays. With `secretAnswer` nothing of the body is
 * kept.
 */
export function maskExchange(
  exchange: RecordedExchange,
  secrets: readonly string[],
  { secretAnswer }: { secretAnswer: boolean },
): RecordedExchange {
  const hide = hiderOf(secrets);
  const headers = (given: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        SECRET_HEADERS.includes(name.toLowerCase()) ? MASK : hide(value),
      ]),
    );
  return {
    ...exchange,
    url: hide(exchange.url),
    requestHeaders: headers(exchange.requestHeaders),
    requestBody: hide(exchange.requestBody),
    responseHeaders: exchange.responseHeaders && headers(exchange.responseHeaders),
    responseBody:
      exchange.responseBody === null || !secretAnswer ? exchange.responseBody && hide(exchange.responseBody) : MASK,
    errorMessage: exchange.errorMessage && hide(exchange.errorMessage),
  };
}

/** Masks secrets in any text that people or logs may see. */
export function hiderOf(secrets: readonly string[]): (text: string) => string {
  // The longest first: one may begin with another.
  const pairs = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => formsOf(secret).map((form) => [form, shownFor(secret)] as const))
    .toSorted(([a], [b]) => b.length - a.length);
  return (text) => pairs.reduce((hidden, [form, shown]) => hidden.replaceAll(form, shown), text);
}

/** As it is, and as it stands in a query, a form or a JSON text. */
function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  const url = URL.parse(secret);
  // A server that repeats the path it was called by gives the secret away as well as one that repeats the whole.
  const path = url && url.pathname.length >= SHORTEST_SECRET ? [url.pathname + url.search] : [];
  return [...new Set([secret, encoded, encoded.replaceAll('%20', '+'), JSON.stringify(secret).slice(1, -1), ...path])];
}

function shownFor(secret: string): string {
  const url = URL.parse(secret);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? `${url.origin}/${MASK}` : MASK;
}
