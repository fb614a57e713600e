import type { MessageField, MessageList, Severity } from '../destinations/message.ts';

/** `data` of an event as it arrived: fields may be missing or of another type, since sources take what is off the schema. */
export type EventData = Readonly<Record<string, unknown>>;

/** What one event says, without what all messages get alike. Texts are plain and may have any length. */
export interface Meaning {
  title: string;
  severity: Severity;
  /** Kind and id of what the event is about. An id that is no text or number leaves the event on its own. */
  subject: readonly [kind: string, id: unknown];
  /** Whether nothing is left to do about the subject; `false` unless given. */
  resolved?: boolean;
  text?: string;
  fields: readonly MessageField[];
  list?: MessageList | null;
}

/** What the events of one system mean to people; free of packages, since renderers in `wire.ts` use it. */
export interface DialectMeaning {
  dialect: string;
  /** The system's name as people know it; that of its wire. */
  title: string;
  /** By event type. Every function takes any data without throwing. */
  types: Readonly<Record<string, (data: EventData) => Meaning>>;
}
