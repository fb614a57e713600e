/** How urgent a message is, most severe first; the five levels that ticket systems and chat conventions share. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One row of a message. Both are plain text of any length and content; renderers clean, cut and escape. */
export interface MessageField {
  label: string;
  value: string;
}

/** One entry of a list, such as a finding. */
export interface MessageItem {
  severity: Severity;
  title: string;
  /** May be empty. */
  text: string;
}

/** Entries that are more than rows of label and value, most important first: renderers that must drop any drop the last. */
export interface MessageList {
  title: string;
  items: readonly MessageItem[];
  /** How many there are in all; at least the number of items. */
  total: number;
}

export interface MessageLink {
  label: string;
  /** Absolute, https, as `httpsUrl` gives it. */
  url: string;
}

/** What an event says to people, whatever destination shows it: plain text, unescaped, unbounded. */
export interface Message {
  /** One line; what stands in a notification or as a ticket's summary. */
  title: string;
  severity: Severity;
  /** Sentences; lines end with `\n`. May be empty. */
  text: string;
  fields: readonly MessageField[];
  list: MessageList | null;
  link: MessageLink | null;
  /** What the event is about, the same for all events about it (`flexorch:job:job_abc123`): they share one message or ticket. */
  subject: string;
  /** Whether nothing is left to do about the subject: a ticket is closed, an alert becomes calm. */
  resolved: boolean;
  /** Whose event it is: `FlexOrch · job.failed`. */
  origin: string;
  /** ISO 8601, UTC, milliseconds. */
  occurredAt: string;
}

/** What a reader sees of severity and `resolved` together. `ok`: good news, nothing to do. */
export type Level = Severity | 'ok';

/** Words and marks of the levels. The word stands in every rendering, since colour and emoji must not be the only carriers. */
export const LEVELS: Readonly<Record<Level, { icon: string; word: string }>> = {
  critical: { icon: '🔴', word: 'Critical' },
  high: { icon: '🟠', word: 'High' },
  medium: { icon: '🟡', word: 'Medium' },
  low: { icon: '🔵', word: 'Low' },
  info: { icon: '⚪', word: 'Info' },
  ok: { icon: '✅', word: 'OK' },
};

/** A resolved message is `ok` only if it is otherwise unremarkable: a job that completed with findings stays `low`. */
export function levelOf({ severity, resolved }: Pick<Message, 'severity' | 'resolved'>): Level {
  return resolved && severity === 'info' ? 'ok' : severity;
}

/** How much of a list is shown: `4`, or `10 of 23`. */
export function countOf({ total }: MessageList, shown: number): string {
  return shown < total ? `${shown} of ${total}` : `${shown}`;
}
