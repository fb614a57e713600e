/** Below the smallest limit of a destination (Slack: 3,000 for a button), with room for what JSON adds. */
const MAX_URL_LENGTH = 2_000;

/**
 * A URL that destinations may turn into a link, percent-encoded; `null` unless `text` is an absolute https URL without
 * credentials, at most 2,000 characters. Anything else (`javascript:`, a path, `http:`) is refused by one vendor or dangerous in another.
 */
export function httpsUrl(text: unknown): string | null {
  if (typeof text !== 'string' || !URL.canParse(text)) return null;
  const url = new URL(text);
  const plain = url.protocol === 'https:' && url.username === '' && url.password === '';
  return plain && url.href.length <= MAX_URL_LENGTH ? url.href : null;
}
