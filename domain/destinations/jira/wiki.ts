import type { Message } from '../message.ts';
import { type LineStyle, renderLines } from '../text-lines.ts';

/** What formats, links, mentions, embeds or runs a macro, and the brackets of emoticons. */
const MARKS = /[{}[\]()!*+^~|]|\?(?=\?)|(?<=\?)\?/g;
/** These do so only where a word begins or ends; within one they stay, so that ids and addresses do. */
const WORD_MARKS = /(?<![\p{L}\p{N}])[-_]|[-_](?![\p{L}\p{N}])/gu;
/** A backslash before a mark would be an escape, two are a line break. */
const BACKSLASHES = /\\/g;
/** What would be read as an entity. */
const ENTITIES = /&(?=#?\w+;)/g;
/** Headings, quotes and numbered lists. */
const LINE_MARKS = /^(\s*(?:h[1-6]|bq))\./gm;
const NUMBERS = /^(\s*)#/gm;

/** Data Center's default limit is 32,767 characters, of the stored text. */
const STYLE: LineStyle = {
  escape: escapeWiki,
  strong: (escaped) => (escaped ? `*${escaped}*` : ''),
  bullet: '* ',
  link: (label, url) => `[${label}|${encodeForLink(url)}]`,
  maxUnits: 32_000,
  maxValueUnits: 2_000,
};

/** A message as the description of an issue, in Jira's wiki markup (REST API 2); the title stands in the summary. */
export function renderWikiDescription(message: Message): string {
  return renderLines(message, STYLE, false);
}

/** A message as a comment in Jira's wiki markup, with its title. */
export function renderWikiComment(message: Message): string {
  return renderLines(message, STYLE, true);
}

/**
 * Untrusted text for wiki markup: marks are escaped with a backslash, what a backslash cannot escape is an entity.
 * Source: Jira's "Text Formatting Notation Help".
 */
export function escapeWiki(text: string): string {
  return text
    .replace(ENTITIES, '&amp;')
    .replace(LINE_MARKS, '$1&#46;')
    .replace(NUMBERS, '$1&#35;')
    .replace(BACKSLASHES, '&#92;')
    .replace(MARKS, '\\$&')
    .replace(WORD_MARKS, '\\$&');
}

/** What would end the link or begin another. */
function encodeForLink(url: string): string {
  return url.replace(/[[\]{}|^]/g, encodeURIComponent);
}
