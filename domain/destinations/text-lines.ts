import { cleanText, oneLine } from './clean-text.ts';
import { cutText, type Measure, utf16Units } from './cut-text.ts';
import { fitRows, noteOnDropped, type ShownRows } from './fit.ts';
import {
  countOf,
  LEVELS,
  levelOf,
  type Message,
  type MessageField,
  type MessageItem,
  type MessageLink,
} from './message.ts';
import { showTime } from './show-time.ts';

/** How a destination that takes text in lines writes it. */
export interface LineStyle {
  /** Makes cleaned text harmless; only adds characters. */
  escape(text: string): string;
  /** Makes escaped text stand out. */
  strong(escaped: string): string;
  /** Begins an entry of a list. */
  bullet: string;
  /** `label` is escaped. */
  link(label: string, url: string): string;
  /** UTF-16 units of the whole, 1,000 at least; and of a row's value or an entry's text. */
  maxUnits: number;
  maxValueUnits: number;
}

const MAX_TITLE = 255;
const MAX_LABEL = 100;
const MAX_ORIGIN = 200;

/**
 * A message as text in lines: title (where the ticket's own summary does not stand above), text, rows, list, link, and a line
 * with level, origin and time. At most `maxUnits` long; rows that do not fit are dropped, and the text says so.
 */
export function renderLines(message: Message, style: LineStyle, withTitle: boolean): string {
  const title = withTitle ? style.strong(written(oneLine(message.title), MAX_TITLE, style)) : '';
  const tail = [message.link ? linkLine(message.link, style) : '', originLine(message, style)];
  // Half for the text, less where a long link needs the room; the rest is for the rows.
  const room = style.maxUnits - [title, ...tail].join('\n\n').length - MAX_LABEL;
  const text = written(cleanText(message.text), Math.min(room, style.maxUnits / 2), style);
  const rows = message.fields.map((field) => row(field, style));
  const items = (message.list?.items ?? []).map((item) => entry(item, style));
  const assemble = (shown: ShownRows): string =>
    [
      title,
      text,
      rows.slice(0, shown.fields).join('\n'),
      listOf(message, items.slice(0, shown.items), style),
      noteOnDropped(shown.dropped),
      ...tail,
    ]
      .filter(Boolean)
      .join('\n\n');
  return fitRows(message, assemble, (lines) => lines.length <= style.maxUnits);
}

/** Escaped, and cut before to what escaped has at most `max` units. */
function written(clean: string, max: number, style: LineStyle): string {
  const escapedUnits: Measure = (piece) => utf16Units(style.escape(piece));
  return style.escape(cutText(clean, max, escapedUnits));
}

function row({ label, value }: MessageField, style: LineStyle): string {
  const name = style.strong(written(oneLine(label), MAX_LABEL, style));
  return `${name}: ${written(cleanText(value), style.maxValueUnits, style)}`;
}

function entry({ severity, title, text }: MessageItem, style: LineStyle): string {
  const head = `${LEVELS[severity].word} · ${oneLine(title)}`;
  const body = oneLine(text);
  return `${style.bullet}${written(body ? `${head}: ${body}` : head, style.maxValueUnits, style)}`;
}

function listOf({ list }: Message, entries: readonly string[], style: LineStyle): string {
  if (!list || entries.length === 0) return '';
  const title = written(oneLine(list.title), MAX_LABEL, style);
  return [`${style.strong(title)} (${countOf(list, entries.length)})`, ...entries].join('\n');
}

function linkLine({ label, url }: MessageLink, style: LineStyle): string {
  return style.link(written(oneLine(label), MAX_LABEL, style), url);
}

function originLine(message: Message, style: LineStyle): string {
  const { word } = LEVELS[levelOf(message)];
  const time = showTime(message.occurredAt);
  return written(oneLine(`${word} · ${message.origin} · ${time}`), MAX_ORIGIN, style);
}
