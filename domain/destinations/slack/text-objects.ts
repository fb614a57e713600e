import { oneLine } from '../clean-text.ts';
import { cutText, type Measure } from '../cut-text.ts';
import { showTime } from '../show-time.ts';

/** Shown literally: no mention, no link, no formatting. For everything that came with an event. */
export interface PlainText {
  type: 'plain_text';
  text: string;
  emoji: false;
}

/** Formatted text. `verbatim` keeps Slack from making links and mentions of its own. */
export interface Mrkdwn {
  type: 'mrkdwn';
  text: string;
  verbatim: true;
}

/** Stands where Slack demands at least one character. */
const NOTHING = '–';

/**
 * Untrusted text for mrkdwn and for a message's `text`. Every mention and link of Slack's begins with `<`, so these three
 * replacements are all there is to escape. Source: docs.slack.dev, "Formatting message text".
 */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cuts before escaping, so that no entity is cut, to what escaped measures at most `max` UTF-16 units. */
export function cutMrkdwn(text: string, max: number): string {
  const escapedUnits: Measure = (piece) => escapeMrkdwn(piece).length;
  return escapeMrkdwn(cutText(text, max, escapedUnits));
}

/** Cleaned text, at most `max` UTF-16 units; a dash where there is none. */
export function plainText(text: string, max: number): PlainText {
  return { type: 'plain_text', text: cutText(text, max) || NOTHING, emoji: false };
}

/** `text` in bold, at most `max` UTF-16 units; literally, without bold, where it holds marks of formatting itself. */
export function boldText(text: string, max: number): Mrkdwn | PlainText {
  if (text === '' || /[*_~`]/.test(text)) return plainText(text, max);
  return { type: 'mrkdwn', text: `*${cutMrkdwn(text, max - 2)}*`, verbatim: true };
}

/** A time that each reader sees in their own zone and language; what is no time is shown as it is. */
export function slackTime(isoTime: string): Mrkdwn | PlainText {
  const seconds = Math.floor(Date.parse(isoTime) / 1_000);
  if (Number.isNaN(seconds)) return plainText(oneLine(isoTime), 100);
  const date = `<!date^${seconds}^{date_short_pretty} {time_secs}|${showTime(isoTime)}>`;
  return { type: 'mrkdwn', text: date, verbatim: true };
}
