import type { Message } from '../message.ts';
import { type AdfDocument, renderAdfComment, renderAdfDescription } from './adf.ts';
import type { JiraConfig } from './config.ts';
import { escapeWiki, renderWikiComment, renderWikiDescription } from './wiki.ts';

/** Rich text as the deployment takes it. */
export type RichText = AdfDocument | string;

export function descriptionOf(message: Message, { deployment }: JiraConfig): RichText {
  return deployment === 'cloud' ? renderAdfDescription(message) : renderWikiDescription(message);
}

/**
 * A comment whose second line is the delivery's key, by which it is known again: Jira has no other way to tell. Not the last line,
 * since of a long list of comments only the beginning is read.
 */
export function commentOf(message: Message, deliveryKey: string, { deployment }: JiraConfig): RichText {
  const mark = `Delivery ${deliveryKey}`;
  if (deployment === 'datacenter') {
    const [title = '', ...rest] = renderWikiComment(message).split('\n\n');
    return [title, escapeWiki(mark), ...rest].join('\n\n');
  }
  const comment = renderAdfComment(message);
  const line = {
    type: 'paragraph' as const,
    content: [{ type: 'text' as const, text: mark, marks: [{ type: 'em' as const }] }],
  };
  return { ...comment, content: comment.content.toSpliced(1, 0, line) };
}

/** Whether comments, as Jira answers them, hold the key; wiki markup escapes `_` and `-`, and JSON the backslash. */
export function holdsDelivery(comments: string, deliveryKey: string): boolean {
  return comments.replaceAll('\\', '').includes(`Delivery ${deliveryKey}`);
}

/** A plain text as the document that Cloud wants in fields of several lines. */
export function plainDocument(text: string): AdfDocument {
  const lines = text.split('\n').filter(Boolean);
  const content = lines.map((line) => ({
    type: 'paragraph' as const,
    content: [{ type: 'text' as const, text: line }],
  }));
  return { version: 1, type: 'doc', content };
}

/** A message with one more row, above the others: rows are dropped from the last one on. */
export function withRow(message: Message, label: string, value: string): Message {
  return { ...message, fields: [{ label, value }, ...message.fields] };
}
