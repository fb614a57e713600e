import { cleanText, oneLine } from '../clean-text.ts';
import { cutText } from '../cut-text.ts';
import type { Message } from '../message.ts';
import { type LineStyle, renderLines } from '../text-lines.ts';

/** ServiceNow cuts or refuses what is longer, depending on the column; characters. */
const MAX_SHORT_DESCRIPTION = 160;

/** Plain text, at most what `description` and journal entries hold by default. */
const STYLE: LineStyle = {
  escape: withoutCodeTags,
  strong: (escaped) => escaped,
  bullet: '- ',
  link: (label, url) => `${label}: ${url}`,
  maxUnits: 4_000,
  maxValueUnits: 500,
};

/** A message's title as a record's `short_description`: one line, never empty. */
export function renderShortDescription({ title }: Pick<Message, 'title'>): string {
  return cutText(oneLine(title), MAX_SHORT_DESCRIPTION) || '–';
}

/** A message as a record's `description`; the title stands in `short_description`. */
export function renderDescription(message: Message): string {
  return renderLines(message, STYLE, false);
}

/** A message as `work_notes`, with its title; ends with `mark`, by which the note is found again. */
export function renderWorkNote(message: Message, mark = ''): string {
  if (mark === '') return renderLines(message, STYLE, true);
  return `${renderLines(message, { ...STYLE, maxUnits: STYLE.maxUnits - mark.length - 2 }, true)}\n\n${mark}`;
}

/** Why a record is resolved, as `close_notes`: a message's title and text. */
export function renderCloseNotes({ title, text }: Message): string {
  return columnText([oneLine(title), cleanText(text)].filter(Boolean).join('\n\n')) || '–';
}

/** Any text as a column's value, harmless also where it is a journal. */
export function columnText(text: string, maxUnits = STYLE.maxUnits): string {
  return withoutCodeTags(cutText(cleanText(text), maxUnits, (piece) => withoutCodeTags(piece).length));
}

/**
 * Text in which no `[code]` is left, between which journal fields show HTML: a zero-width space breaks it, in any case.
 * Source: ServiceNow's "Render journal field entries as HTML".
 */
function withoutCodeTags(text: string): string {
  return text.replace(/\[(?=\/?code\])/gi, '[\u200b');
}
