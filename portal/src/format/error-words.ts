const WORDS: Readonly<Record<string, string>> = {
  dns_error: 'The host name could not be found. Check the address for typing errors.',
  connection_refused: 'Nothing listens at this address: the connection was refused. Is the server running?',
  connection_reset: 'The connection was cut before an answer came.',
  connect_timeout: 'No connection came about in time. A firewall may be in the way.',
  timeout: 'The connection stood, but no whole answer came in time. Answer first, and do long work afterwards.',
  tls_error: 'No secure connection came about. The certificate may have expired or be for another host.',
  address_not_allowed: 'The address is inside a private network, which this installation does not call.',
  invalid_request: 'The request could not be made: the address or a header is not valid.',
  invalid_response: 'What came back is no valid HTTP answer.',
  network_error: 'The network failed on the way.',
  not_acknowledged: 'It answered well, but did not repeat the delivery’s id, as this endpoint has to.',
  render_failed: 'The request could not be written from the event.',
  worker_lost: 'The attempt was interrupted on our side. It is made again and uses up no retry.',
  rate_limited: 'It asked us to wait: too many requests.',
  vendor_error: 'The vendor answered, but with a failure.',
  unsure: 'It is not known whether the request took effect. This is looked up before it is sent again.',
  subject_busy: 'Another delivery about the same thing is under way. This one follows it.',
  bad_configuration: 'The destination refused the settings of this endpoint. Check them and correct what is wrong.',
  bad_payload: 'The destination refused what was sent.',
  endpoint_disabled: 'The endpoint is disabled.',
  endpoint_deleted: 'The endpoint was deleted.',
  endpoint_paused: 'The endpoint is paused until its settings work.',
  hourly_limit: 'The endpoint has its limit of requests an hour: this one waits for its place.',
  rate_limit: 'The endpoint has its limit of requests a second: this one waits for its place.',
  concurrency: 'As many requests as are allowed are open at the same time: this one waits for its turn.',
  exhausted: 'Every attempt failed, and no more are made by themselves.',
  not_retryable: 'After such an answer nothing is tried again.',
  cancelled: 'It was cancelled.',
  gone: 'The receiver said that its address is gone for good (410).',
  requested: 'Somebody did it by hand.',
  export_failed: 'The file that belongs to it could not be written into the bucket.',
};

const STATUS_WORDS: Readonly<Record<number, string>> = {
  301: 'The address has moved. Redirects are not followed: enter the new address.',
  302: 'The address sends on elsewhere. Redirects are not followed: enter the final address.',
  307: 'The address sends on elsewhere. Redirects are not followed: enter the final address.',
  308: 'The address has moved. Redirects are not followed: enter the new address.',
  400: 'The receiver did not like the request (400). Its answer may say why.',
  401: 'The receiver does not know us (401). Check its secret, and the headers and password that are sent along.',
  403: 'The receiver refuses us (403). Check its secret, and whether its firewall lets us in.',
  404: 'There is nothing at this address (404). Check its path.',
  405: 'The address takes no POST (405). Check its path.',
  408: 'The receiver waited for too long (408).',
  410: 'The receiver says that this address is gone for good (410).',
  413: 'The receiver finds the request too large (413).',
  415: 'The receiver takes no JSON at this address (415).',
  422: 'The receiver could not use what it got (422). Its answer may say why.',
  429: 'The receiver asks us to slow down (429).',
  500: 'The receiver failed (500). Its log has the reason.',
  502: 'The proxy before the receiver got no answer from it (502).',
  503: 'The receiver is not available at the moment (503).',
  504: 'The proxy before the receiver waited for it for too long (504).',
};

/**
 * An error code of an attempt, or the reason of a delivery, as a sentence that says what to do; for codes that are not known here
 * the code itself, readable.
 */
export function errorWords(code: string): string {
  const known = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
  if (known !== undefined) return known;
  const status = /^http_(\d{3})$/.exec(code)?.[1];
  if (status !== undefined) return statusWords(Number(status));
  const plain = code.replaceAll('_', ' ');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}.`;
}

/** What an answer outside 2xx means. */
function statusWords(status: number): string {
  const known = STATUS_WORDS[status];
  if (known !== undefined) return known;
  if (status >= 500) return `The receiver failed (${status}).`;
  if (status >= 400) return `The receiver refused the request (${status}).`;
  return `The receiver answered ${status}, which is no success: anything from 200 to 299 is.`;
}
