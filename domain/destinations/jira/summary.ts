import { oneLine } from '../clean-text.ts';
import { cutText } from '../cut-text.ts';
import type { Message } from '../message.ts';

/** Characters; Jira refuses more, and any line end. */
const MAX_SUMMARY = 255;

/** A message's title as an issue's summary: one line, never empty. */
export function renderSummary({ title }: Message): string {
  return cutText(oneLine(title), MAX_SUMMARY) || '–';
}
