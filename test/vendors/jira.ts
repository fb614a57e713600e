import { z } from 'zod';
import { faultsOf, unclean } from './faults.ts';
import { publishedAdfFaults } from './published-schemas.ts';

/**
 * What Jira refuses in a summary and in rich text, by the published ADF schema, and hand-written
 * what the schema misses but Jira or its readers suffer from: line ends within a text, links that run script, more than 32,767
 * characters. Nodes are those that a ticket needs.
 */

const href = z.string().regex(/^(https:\/\/|mailto:)/, 'must be an https or mailto link');
const mark = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['strong', 'em', 'code']) }),
  z.strictObject({ type: z.literal('link'), attrs: z.strictObject({ href }) }),
]);
const text = z
  .strictObject({
    type: z.literal('text'),
    text: z
      .string()
      .min(1, 'must not be empty')
      .regex(/^[^\n]*$/, 'must have no line end'),
    marks: z.array(mark).optional(),
  })
  .refine(({ marks = [] }) => {
    const types = marks.map(({ type }) => type);
    return !types.includes('code') || types.every((type) => type === 'code' || type === 'link');
  }, 'code goes with no mark but link');
const hardBreak = z.strictObject({ type: z.literal('hardBreak') });
const paragraph = z.strictObject({
  type: z.literal('paragraph'),
  content: z.array(z.discriminatedUnion('type', [text, hardBreak])),
});
const listItem = z.strictObject({ type: z.literal('listItem'), content: z.array(paragraph).min(1) });
const list = z.strictObject({ type: z.enum(['bulletList', 'orderedList']), content: z.array(listItem).min(1) });
const cell = z.strictObject({ type: z.enum(['tableHeader', 'tableCell']), content: z.array(paragraph).min(1) });
const table = z.strictObject({
  type: z.literal('table'),
  content: z.array(z.strictObject({ type: z.literal('tableRow'), content: z.array(cell).min(1) })).min(1),
});
const document = z.strictObject({
  version: z.literal(1),
  type: z.literal('doc'),
  content: z.array(z.discriminatedUnion('type', [paragraph, list, table])),
});

const MAX_TEXT = 32_767;
const MAX_SUMMARY = 255;
const TOO_LONG = 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.';

/** What Jira Cloud refuses in a description or comment; empty for what it takes. */
export function adfFaults(body: unknown): string[] {
  const tooLong = JSON.stringify(body).length > MAX_TEXT ? [TOO_LONG] : [];
  return [...faultsOf(document, body), ...publishedAdfFaults(body), ...unclean(body), ...tooLong];
}

/** What Jira Data Center refuses in a description or comment; empty for what it takes. */
export function wikiFaults(body: unknown): string[] {
  if (typeof body !== 'string') return ['Operation value must be a string'];
  return [...unclean(body), ...(body.length > MAX_TEXT ? [TOO_LONG] : [])];
}

/** What Jira refuses in a summary, in its words; empty for what it takes. */
export function summaryFaults(summary: string): string[] {
  const faults = unclean(summary);
  if (summary.trim() === '') faults.push('You must specify a summary of the issue.');
  if (/[\r\n]/.test(summary)) faults.push('The summary is invalid because it contains newline characters.');
  if (summary.length > MAX_SUMMARY) faults.push('Summary must be less than 255 characters.');
  return faults;
}

/**
 * Everything in wiki markup that Jira would act upon: links, mentions, embeds, macros, and emphasis by the marks that a text may
 * hold unescaped. Texts of events must add none.
 */
export function wikiSequences(body: string): string[] {
  const active =
    /(?<!\\)(----|\[(?:\\.|[^\]\\\n])*\]|\{[^}\n]*\}|![^!\n]+!|\|\||(?<=^|\s)[*_+^~-](?=\S)[^\n]*?\S[*_+^~-]|\?\?)/gm;
  const lines = /^\s*(h[1-6]\.|bq\.|#+ )/gm;
  return [...body.matchAll(active), ...body.matchAll(lines)].map(([found]) => found);
}
