import { cleanText, oneLine } from '../clean-text.ts';
import { fitRows, noteOnDropped, type ShownRows } from '../fit.ts';
import {
  countOf,
  LEVELS,
  levelOf,
  type Message,
  type MessageField,
  type MessageItem,
  type MessageList,
} from '../message.ts';
import { boldText, cutMrkdwn, type Mrkdwn, type PlainText, plainText, slackTime } from './text-objects.ts';

type TextObject = Mrkdwn | PlainText;

/** The blocks that Waybill writes; a subset of Block Kit (docs.slack.dev/reference/block-kit). */
export type SlackBlock =
  | { type: 'header'; text: PlainText }
  | { type: 'section'; text: TextObject }
  | { type: 'section'; fields: TextObject[] }
  | { type: 'actions'; elements: { type: 'button'; text: PlainText; url: string }[] }
  | { type: 'context'; elements: TextObject[] };

/** The body of an incoming webhook; with `channel` that of `chat.postMessage`. */
export interface SlackMessage {
  /** What notifications, screen readers and old clients show instead of the blocks. */
  text: string;
  blocks: SlackBlock[];
  unfurl_links: false;
  unfurl_media: false;
}

/** Slack's limits, which it counts in characters; ours in UTF-16 units, which are never fewer. */
const MAX_BLOCKS = 50;
const MAX_HEADER = 150;
const MAX_SECTION = 3_000;
const MAX_FIELD = 2_000;
const MAX_BUTTON_TEXT = 75;
/** A section takes ten texts; a row is two of them. */
const ROWS_PER_SECTION = 5;
/** Slack publishes no limit for all blocks together and refuses from about 13,000 characters (`msg_blocks_too_long`). */
const MAX_TEXT_OF_ALL_BLOCKS = 10_000;

/** Ours: what stays readable. */
const MAX_FALLBACK = 1_000;
const MAX_LABEL = 100;
const MAX_LINE = 300;
const MAX_ITEM = 500;
const MAX_ORIGIN = 200;

/**
 * A message in Block Kit: header, text, rows of label and value, list, a note on dropped rows, link button, and a context line
 * with level, origin and time, and `notes`, of which there are six at most. Valid and within Slack's limits for any message; texts
 * of events stand in `plain_text`, or escaped where they cannot.
 */
export function renderSlack(message: Message, notes: readonly string[] = []): SlackMessage {
  const { icon } = LEVELS[levelOf(message)];
  const text = cleanText(message.text);
  const head: SlackBlock[] = [{ type: 'header', text: plainText(`${icon} ${oneLine(message.title)}`, MAX_HEADER) }];
  if (text) head.push({ type: 'section', text: plainText(text, MAX_SECTION) });
  const rows = message.fields.map(rowOf);
  const items = (message.list?.items ?? []).map(itemSection);
  const tail = [...linkBlocks(message), contextOf(message, notes)];
  const assemble = (shown: ShownRows): SlackBlock[] => [
    ...head,
    ...sectionsOf(rows.slice(0, shown.fields)),
    ...listBlocks(message.list, items.slice(0, shown.items)),
    ...noteBlocks(shown.dropped),
    ...tail,
  ];
  const blocks = fitRows(message, assemble, withinLimits);
  return { text: fallbackOf(message), blocks, unfurl_links: false, unfurl_media: false };
}

function sectionsOf(rows: readonly TextObject[][]): SlackBlock[] {
  const sections: SlackBlock[] = [];
  for (let first = 0; first < rows.length; first += ROWS_PER_SECTION) {
    sections.push({ type: 'section', fields: rows.slice(first, first + ROWS_PER_SECTION).flat() });
  }
  return sections;
}

/** Two texts, which Slack puts side by side. */
function rowOf({ label, value }: MessageField): TextObject[] {
  return [boldText(oneLine(label), MAX_LABEL), plainText(cleanText(value), MAX_FIELD)];
}

function listBlocks(list: MessageList | null, items: readonly SlackBlock[]): SlackBlock[] {
  if (!list || items.length === 0) return [];
  const heading = boldText(`${oneLine(list.title)} (${countOf(list, items.length)})`, MAX_LABEL);
  return [{ type: 'section', text: heading }, ...items];
}

function noteBlocks(dropped: number): SlackBlock[] {
  return dropped > 0 ? [{ type: 'context', elements: [plainText(noteOnDropped(dropped), MAX_FIELD)] }] : [];
}

function itemSection({ severity, title, text }: MessageItem): SlackBlock {
  const { icon, word } = LEVELS[severity];
  const body = cleanText(text);
  const head = `${icon} ${word} · ${oneLine(title)}`;
  return { type: 'section', text: plainText(body ? `${head}\n${body}` : head, MAX_ITEM) };
}

function linkBlocks({ link }: Message): SlackBlock[] {
  if (!link) return [];
  const text = plainText(oneLine(link.label), MAX_BUTTON_TEXT);
  return [{ type: 'actions', elements: [{ type: 'button', text, url: link.url }] }];
}

/** A line or two for a thread: what became of the subject, its title, and the context line. */
export function renderSlackLine(message: Message, word: string): SlackMessage {
  const { icon } = LEVELS[levelOf(message)];
  const line = `${icon} ${word}: ${oneLine(message.title)}`;
  const blocks: SlackBlock[] = [{ type: 'section', text: plainText(line, MAX_LINE) }, contextOf(message, [])];
  return { text: cutMrkdwn(line, MAX_LINE), blocks, unfurl_links: false, unfurl_media: false };
}

function contextOf(message: Message, notes: readonly string[]): SlackBlock {
  const { word } = LEVELS[levelOf(message)];
  const level = plainText(word, MAX_LABEL);
  const origin = plainText(oneLine(message.origin), MAX_ORIGIN);
  const noted = notes.map((note) => plainText(note, MAX_LABEL));
  return { type: 'context', elements: [level, origin, slackTime(message.occurredAt), ...noted] };
}

function fallbackOf(message: Message): string {
  const { icon, word } = LEVELS[levelOf(message)];
  const rows = message.fields.map(({ label, value }) => `${oneLine(label)}: ${oneLine(value)}`);
  const lines = [`${icon} ${word}: ${oneLine(message.title)}`, cleanText(message.text), ...rows];
  return cutMrkdwn(lines.filter(Boolean).join('\n'), MAX_FALLBACK);
}

function withinLimits(blocks: readonly SlackBlock[]): boolean {
  return blocks.length <= MAX_BLOCKS && textUnits(blocks) <= MAX_TEXT_OF_ALL_BLOCKS;
}

function textUnits(blocks: readonly SlackBlock[]): number {
  return blocks.flatMap(textsOf).reduce((sum, { text }) => sum + text.length, 0);
}

function textsOf(block: SlackBlock): TextObject[] {
  if ('elements' in block) return block.elements.map((element) => (element.type === 'button' ? element.text : element));
  return 'fields' in block ? block.fields : [block.text];
}
