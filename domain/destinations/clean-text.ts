/** Line and paragraph separators, next line, and the line ends of Windows and old Macs. */
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g;
/** Control characters but line feed and tab: databases refuse NUL, JSON readers and terminals stumble over the rest. */
const CONTROLS = /(?![\n\t])\p{Cc}/gu;
/** Embeddings, overrides and isolates, which reorder what others wrote. Marks (U+200E, U+200F, U+061C) stay. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;
/** No XML may hold these two, and Jira and ServiceNow speak it inside. */
const NON_CHARACTERS = /[\ufffe\uffff]/g;

/**
 * Text that every destination takes: well-formed Unicode (a lone surrogate becomes U+FFFD), `\n` as the only line end, no
 * control characters but `\n` and tab, nothing that reorders its surroundings, no space around it. Emoji, combining and
 * right-to-left text stay as they are. Doing it again changes nothing.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(LINE_ENDS, '\n')
    .replace(CONTROLS, '')
    .replace(BIDI_CONTROLS, '')
    .replace(NON_CHARACTERS, '')
    .trim();
}

/** The same on one line: every run of white space is one space. For titles, labels and summaries. */
export function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ');
}
