import { cleanText, oneLine } from '../clean-text.ts';
import { cutText, type Measure } from '../cut-text.ts';
import { fitRows, noteOnDropped, type ShownRows } from '../fit.ts';
import { countOf, LEVELS, levelOf, type Message, type MessageField, type MessageItem } from '../message.ts';
import { showTime } from '../show-time.ts';

type AdfMark = { type: 'strong' } | { type: 'em' } | { type: 'link'; attrs: { href: string } };

type AdfInline = { type: 'text'; text: string; marks?: AdfMark[] } | { type: 'hardBreak' };

interface AdfParagraph {
  type: 'paragraph';
  content: AdfInline[];
}

interface AdfTableRow {
  type: 'tableRow';
  content: [{ type: 'tableHeader'; content: [AdfParagraph] }, { type: 'tableCell'; content: [AdfParagraph] }];
}

interface AdfListItem {
  type: 'listItem';
  content: [AdfParagraph];
}

type AdfBlock =
  | AdfParagraph
  | { type: 'table'; content: AdfTableRow[] }
  | { type: 'bulletList'; content: AdfListItem[] };

/** The Atlassian Document Format, as far as Waybill writes it. Its text is literal: nothing in it formats or mentions. */
export interface AdfDocument {
  version: 1;
  type: 'doc';
  content: AdfBlock[];
}

/** Jira's limit is 32,767 characters of the stored document, markup included. */
const MAX_DOCUMENT = 32_000;
/** Characters of the document that the parts may take. All but the rows fit together with a link of 2,000. */
const MAX_TEXT = 16_000;
const MAX_TITLE = 500;
const MAX_LABEL = 300;
const MAX_VALUE = 3_000;
const MAX_ORIGIN = 500;
/** Stands where Jira demands a text. */
const NOTHING = '–';

/** A message as the description of an issue in Jira Cloud (REST API 3); the title stands in the summary. */
export function renderAdfDescription(message: Message): AdfDocument {
  return renderDocument(message, []);
}

/** A message as a comment in Jira Cloud, with its title. */
export function renderAdfComment(message: Message): AdfDocument {
  return renderDocument(message, [paragraph(bounded(oneLine(message.title), MAX_TITLE), { type: 'strong' })]);
}

function renderDocument(message: Message, title: AdfBlock[]): AdfDocument {
  const text = cleanText(message.text);
  const head = text ? [...title, paragraph(bounded(text, MAX_TEXT))] : title;
  const rows = message.fields.map(tableRow);
  const items = (message.list?.items ?? []).map(listItem);
  const tail = [...linkOf(message), originOf(message)];
  const assemble = (shown: ShownRows): AdfDocument => ({
    version: 1,
    type: 'doc',
    content: [
      ...head,
      ...(shown.fields > 0 ? [{ type: 'table' as const, content: rows.slice(0, shown.fields) }] : []),
      ...listOf(message, items.slice(0, shown.items)),
      ...(shown.dropped > 0 ? [paragraph(noteOnDropped(shown.dropped))] : []),
      ...tail,
    ],
  });
  return fitRows(message, assemble, (document) => JSON.stringify(document).length <= MAX_DOCUMENT);
}

/** Lines as text with breaks between, since ADF's text has none; a dash where there is nothing. */
function paragraph(text: string, ...marks: AdfMark[]): AdfParagraph {
  const lines = (text || NOTHING).split('\n').map((line): AdfInline[] => {
    return line ? [{ type: 'text', text: line, ...(marks.length > 0 ? { marks } : {}) }] : [];
  });
  const content = lines.flatMap((line, index) => (index === 0 ? line : [{ type: 'hardBreak' as const }, ...line]));
  return { type: 'paragraph', content };
}

/** Cut to what takes at most `max` characters of the document. */
function bounded(text: string, max: number): string {
  return cutText(text, max, documentUnits);
}

const documentUnits: Measure = (text) => JSON.stringify(paragraph(text)).length;

function tableRow({ label, value }: MessageField): AdfTableRow {
  const head = paragraph(bounded(oneLine(label), MAX_LABEL));
  const cell = paragraph(bounded(cleanText(value), MAX_VALUE));
  return {
    type: 'tableRow',
    content: [
      { type: 'tableHeader', content: [head] },
      { type: 'tableCell', content: [cell] },
    ],
  };
}

function listItem({ severity, title, text }: MessageItem): AdfListItem {
  const head = paragraph(bounded(`${LEVELS[severity].word} · ${oneLine(title)}`, MAX_LABEL), { type: 'strong' });
  const body = cleanText(text);
  const rest: AdfInline[] = body ? [{ type: 'hardBreak' }, ...paragraph(bounded(body, MAX_VALUE)).content] : [];
  return { type: 'listItem', content: [{ type: 'paragraph', content: [...head.content, ...rest] }] };
}

function listOf({ list }: Message, items: AdfListItem[]): AdfBlock[] {
  if (!list || items.length === 0) return [];
  const title = bounded(oneLine(list.title), MAX_LABEL);
  const heading = paragraph(`${title} (${countOf(list, items.length)})`, { type: 'strong' });
  return [heading, { type: 'bulletList', content: items }];
}

function linkOf({ link }: Message): AdfBlock[] {
  if (!link) return [];
  return [paragraph(bounded(oneLine(link.label), MAX_LABEL), { type: 'link', attrs: { href: link.url } })];
}

function originOf(message: Message): AdfBlock {
  const { word } = LEVELS[levelOf(message)];
  const line = oneLine(`${word} · ${message.origin} · ${showTime(message.occurredAt)}`);
  return paragraph(bounded(line, MAX_ORIGIN), { type: 'em' });
}
