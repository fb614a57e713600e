import { MASK } from '../delivery/mask.ts';
import type { RecordedExchange } from '../delivery/types.ts';

/** Headers that hold nothing but credentials, whichever destination sends them. */
const SECRET_HEADERS = ['authorization', 'x-sn-apikey', 'cookie', 'set-cookie'];
/** Shorter ones would mask innocent text, and guess nothing that matters. */
const SHORTEST_SECRET = 6;
/** Of an address: shorter parts are words such as `workflows`. */
const SHORTEST_PART = 16;

/**
 * An exchange without the secrets of its endpoint: credentials in headers, and each secret value wherever it stands, also where a
 * vendor repeats it in its answer. Of an address that is itself the secret, the origin stays. With `secretAnswer` nothing of the body is
 * kept, and of the request, which is little more than a credential itself, no secret however short.
 */
export function maskExchange(
  exchange: RecordedExchange,
  secrets: readonly string[],
  { secretAnswer }: { secretAnswer: boolean },
): RecordedExchange {
  const hide = hiderOf(secrets);
  // Of the request only the headers hold what is made of the secrets; an answer may repeat that anywhere.
  const hideAnswered = hiderOf([...secrets, ...credentialsIn(exchange.requestHeaders)]);
  const headers = (given: Record<string, string>, hide: (text: string) => string) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        SECRET_HEADERS.includes(name.toLowerCase()) ? MASK : hide(value),
      ]),
    );
  return {
    ...exchange,
    url: hide(exchange.url),
    requestHeaders: headers(exchange.requestHeaders, hide),
    requestBody: secretAnswer ? hiderOf(secrets, 1)(exchange.requestBody) : hide(exchange.requestBody),
    responseHeaders: exchange.responseHeaders && headers(exchange.responseHeaders, hideAnswered),
    responseBody:
      exchange.responseBody === null || !secretAnswer
        ? exchange.responseBody && hideAnswered(exchange.responseBody)
        : MASK,
    errorMessage: exchange.errorMessage && hideAnswered(exchange.errorMessage),
  };
}

/** The credentials that stand in a request's headers, as they are sent: an access token, name and password in base64. */
export function credentialsIn(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => SECRET_HEADERS.includes(name.toLowerCase()))
    .map(([, value]) => value.slice(value.indexOf(' ') + 1));
}

/** Masks secrets in any text that people or logs may see; those shorter than `shortest` stay. */
export function hiderOf(secrets: readonly string[], shortest = SHORTEST_SECRET): (text: string) => string {
  // The longest first: one may begin with another.
  const pairs = secrets
    .filter((secret) => secret.length >= shortest)
    .flatMap((secret) => [
      ...formsOf(secret).map((form) => [form, shownFor(secret)] as const),
      ...partsOf(secret).map((part) => [part, MASK] as const),
    ])
    .toSorted(([a], [b]) => b.length - a.length);
  return (text) => pairs.reduce((hidden, [form, shown]) => hidden.replaceAll(form, shown), text);
}

/** As it is, and as it stands in a query, a form or a JSON text. */
function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  const inJson = JSON.stringify(secret).slice(1, -1);
  const url = URL.parse(secret);
  // A server that repeats the path it was called by gives the secret away as well as one that repeats the whole.
  const path = url && url.pathname.length >= SHORTEST_SECRET ? [url.pathname + url.search] : [];
  const forms = [secret, encoded, encoded.replaceAll('%20', '+'), inJson, inJson.replaceAll('/', '\\/'), ...path];
  return [...new Set(forms)];
}

/** What of an address can be the secret in it, however the rest is repeated: long segments of its path, long values of its query. */
function partsOf(secret: string): string[] {
  const url = URL.parse(secret);
  if (!url) return [];
  const inQuery = url.search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  const parts = [...url.pathname.split('/'), ...inQuery, ...url.searchParams.values()];
  return [...new Set(parts)].filter((part) => part.length >= SHORTEST_PART);
}

function shownFor(secret: string): string {
  const url = URL.parse(secret);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? `${url.origin}/${MASK}` : MASK;
}
