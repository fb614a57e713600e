import { cleanText } from '../clean-text.ts';
import { cutText, type Measure } from '../cut-text.ts';

/** What formats anywhere in a line. Any of them may stand behind a backslash. */
const MARKS = /[\\*_[\]()~`]/g;
/** What formats at the start of a line: lists, headings, rules, and the underline that makes a heading of the line above. */
const LINE_MARKS = /^[-+#=]/gm;
const ORDINALS = /^(\d+)\./gm;
/** White space there indents code. */
const INDENTS = /^[ \t]+/gm;

/**
 * Untrusted text for Adaptive Cards and MessageCards, which take Markdown, and MessageCards some HTML: marks are escaped,
 * `& < >` are entities, a line end is a paragraph's, since a single one would be a space.
 * Sources: learn.microsoft.com, "Text features" of Adaptive Cards; "Legacy actionable message card reference", "Text formatting".
 */
export function escapeMarkdown(text: string): string {
  const lines = text.replace(INDENTS, '').replace(/\n+/g, '\n\n');
  const escaped = lines.replace(MARKS, '\\$&').replace(LINE_MARKS, '\\$&').replace(ORDINALS, '$1\\.');
  return escaped.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cleaned, cut to what takes at most `maxBytes` in a card's JSON, and escaped. */
export function cardText(text: string, maxBytes: number): string {
  return escapeMarkdown(cutText(cleanText(text), maxBytes, cardBytes));
}

/** Bytes of a text in a card's JSON. */
const cardBytes: Measure = (text) => Buffer.byteLength(JSON.stringify(escapeMarkdown(text))) - 2;
