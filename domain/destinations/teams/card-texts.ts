import { oneLine } from '../clean-text.ts';
import { cutText } from '../cut-text.ts';
import {
  countOf,
  LEVELS,
  levelOf,
  type Message,
  type MessageField,
  type MessageItem,
  type MessageList,
} from '../message.ts';
import { showTime } from '../show-time.ts';
import { cardText } from './markdown.ts';

/**
 * UTF-8 bytes of a card as it is posted. Teams documents about 28 KB for it with all markup; refusals have been seen from
 * some 21 KB on (issues of its clients).
 */
const MAX_CARD_BYTES = 20_000;

/**
 * Bytes of the parts. All but the rows, with a link of 2,000 characters and the card around it, stay below `MAX_CARD_BYTES`
 * together, so that dropping rows always helps.
 */
const MAX_TITLE_BYTES = 600;
const MAX_TEXT_BYTES = 9_000;
const MAX_ORIGIN_BYTES = 600;
const MAX_LABEL_BYTES = 300;
const MAX_VALUE_BYTES = 2_000;
/** Characters where nothing is Markdown: notifications and buttons. */
const MAX_PLAIN_TITLE = 150;
const MAX_BUTTON = 40;
/** Stands where a row has no label or value. */
const NOTHING = '–';

/** Whether a body, as it is sent, is small enough for Teams. */
export function fitsTeams(body: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(body)) <= MAX_CARD_BYTES;
}

/** Mark of the level and title, in Markdown. */
export function cardTitle(message: Message): string {
  return `${LEVELS[levelOf(message)].icon} ${cardText(oneLine(message.title), MAX_TITLE_BYTES)}`;
}

/** Level and title for what shows no card, unformatted. */
export function plainTitle(message: Message): string {
  const { icon, word } = LEVELS[levelOf(message)];
  return `${icon} ${word}: ${cutText(oneLine(message.title), MAX_PLAIN_TITLE)}`;
}

/** The message's text in Markdown; may be empty. */
export function cardBody({ text }: Message): string {
  return cardText(text, MAX_TEXT_BYTES);
}

/** A row in Markdown. */
export function cardRow({ label, value }: MessageField): MessageField {
  return {
    label: cardText(oneLine(label), MAX_LABEL_BYTES) || NOTHING,
    value: cardText(value, MAX_VALUE_BYTES) || NOTHING,
  };
}

/** An entry of a list as a row: its level, then what it says. */
export function cardItem({ severity, title, text }: MessageItem): MessageField {
  const { icon, word } = LEVELS[severity];
  return cardRow({ label: `${icon} ${word}`, value: text ? `${title}\n${text}` : title });
}

/** Heading of a list in Markdown: `Findings (10 of 23)`. */
export function cardListTitle(list: MessageList, shown: number): string {
  return `${cardText(oneLine(list.title), MAX_LABEL_BYTES)} (${countOf(list, shown)})`;
}

/** Level, origin and time, in Markdown. */
export function originLine(message: Message): string {
  const { word } = LEVELS[levelOf(message)];
  const origin = cardText(oneLine(message.origin), MAX_ORIGIN_BYTES);
  return `${word} · ${origin} · ${cardText(showTime(message.occurredAt), MAX_LABEL_BYTES)}`;
}

/** What stands on a button, unformatted. */
export function buttonText(label: string): string {
  return cutText(oneLine(label), MAX_BUTTON) || NOTHING;
}
